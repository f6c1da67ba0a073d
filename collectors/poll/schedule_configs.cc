#include "collectors/poll/schedule_configs.h"

#include <chrono>

#include "collectors/decode/answer.h"
#include "collectors/poll/list_page.h"
#include "collectors/poll/schedule_update.h"

namespace cckm {
namespace {

constexpr long kStatusBadRequest = 400;
constexpr std::size_t kMaxTextBytes = std::size_t{32} << 20U;
// How long a list that was not given as a whole is asked for in pages.
constexpr Nanoseconds kInPagesFor = std::chrono::hours(1);

std::size_t EntriesOf(const SchedulePage& page) {
  return page.schedules.size() + page.other_operations + page.unusable.count;
}

constexpr std::size_t kBytesOfText = sizeof(std::string);  // beside its characters

// What it takes in memory.
std::size_t BytesOf(const RefreshSchedule& schedule) {
  std::size_t bytes = schedule.id.size() + schedule.name.size() + schedule.run_at.size();
  for (const std::string& unit : schedule.units) bytes += kBytesOfText + unit.size();
  return bytes;
}

// Whether there is no room for another one.
bool IsFull(std::size_t schedules, std::size_t text_bytes) {
  return schedules >= kMaxSchedules || text_bytes > kMaxTextBytes;
}

// A part of the list may be had where the whole is too much, or asked for in the wrong way.
bool MayBeReadInPages(const HttpResult& response, const DecodeFailure& failure) {
  const bool is_refused = response.answer && response.answer->status == kStatusBadRequest;
  return is_refused || MayBeReadInParts(failure) || IsOfTheBody(failure);
}

}  // namespace

void ScheduleConfigs::Begin() {
  state_ = State::kReady;
  pages_.reset();
  pages_read_ = 0;
  schedules_.clear();
  ids_.clear();
  text_bytes_ = 0;
  is_complete_ = true;
  if (clock_.SteadyNow() < in_pages_until_) pages_.emplace(kPath);
}

std::optional<Paginator::Page> ScheduleConfigs::NextPage() {
  if (state_ != State::kReady) return std::nullopt;
  state_ = State::kUnderWay;
  if (pages_) return pages_->NextPage();
  return Paginator::Page{.path = std::string(kPath) + "?skip=0&limit=-1"};
}

bool ScheduleConfigs::OnPage(const HttpResult& response, WallTime latest_time) {
  const Result<std::string_view> body = UsableBody(response, decoder_);
  Decoded<SchedulePage> page =
      body ? decoder_.DecodeSchedules(*body, latest_time)
           : Decoded<SchedulePage>(tl::unexpect, DecodeFailure{body.error()});
  return pages_ ? OnPartOfList(response, std::move(page)) : OnWholeList(response, std::move(page));
}

bool ScheduleConfigs::OnWholeList(const HttpResult& response, Decoded<SchedulePage> page) {
  if (!page) {
    if (!MayBeReadInPages(response, page.error())) return Fail(page.error().error, true);
    ReadInPages();
    return !IsOfTheBody(page.error());
  }
  if (page->frame.skip.value_or(0) != 0) return Fail(BelongsElsewhere(), false);
  if (page->frame.total && EntriesOf(*page) < *page->frame.total) {
    ReadInPages();
    return true;
  }
  CountUnreadable(page->unusable);
  Keep(*page);
  state_ = State::kRead;
  return true;
}

void ScheduleConfigs::ReadInPages() {
  in_pages_until_ = clock_.SteadyNow() + kInPagesFor;
  Begin();
}

bool ScheduleConfigs::OnPartOfList(const HttpResult& response, Decoded<SchedulePage> page) {
  if (!page) return OnNoPart(page.error());
  const std::size_t usable = page->schedules.size() + page->other_operations;
  switch (pages_->OriginOf(PlaceOf(*page, usable, false))) {
    case Paginator::Origin::kRequestedAgain:
      faults_.Count(BelongsElsewhere());
      state_ = State::kReady;
      return false;
    case Paginator::Origin::kAnother:
      return Fail(BelongsElsewhere(), false);
    case Paginator::Origin::kThisPage:
      break;
  }
  CountUnreadable(page->unusable);
  const std::size_t entries = EntriesOf(*page);
  for (std::size_t other = 0; other < page->other_operations; ++other) pages_->Take(true);
  Keep(*page);
  if (!pages_->TakePage(page->frame.total, entries, response.answer->body.size())) {
    faults_.Count(RepeatsItself());
  }
  if (++pages_read_ >= kMaxPages || IsFull(schedules_.size(), text_bytes_)) {
    pages_->Stop();
  }
  state_ = pages_->IsOver() ? State::kRead : State::kReady;
  is_complete_ = is_complete_ && (!pages_->IsOver() || pages_->IsComplete());
  return true;
}

bool ScheduleConfigs::OnNoPart(const DecodeFailure& failure) {
  const bool may_be_smaller = MayBeReadInParts(failure) && ++pages_read_ < kMaxPages;
  const Paginator::Detour detour =
      may_be_smaller ? pages_->TakeUnreadable() : Paginator::Detour::kGaveUp;
  if (detour == Paginator::Detour::kGaveUp) return Fail(failure.error, !IsOfTheBody(failure));
  if (detour == Paginator::Detour::kSkippedEntry) {
    CountUnreadable({.count = 1, .first = failure.error});
  }
  state_ = State::kReady;
  return true;
}

bool ScheduleConfigs::Fail(const Error& error, bool is_own) {
  faults_.Count(error);
  state_ = State::kFailed;
  return is_own;
}

// Nobody knows which schedules they are, so that none is missed.
void ScheduleConfigs::CountUnreadable(const UnusableEntries& unusable) {
  if (unusable.count == 0) return;
  is_complete_ = false;
  faults_.Count(SummaryOf(unusable));
}

void ScheduleConfigs::Keep(SchedulePage& page) {
  for (RefreshSchedule& schedule : page.schedules) {
    const bool is_new = ids_.insert(schedule.id).second;
    if (pages_) pages_->Take(is_new);
    if (!is_new) continue;
    text_bytes_ += BytesOf(schedule);
    if (IsFull(schedules_.size(), text_bytes_)) {
      is_complete_ = false;
      return;
    }
    schedules_.push_back(std::move(schedule));
  }
}

}  // namespace cckm
