// The appliance's scheduler as a collector of its own kind: when it is read, and who takes the
// answers.
//
// A reading asks for all configurations, then for the newest runs, one request after the other; in
// the steady state that is two requests, and a third for a run that takes long.  Its faults say
// nothing of the families, and theirs nothing of it.
// Called by Poller.  Thread-safety: belongs to one poller thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/decode/decoder.h"
#include "collectors/http/http_client.h"
#include "collectors/poll/poll_settings.h"
#include "collectors/poll/request_tag.h"
#include "collectors/poll/schedule_configs.h"
#include "collectors/poll/schedule_faults.h"
#include "collectors/poll/schedule_runs.h"
#include "collectors/poll/schedule_table.h"
#include "collectors/poll/schedule_update.h"

namespace cckm {

class ScheduleReader {
 public:
  // `target`, `clock` and `decoder` outlive this.
  ScheduleReader(std::string_view target, const SchedulerSettings& settings, const Clock& clock,
                 Decoder& decoder);
  ScheduleReader(const ScheduleReader&) = delete;
  ScheduleReader& operator=(const ScheduleReader&) = delete;

  // Begins a reading if one is due and none is open.
  void BeginIfDue();
  bool IsReading() const { return step_ != Step::kNone; }
  bool ReadOnce() const { return read_once_; }
  // When BeginIfDue() has something to do, while nothing is read.
  SteadyTime NextDue() const { return next_due_; }

  // The next request of the open reading; none while one is under way.
  std::optional<PollRequest> NextRequest();
  // Takes the answer to a request.  Returns false where it may be the answer to another one: its
  // connection must not be used any more.
  [[nodiscard]] bool OnResponse(RequestTag tag, const HttpResult& response);
  // Gives up the open reading, unless a request of it is under way.  The error is shown, and
  // counted if `is_counted`.
  void FailPending(const Error& error, bool is_counted);

  // What a reading that has ended told; nothing if none has since the last call.
  std::optional<ScheduleUpdate> TakeUpdate();

 private:
  enum class Step : std::uint8_t { kNone, kConfigs, kRuns, kRun };

  PollRequest RequestFor(RequestTag::Kind kind, std::string path, bool on_new_connection = false);
  void Record(RequestTag tag, const HttpResult& response);
  bool Dispatch(RequestTag tag, const HttpResult& response, WallTime time);
  void GoOn();
  void BeginRuns();
  bool OnNotThere(const HttpResult& response);
  void End(bool was_read);

  const std::string_view target_;
  const SchedulerSettings settings_;
  const Clock& clock_;

  ScheduleUpdate update_;  // of the open reading
  ScheduleFaults faults_{update_};
  ScheduleTable table_;
  ScheduleConfigs configs_;
  ScheduleRuns runs_;

  Step step_ = Step::kNone;
  bool on_the_wire_ = false;
  bool is_complete_ = false;  // the list of configurations
  std::optional<WallTime> read_at_;
  bool read_once_ = false;
  bool has_ended_ = false;  // since TakeUpdate()
  SteadyTime next_due_;
};

}  // namespace cckm
