#include "exporter/app/event_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "collectors/base/error_advice.h"

namespace cckm {
namespace {

// How long a repeated event stays quiet.
constexpr auto kQuietTime = std::chrono::minutes(5);
// Refreshes of one update that get a line each.
constexpr std::size_t kMaxEnds = 20;

std::string KeyOf(std::initializer_list<std::string_view> parts) {
  return fmt::format("{}", fmt::join(parts, "\n"));
}

}  // namespace

void EventLog::LogSeldom(LogLevel level, const std::string& key, std::string_view message,
                         Log::Fields fields) {
  const SteadyTime now = clock_.SteadyNow();
  {
    const MutexLock lock(mutex_);
    const auto [entry, is_first] = repeated_.try_emplace(key);
    Repeated& repeated = entry->second;
    if (!is_first && now - repeated.logged_at < kQuietTime) {
      ++repeated.suppressed;
      return;
    }
    fields.emplace_back("suppressed", repeated.suppressed);
    repeated = {.logged_at = now, .suppressed = 0};
  }
  log_.Write(level, message, fields);
}

void EventLog::LogFault(const PollUpdate& update, const Error& error) {
  const std::string_view reason = ErrorKindName(error.kind);
  LogSeldom(LogLevel::kWarn, KeyOf({update.target, update.family->name, reason}),
            "Poll met a fault",
            {{"target", update.target},
             {"cloud", update.family->name},
             {"reason", reason},
             {"error", error.message},
             {"advice", AdviceFor(error.kind)}});
}

void EventLog::OnAnomalies(const PollUpdate& update, const NewAnomalies& found) {
  for (std::size_t kind = 0; kind < kAnomalyNames.size(); ++kind) {
    if (!found.kinds.Has(static_cast<Anomaly>(kind))) continue;
    LogSeldom(LogLevel::kWarn, KeyOf({update.target, update.family->name, kAnomalyNames[kind]}),
              "Refresh has an anomaly",
              {{"target", update.target},
               {"cloud", update.family->name},
               {"refresh_id", found.refresh_id},
               {"kind", kAnomalyNames[kind]}});
  }
}

void EventLog::LogEnd(const PollUpdate& update, const Refresh& refresh) {
  const bool went_well = refresh.status == RefreshStatus::kCompleted;
  log_.Write(went_well ? LogLevel::kDebug : LogLevel::kWarn, "Refresh ended",
             {{"target", update.target},
              {"cloud", update.family->name},
              {"refresh_id", refresh.id},
              {"status", RefreshStatusName(refresh.status)}});
  if (went_well) return;
  std::size_t lines = 0;
  for (const DomainRefresh& domain : refresh.domains) {
    if (domain.status != DomainStatus::kFailed || ++lines > kMaxEnds) continue;
    log_.Warn("Domain was not refreshed", {{"target", update.target},
                                           {"cloud", update.family->name},
                                           {"refresh_id", refresh.id},
                                           {"domain_id", domain.domain_id},
                                           {"detail", domain.detail}});
  }
}

void EventLog::LogChangeOfUp(const PollUpdate& update) {
  if (!update.ended) return;
  const Presence now = update.ended->up          ? Presence::kUp
                       : update.ended->is_absent ? Presence::kAbsent
                                                 : Presence::kDown;
  {
    const MutexLock lock(mutex_);
    const auto [entry, is_first] =
        presence_.try_emplace(KeyOf({update.target, update.family->name}), now);
    if (!is_first && entry->second == now) return;
    entry->second = now;
  }
  constexpr std::array<std::string_view, 3> kEvents = {
      "Collector is up", "Collector is down",
      "Appliance does not have this family, which is optional: asked again every 10 minutes"};
  log_.Write(now == Presence::kDown ? LogLevel::kWarn : LogLevel::kInfo,
             kEvents[static_cast<std::size_t>(now)],
             {{"target", update.target}, {"cloud", update.family->name}});
}

void EventLog::LogTruncation(const PollUpdate& update) {
  LogSeldom(LogLevel::kWarn, KeyOf({update.target, update.family->name, "truncated"}),
            "Discovery found more refreshes than max_refreshes: older ones are not watched",
            {{"target", update.target}, {"cloud", update.family->name}});
}

void EventLog::LogAddressInUse(std::string_view target,
                               const std::vector<AddressState>& addresses) {
  const auto in_use = std::ranges::find(addresses, true, &AddressState::is_in_use);
  if (in_use == addresses.end()) return;
  std::string former;
  {
    const MutexLock lock(mutex_);
    const auto [entry, is_first] =
        address_in_use_.try_emplace(std::string(target), addresses.front().url);
    former = std::exchange(entry->second, in_use->url);
  }
  if (former == in_use->url) return;
  LogSeldom(LogLevel::kWarn, KeyOf({target, "address", former}), "Requests go to another address",
            {{"target", target}, {"address", in_use->url}, {"former_address", former}});
}

void EventLog::OnLedgerFailure(const Error& error) {
  LogSeldom(LogLevel::kError, "ledger",
            "Ledger cannot be written: finished refreshes are not counted until it can",
            {{"error", error.message}});
}

void EventLog::OnLedgerRecovered() {
  log_.Info("Ledger can be written again; what finished meanwhile is counted now");
}

void EventLog::OnNoRoom(const PollUpdate& update, std::size_t refreshes) {
  LogSeldom(
      LogLevel::kError, KeyOf({update.target, update.family->name, "no room"}),
      "Ledger could not be written for so long that there is no room for more: these refreshes "
      "count when they are asked for again, at recheck_interval or after a restart",
      {{"target", update.target}, {"cloud", update.family->name}, {"refreshes", refreshes}});
}

void EventLog::OnLogin(const LoginUpdate& update) {
  const std::string target(update.target);
  LogAddressInUse(target, update.observation.addresses);
  for (const FailedAttempt& attempt : update.failed_attempts) {
    const std::string_view reason = ErrorKindName(attempt.error.kind);
    LogSeldom(LogLevel::kWarn, KeyOf({target, "attempt", reason}),
              "Login met a fault, and was tried at another address",
              {{"target", target}, {"reason", reason}, {"error", attempt.error.message}});
  }
  const auto& error = update.outcome.error;
  if (error && !update.outcome.was_last_way) return;
  {
    const MutexLock lock(mutex_);
    if (error) {
      cannot_log_in_.insert(target);
    } else if (cannot_log_in_.erase(target) != 0) {
      log_.Info("Logged in again", {{"target", target}});
    }
  }
  if (!error) return;
  const std::string_view reason = ErrorKindName(error->kind);
  LogSeldom(LogLevel::kWarn, KeyOf({target, "login", reason}), "Login failed",
            {{"target", target},
             {"reason", reason},
             {"error", error->message},
             {"advice", AdviceFor(error->kind)}});
}

void EventLog::OnSchedules(const ScheduleUpdate& update) {
  for (const Error& error : update.errors) {
    const std::string_view reason = ErrorKindName(error.kind);
    LogSeldom(LogLevel::kWarn, KeyOf({update.target, "scheduler", reason}),
              "Reading the scheduler met a fault",
              {{"target", update.target},
               {"reason", reason},
               {"error", error.message},
               {"advice", SchedulerAdviceFor(error.kind)}});
  }
  const std::string target(update.target);
  const MutexLock lock(mutex_);
  if (!update.reading) {
    cannot_read_schedules_.insert(target);
  } else if (cannot_read_schedules_.erase(target) != 0) {
    log_.Info("Scheduler can be read again", {{"target", target}});
  }
}

void EventLog::OnUnreadableSchedule(const ScheduleUpdate& update, const UnreadableSchedule& found) {
  LogSeldom(
      LogLevel::kWarn, KeyOf({update.target, "unreadable schedule"}),
      "Part of a schedule cannot be read",
      {{"target", update.target}, {"schedule_id", found.schedule_id}, {"error", found.reason}});
}

void EventLog::OnUpdate(const PollUpdate& update) {
  LogAddressInUse(update.target, update.observation.addresses);
  for (const Error& error : update.errors) LogFault(update, error);
  std::size_t lines = 0;
  for (const RefreshAnswer& answer : update.answers) {
    if (!answer.is_counted_now || ++lines > kMaxEnds) continue;
    LogEnd(update, answer.refresh);
  }
  LogChangeOfUp(update);
  if (update.listing && update.listing->is_truncated) LogTruncation(update);
}

}  // namespace cckm
