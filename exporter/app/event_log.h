// What polls are worth a line in the log: faults and anomalies, each kind at most once a while, and
// refreshes that ended.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/mutex.h"
#include "collectors/poll/poll_update.h"
#include "exporter/log/log.h"
#include "exporter/state/state_store.h"

namespace cckm {

class EventLog {
 public:
  // `log` and `clock` outlive this.
  EventLog(Log& log, const Clock& clock) : log_(log), clock_(clock) {}

  // Logs the update's faults, a change of the address in use, a collector that came back or went
  // down, and refreshes that ended and are counted now.
  void OnUpdate(const PollUpdate& update);

  // Logs that finished refreshes cannot be stored, and that they can again.
  void OnLedgerFailure(const Error& error);
  void OnLedgerRecovered();
  // Logs that so many finished refreshes can be neither stored nor kept until they can.
  void OnNoRoom(const PollUpdate& update, std::size_t refreshes);

  // Logs a failed login, a change of the address in use, and the first one that is granted after
  // it.
  void OnLogin(const LoginUpdate& update);

  void OnAnomalies(const PollUpdate& update, const NewAnomalies& found);

  // Logs the faults of a reading of the scheduler, and the first reading without one after them.
  void OnSchedules(const ScheduleUpdate& update);
  void OnUnreadableSchedule(const ScheduleUpdate& update, const UnreadableSchedule& found);

 private:
  // How a collector's last poll ended.
  enum class Presence : std::uint8_t { kUp, kDown, kAbsent };

  struct Repeated {
    SteadyTime logged_at{};
    std::int64_t suppressed = 0;
  };

  // Logs an event of this key unless one was logged a short while ago, and how many of them were
  // suppressed since.
  void LogSeldom(LogLevel level, const std::string& key, std::string_view message,
                 Log::Fields fields);
  void LogFault(const PollUpdate& update, const Error& error);
  void LogEnd(const PollUpdate& update, const Refresh& refresh);
  void LogChangeOfUp(const PollUpdate& update);
  void LogTruncation(const PollUpdate& update);
  void LogAddressInUse(std::string_view target, const std::vector<AddressState>& addresses);

  Log& log_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<std::string, Repeated> repeated_ CCKM_GUARDED_BY(mutex_);
  std::map<std::string, Presence> presence_ CCKM_GUARDED_BY(mutex_);
  std::map<std::string, std::string> address_in_use_ CCKM_GUARDED_BY(mutex_);  // by target
  std::set<std::string> cannot_log_in_ CCKM_GUARDED_BY(mutex_);                // targets
  std::set<std::string> cannot_read_schedules_ CCKM_GUARDED_BY(mutex_);        // targets
};

}  // namespace cckm
