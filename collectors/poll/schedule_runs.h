// The way through the runs of the appliance's scheduler, the newest first: pages until what is
// known is met, and now and then one run by its id.
//
// The list may hold a hundred thousand runs.  A first page of a hundred is followed by larger ones
// where it was not enough, so that a reading mostly takes one request, and seldom more than two.
// That the list is sorted as asked for is checked, not believed: one that is not is read to its
// end, or as far as a reading goes.
// Called by ScheduleReader.  Thread-safety: belongs to one poller thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/decode/decoder.h"
#include "collectors/http/http_client.h"
#include "collectors/poll/schedule_faults.h"
#include "collectors/poll/schedule_table.h"

namespace cckm {

class ScheduleRuns {
 public:
  // Source: the scheduler's list, as ciphertrust-metrics asks for it.
  static constexpr std::string_view kPath = "/api/v1/scheduler/jobs";
  static constexpr std::uint64_t kFirstPage = 100;
  static constexpr std::uint64_t kFurtherPage = 1000;
  static constexpr int kMaxPages = 20;  // of one reading

  // The references outlive this.
  ScheduleRuns(Decoder& decoder, ScheduleTable& table, ScheduleFaults& faults)
      : decoder_(decoder), table_(table), faults_(faults) {}

  // Begins a reading of a table that was begun.
  void Begin();
  // Path and query of the next page.
  std::optional<std::string> NextPage();
  // Takes the answer for the page under way.  Returns false where it may be the answer to another
  // request.
  [[nodiscard]] bool OnPage(const HttpResult& response, WallTime latest_time);

  // Path of a run that has not ended and that no page of this reading had.
  std::optional<std::string> NextRun();
  // Takes the answer for it.  A fault of it is none of the reading's.
  void OnRun(const HttpResult& response, WallTime latest_time);

  bool IsOver() const { return state_ == State::kRead || state_ == State::kFailed; }
  bool HasFailed() const { return state_ == State::kFailed; }
  int pages() const { return pages_; }  // asked for in this reading

 private:
  enum class State : std::uint8_t { kReady, kUnderWay, kRead, kFailed };

  Decoded<ScheduleRunPage> Read(const HttpResult& response, WallTime latest_time);
  bool OnNoPage(const HttpResult& response, const DecodeFailure& failure);
  bool Fail(const Error& error, bool is_own);
  void TakePage(const ScheduleRunPage& page);
  void CountUndated(const std::vector<ScheduleRun>& runs);
  bool MetWhatIsKnown() const { return known_from_ && seen_since_ <= *known_from_; }
  bool IsEnough(const ScheduleRunPage& page) const;
  void End();

  Decoder& decoder_;
  ScheduleTable& table_;
  ScheduleFaults& faults_;

  State state_ = State::kFailed;
  bool further_pages_are_large_ = true;
  std::uint64_t skip_ = 0;
  std::uint64_t limit_ = 0;  // of the page under way
  int pages_ = 0;
  bool looks_back_ = false;  // for the runs of schedules that are new
  bool is_sorted_ = true;
  bool is_at_end_ = false;                        // of the list
  WallTime seen_since_ = KnownSchedule::kNoRuns;  // the oldest creation that was seen
  // A creation that is known: all later runs were known when the last reading ended.
  std::optional<WallTime> known_from_;
  std::optional<WallTime> newest_seen_;       // of this reading
  std::optional<WallTime> first_page_since_;  // the oldest creation in its first page
  std::string asked_run_;                     // the id
};

}  // namespace cckm
