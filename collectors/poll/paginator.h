// The way through a paged list, page after page: where to ask next, when it is over, and whether
// everything was seen.
//
// Nothing is believed: pages may be shorter or longer than asked for, `total` may be missing, wrong
// or change, and entries may come twice.  Source: the API's list pages (skip, limit, total).
//
// Thread-safety: belongs to one poller thread.

#pragma once

#include <absl/container/btree_set.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/fingerprint.h"

namespace cckm {

class Paginator {
 public:
  static constexpr std::uint64_t kPageSize = 100;
  // No list is followed further than either of these beyond what is known to be in it.
  static constexpr std::uint64_t kMaxEntries = 200'000;
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{512} << 20U;

  // So many `known` entries may be anywhere in the list.
  explicit Paginator(std::string_view path, std::uint64_t known = 0)
      : path_(path), max_entries_(kMaxEntries + known) {}

  // Path and query of the next page; nothing while one is under way or the list is over.  A
  // repetition was refused with another token before.
  struct Page {
    std::string path;
    bool is_repetition = false;
    bool on_new_connection = false;
  };
  std::optional<Page> NextPage();

  // The page under way has to be requested again with another token.
  void Repeat();

  // What a page is that says that it begins at `told`, where it says so.  One that begins elsewhere
  // may be the answer to another request: it is requested again, on a new connection from then on,
  // and what says the same again is the page.
  enum class Origin : std::uint8_t { kThisPage, kRequestedAgain, kAnother };
  Origin OriginOf(std::optional<std::uint64_t> told);
  // In the place of `told`: the answer can be no page of this list; the list is not there.
  static constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
  static constexpr std::uint64_t kNotFound = kNoPage - 1;

  // Takes an entry of the page under way; false if it came before.
  bool See(std::string_view id) { return Take(seen_.insert(FingerprintOf(id)).second); }
  // The same for one of which the caller remembers whether it `is_new`.
  bool Take(bool is_new);

  // Takes the page under way, after its entries: what it says of the whole list, how many entries
  // it had, usable or not, and how many bytes.  Returns false if the list repeats itself without an
  // end.
  [[nodiscard]] bool TakePage(std::optional<std::uint64_t> total, std::size_t entries,
                              std::size_t bytes = 0);

  // The page under way was too large or could not be read.  A smaller one is requested, down to one
  // entry, and behind that one then; kGaveUp where that makes no sense any more.
  enum class Detour : std::uint8_t { kSmaller, kSkippedEntry, kGaveUp };
  [[nodiscard]] Detour TakeUnreadable();

  // Goes no further, before the list's end or because of a fault.
  void Stop() { state_ = State::kStopped; }

  bool IsUnderWay() const { return state_ == State::kUnderWay; }
  bool IsOver() const { return state_ == State::kEnded || state_ == State::kStopped; }
  // It reached the end of a list that did not change meanwhile, and saw all of it.
  bool IsComplete() const;

  // What the list said of its length, or more if it had more.
  std::uint64_t Length() const { return std::max(total_.value_or(0), entries_); }
  // Requests that the rest of the list will take.  Where nobody knows, as many as were made, so
  // that giving up then costs at most twice what was needed.
  std::uint64_t PagesLeft() const;

 private:
  enum class State : std::uint8_t { kReady, kUnderWay, kEnded, kStopped };

  bool IsLastPage(std::size_t entries);
  bool IsTooLong() const {
    return entries_ >= max_entries_ || bytes_ >= kMaxBytes / kMaxEntries * max_entries_;
  }
  bool EndIsKnown() const { return total_ && skip_ <= *total_; }

  const std::string path_;
  const std::uint64_t max_entries_;
  State state_ = State::kReady;
  bool is_repetition_ = false;
  std::uint64_t skip_ = 0;
  std::uint64_t limit_ = kPageSize;
  std::optional<std::uint64_t> wide_limit_;  // before it was made smaller
  int skipped_in_row_ = 0;
  int skipped_ = 0;
  bool on_new_connection_ = false;            // the page under way, or the next one
  std::optional<std::uint64_t> told_before_;  // where the last page that began elsewhere began
  std::optional<std::uint64_t> total_;
  bool total_changed_ = false;
  absl::btree_set<Fingerprint> seen_;  // of ids, but for those that the caller remembers
  std::uint64_t seen_count_ = 0;       // those included
  bool page_has_news_ = false;
  std::size_t usable_in_page_ = 0;
  std::uint64_t pages_ = 0;
  bool page_was_short_ = false;
  std::size_t unusable_ = 0;
  int pages_without_news_ = 0;  // in a row
  std::uint64_t entries_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace cckm
