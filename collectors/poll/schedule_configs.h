// The way to all configurations of the appliance's scheduler: with one request, or through pages
// where that is not answered.
//
// Called by ScheduleReader.  Thread-safety: belongs to one poller thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/decode/decoder.h"
#include "collectors/http/http_client.h"
#include "collectors/model/refresh_schedule.h"
#include "collectors/poll/paginator.h"
#include "collectors/poll/schedule_faults.h"

namespace cckm {

class ScheduleConfigs {
 public:
  // Source: the scheduler's list, as the Terraform provider of the appliance asks for it.
  static constexpr std::string_view kPath = "/api/v1/scheduler/job-configs";
  // Of an appliance that gives the list in pages only.
  static constexpr int kMaxPages = 100;

  // The references outlive this.
  ScheduleConfigs(const Clock& clock, Decoder& decoder, ScheduleFaults& faults)
      : clock_(clock), decoder_(decoder), faults_(faults) {}

  // Begins anew.
  void Begin();
  std::optional<Paginator::Page> NextPage();
  // Takes the answer for the page under way.  Returns false where it may be the answer to another
  // request.
  [[nodiscard]] bool OnPage(const HttpResult& response, WallTime latest_time);

  bool IsOver() const { return state_ == State::kRead || state_ == State::kFailed; }
  bool HasFailed() const { return state_ == State::kFailed; }

  // REQUIRES: it is over and has not failed.
  bool IsComplete() const { return is_complete_; }
  std::vector<RefreshSchedule> Take() { return std::move(schedules_); }

 private:
  enum class State : std::uint8_t { kReady, kUnderWay, kRead, kFailed };

  bool OnWholeList(const HttpResult& response, Decoded<SchedulePage> page);
  bool OnPartOfList(const HttpResult& response, Decoded<SchedulePage> page);
  bool OnNoPart(const DecodeFailure& failure);
  bool Fail(const Error& error, bool is_own);
  void ReadInPages();
  void Keep(SchedulePage& page);
  void CountUnreadable(const UnusableEntries& unusable);

  const Clock& clock_;
  Decoder& decoder_;
  ScheduleFaults& faults_;

  State state_ = State::kFailed;
  std::optional<Paginator> pages_;  // none: the list is asked for as a whole
  int pages_read_ = 0;
  SteadyTime in_pages_until_{};  // the list was not given as a whole lately
  std::vector<RefreshSchedule> schedules_;
  std::set<std::string, std::less<>> ids_;  // of schedules_
  std::size_t text_bytes_ = 0;              // of schedules_
  bool is_complete_ = true;
};

}  // namespace cckm
