// What is known of the schedules of a target: as last read, and what follows from that at a moment.
//
// Times are by the appliance's clock.  Changed by StateStore only, read as the rest of the state.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/cron/cron_expression.h"
#include "collectors/model/family.h"
#include "collectors/model/refresh_schedule.h"
#include "exporter/metrics/label_value.h"
#include "exporter/state/keyed_store.h"

namespace cckm {

struct ScheduleState {
  explicit ScheduleState(LabelValue schedule_id) : id(std::move(schedule_id)) {}

  LabelValue id;
  LabelValue name;
  LabelValue run_at;
  RefreshSchedule plan;                     // without its units, which the cover has
  std::optional<CronExpression> cron;       // none: run_at cannot be read
  std::optional<Nanoseconds> interval;      // the longest of the next 400 days
  RunStatus run_status = RunStatus::kNone;  // of the newest run
  std::optional<WallTime> run_created_at;   // of the same
  std::optional<WallTime> changed_at;  // when it was seen to be new or changed, and told no time
  bool is_missed = false;

  // As they are from `as_of` on, until `valid_until`.
  WallTime as_of = WallTime::max();
  WallTime valid_until = WallTime::min();
  bool is_enabled = false;  // neither disabled, nor before its start, nor after its end
  std::optional<WallTime> next_run_at;
  std::optional<WallTime> last_due_at;
};

// The schedules that cover the domains of a family, by their places among the target's.
struct FamilyCover {
  struct Unit {
    std::vector<std::uint32_t> schedules;  // ascending
    // Of the enabled ones among them.
    std::uint32_t enabled = 0;
    std::optional<Nanoseconds> shortest_interval;
  };
  Unit all;  // those that cover every domain
  std::map<std::string, Unit, std::less<>> by_unit;
  std::vector<bool> is_enabled;  // by place
};
using ScheduleCover = std::map<const Family*, FamilyCover>;

// What is kept of a domain's schedules.
struct DomainCover {
  std::uint32_t schedules = 0;  // enabled ones that cover it
  std::optional<Nanoseconds> shortest_interval = {};
};

struct SchedulesState {
  bool is_enabled = false;  // the target's scheduler is read
  Nanoseconds grace{};
  bool up = false;                  // it could be read last time
  bool was_read = false;            // at least once
  std::optional<WallTime> read_at;  // successfully
  std::optional<Error> last_error;  // of the last reading
  KeyedStore<ScheduleState> schedules;
  ScheduleCover cover;
  bool cover_is_new = false;  // since the domains were told of it
  // Schedules that were counted as unreadable, as many as this holds.
  std::set<std::string, std::less<>> counted_unreadable;
};

// The longest intervals of expressions, as of one day: they take long to find.
struct ScheduleIntervals {
  std::chrono::sys_days day{};
  std::map<std::string, std::optional<Nanoseconds>, std::less<>> by_expression = {};
};

// Whether the family's schedules name its domains: by the IDs or names that its refreshes and its
// list of domains have.  The others name accounts, vaults or key rings by IDs that no refresh
// tells.
bool SchedulesNameDomains(const Family& family);

// What the schedules cover, their units as texts of labels, which are taken out of their plans.
ScheduleCover TakeCover(KeyedStore<ScheduleState>& schedules);

// Renews what the cover holds of enabled schedules.  Makes no units.
void CountEnabled(const KeyedStore<ScheduleState>& schedules, ScheduleCover& cover);

// The enabled schedules that cover a domain of that id and name.
DomainCover CoverOf(const FamilyCover& cover, std::string_view id, std::string_view name);

}  // namespace cckm
