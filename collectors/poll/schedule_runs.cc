#include "collectors/poll/schedule_runs.h"

#include <algorithm>

#include "collectors/decode/answer.h"
#include "collectors/poll/list_page.h"

namespace cckm {
namespace {

constexpr long kStatusBadRequest = 400;

std::size_t EntriesOf(const ScheduleRunPage& page) {
  return page.runs.size() + page.other_operations + page.unusable.count;
}

// Runs whose creation nobody knows stand anywhere.
bool IsNewestFirst(const std::vector<ScheduleRun>& runs) {
  std::optional<WallTime> before;
  for (const ScheduleRun& run : runs) {
    if (before && run.created_at > before) return false;
    if (run.created_at) before = run.created_at;
  }
  return true;
}

}  // namespace

void ScheduleRuns::Begin() {
  state_ = State::kReady;
  skip_ = 0;
  pages_ = 0;
  if (!table_.HasSearched()) known_from_.reset();
  looks_back_ = table_.HasUnsearched(known_from_);
  is_sorted_ = true;
  is_at_end_ = false;
  seen_since_ = KnownSchedule::kNoRuns;
  newest_seen_.reset();
  first_page_since_.reset();
}

std::optional<std::string> ScheduleRuns::NextPage() {
  if (state_ != State::kReady) return std::nullopt;
  state_ = State::kUnderWay;
  limit_ = pages_ == 0 || !further_pages_are_large_ ? kFirstPage : kFurtherPage;
  ++pages_;
  return std::string(kPath) + "?skip=" + std::to_string(skip_) +
         "&limit=" + std::to_string(limit_) + "&sort=-createdAt";
}

Decoded<ScheduleRunPage> ScheduleRuns::Read(const HttpResult& response, WallTime latest_time) {
  const Result<std::string_view> body = UsableBody(response, decoder_);
  if (!body) return tl::unexpected(DecodeFailure{body.error()});
  return decoder_.DecodeScheduleRuns(*body, latest_time);
}

bool ScheduleRuns::OnPage(const HttpResult& response, WallTime latest_time) {
  const Decoded<ScheduleRunPage> page = Read(response, latest_time);
  if (!page) return OnNoPage(response, page.error());
  if (page->frame.skip.value_or(skip_) != skip_) return Fail(BelongsElsewhere(), false);
  TakePage(*page);
  return true;
}

// A large page may be too large, or more than the appliance gives.
bool ScheduleRuns::OnNoPage(const HttpResult& response, const DecodeFailure& failure) {
  const bool is_refused = response.answer && response.answer->status == kStatusBadRequest;
  const bool may_be_smaller = limit_ == kFurtherPage && (is_refused || MayBeReadInParts(failure));
  if (may_be_smaller && pages_ < kMaxPages) {
    further_pages_are_large_ = false;
    state_ = State::kReady;
    return true;
  }
  return Fail(failure.error, !IsOfTheBody(failure));
}

bool ScheduleRuns::Fail(const Error& error, bool is_own) {
  faults_.Count(error);
  state_ = State::kFailed;
  return is_own;
}

void ScheduleRuns::TakePage(const ScheduleRunPage& page) {
  if (page.unusable.count != 0) faults_.Count(SummaryOf(page.unusable));
  CountUndated(page.runs);
  is_sorted_ = is_sorted_ && IsNewestFirst(page.runs);
  for (const ScheduleRun& run : page.runs) {
    table_.Take(run);
    newest_seen_ = std::max(newest_seen_, run.created_at);
  }
  if (page.oldest_created_at) seen_since_ = std::min(seen_since_, *page.oldest_created_at);
  if (pages_ == 1) first_page_since_ = page.oldest_created_at;
  skip_ += EntriesOf(page);
  is_at_end_ = EntriesOf(page) == 0 || (page.frame.total && skip_ >= *page.frame.total);
  if (is_at_end_ || pages_ >= kMaxPages || IsEnough(page)) return End();
  state_ = State::kReady;
}

void ScheduleRuns::CountUndated(const std::vector<ScheduleRun>& runs) {
  const auto undated = std::ranges::count_if(runs, &ScheduleRun::has_unreadable_creation);
  if (undated == 0) return;
  faults_.Count(
      {ErrorKind::kSchema,
       std::to_string(undated) +
           " runs of a page of the list have a createdAt that is no time: while they stand "
           "there, whether a run of their schedules is missed stays as it was"});
}

bool ScheduleRuns::IsEnough(const ScheduleRunPage& page) const {
  if (!is_sorted_ || !page.oldest_created_at) return false;
  return looks_back_ ? table_.EachHasARun() && (!known_from_ || MetWhatIsKnown())
                     : MetWhatIsKnown();
}

void ScheduleRuns::End() {
  state_ = State::kRead;
  ScheduleTable::LookedBack looked_back;
  if (is_at_end_) {
    looked_back = {.since = KnownSchedule::kAllRuns, .oldest = seen_since_, .is_gapless = true};
  } else if (is_sorted_) {
    looked_back = {.since = seen_since_, .oldest = seen_since_, .is_gapless = MetWhatIsKnown()};
  } else {
    faults_.Count({ErrorKind::kSchema,
                   "the list of the scheduler's runs is not sorted by createdAt, and too long to "
                   "be read to its end"});
  }
  table_.EndReading(looked_back);
  known_from_ = std::max(newest_seen_, first_page_since_);
  if (looked_back.since == KnownSchedule::kNoRuns) known_from_.reset();
}

std::optional<std::string> ScheduleRuns::NextRun() {
  auto id = table_.NextUnseenUnfinished();
  if (!id) return std::nullopt;
  asked_run_ = *id;
  return std::string(kPath) + "/" + asked_run_;
}

void ScheduleRuns::OnRun(const HttpResult& response, WallTime latest_time) {
  if (IsNotFound(response, decoder_)) return table_.Forget(asked_run_);
  const Result<std::string_view> body = UsableBody(response, decoder_);
  if (!body) return faults_.Count(body.error());
  // As a list of one.
  const std::string list = "{\"resources\":[" + std::string(*body) + "]}";
  const auto page = decoder_.DecodeScheduleRuns(list, latest_time);
  if (!page) return faults_.Count(page.error().error);
  if (page->unusable.count != 0) return faults_.Count(SummaryOf(page->unusable));
  for (const ScheduleRun& run : page->runs) {
    if (run.id == asked_run_) table_.Take(run);
  }
}

}  // namespace cckm
