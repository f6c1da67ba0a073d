#include "collectors/poll/paginator.h"

#include <algorithm>
#include <utility>

namespace cckm {
namespace {

constexpr int kMaxPagesWithoutNews = 2;
// Entries that are passed over because nobody can read them, in a row and in all.
constexpr int kMaxSkippedInRow = 3;
constexpr int kMaxSkipped = 100;

}  // namespace

std::optional<Paginator::Page> Paginator::NextPage() {
  if (state_ != State::kReady) return std::nullopt;
  state_ = State::kUnderWay;
  page_has_news_ = false;
  usable_in_page_ = 0;
  return Page{path_ + "?skip=" + std::to_string(skip_) + "&limit=" + std::to_string(limit_),
              std::exchange(is_repetition_, false), on_new_connection_};
}

void Paginator::Repeat() {
  state_ = State::kReady;
  is_repetition_ = true;
}

Paginator::Origin Paginator::OriginOf(std::optional<std::uint64_t> told) {
  if (!told || *told == skip_) return Origin::kThisPage;
  const bool says_the_same_again = on_new_connection_ && told_before_ == told;
  const bool was_asked_on_a_new_one = std::exchange(on_new_connection_, true);
  told_before_ = told;
  if (says_the_same_again) return Origin::kThisPage;
  if (was_asked_on_a_new_one) return Origin::kAnother;
  state_ = State::kReady;
  return Origin::kRequestedAgain;
}

bool Paginator::Take(bool is_new) {
  if (is_new) ++seen_count_;
  ++usable_in_page_;
  page_has_news_ |= is_new;
  return is_new;
}

bool Paginator::TakePage(std::optional<std::uint64_t> total, std::size_t entries,
                         std::size_t bytes) {
  if (entries_ != 0 && total != total_) total_changed_ = true;
  total_ = total;
  entries_ += entries;
  bytes_ += bytes;
  unusable_ += entries - usable_in_page_;
  skip_ += entries;
  ++pages_;
  skipped_in_row_ = 0;
  if (entries != 0 && entries < limit_ && total_ && skip_ < *total_) limit_ = entries;
  pages_without_news_ = page_has_news_ ? 0 : pages_without_news_ + 1;
  if (IsLastPage(entries) || IsTooLong()) {
    state_ = State::kEnded;
    return true;
  }
  // Entries that cannot be used may fill a page; two without news are more than chance.
  const bool repeats = pages_without_news_ == kMaxPagesWithoutNews;
  const bool has_seen_all = total_ && seen_count_ >= *total_;
  state_ = repeats ? (has_seen_all ? State::kEnded : State::kStopped) : State::kReady;
  return !repeats || has_seen_all;
}

// A total that is exceeded is wrong.  Without one that is right, a short page may be the last one
// or all that the appliance gives at a time: the next page tells, which is empty, or the same again
// from an appliance that ignores `skip`.
bool Paginator::IsLastPage(std::size_t entries) {
  const bool is_short = entries < limit_;
  const bool was_short = std::exchange(page_was_short_, is_short);
  if (entries == 0) return true;
  if (EndIsKnown()) return skip_ == *total_ && is_short;
  return is_short && was_short && !page_has_news_;
}

Paginator::Detour Paginator::TakeUnreadable() {
  state_ = State::kReady;
  if (limit_ > 1) {
    if (!wide_limit_) wide_limit_ = limit_;
    limit_ /= 2;
    return Detour::kSmaller;
  }
  if (++skipped_in_row_ > kMaxSkippedInRow || ++skipped_ > kMaxSkipped) return Detour::kGaveUp;
  limit_ = std::exchange(wide_limit_, std::nullopt).value_or(1);
  ++entries_;
  ++unusable_;
  ++skip_;
  return Detour::kSkippedEntry;
}

bool Paginator::IsComplete() const {
  return state_ == State::kEnded && !total_changed_ && !IsTooLong() &&
         (!total_ || seen_count_ + unusable_ >= *total_);
}

std::uint64_t Paginator::PagesLeft() const {
  if (IsOver()) return 0;
  if (!EndIsKnown()) return std::max<std::uint64_t>(1, pages_);
  const std::uint64_t entries = *total_ - skip_;
  return entries == 0 ? 1 : (entries - 1) / limit_ + 1;
}

}  // namespace cckm
