// The simulated appliance's scheduler: which schedules exist, when each is due, and the runs that
// came of it, which start refreshes of the world.  It knows neither HTTP nor JSON nor a clock;
// every call says what time it is.
//
// Everything follows from the settings, the calls and their times.
//
// Thread-safety: every method may be called from any thread.  Schedules that were handed out never
// change; a later call hands out a new one.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "tests/simulator/schedule_rule.h"
#include "tests/simulator/world.h"

namespace cckm::simulator {

struct SchedulerSettings {
  std::uint64_t seed = 1;
  std::size_t nodes = 1;  // of the cluster, which take turns at random
  std::vector<ScheduleRule> schedules =
      {};  // of the start; one whose units do not exist is left out
};

struct Schedule {
  std::string id;
  ScheduleRule rule;  // its units are IDs
  TimePoint created_at;
  TimePoint updated_at;
  std::optional<TimePoint> start_date;
  std::optional<TimePoint> end_date;
};

using SchedulePtr = std::shared_ptr<const Schedule>;

// A run as it looked at one moment.
struct Run {
  std::string id;
  SchedulePtr schedule;  // as it was when the run was made
  TimePoint created_at;
  RunStatus status;
  std::string processing_node;
};

// What a list is asked for; what is empty filters nothing.
struct RunFilter {
  std::string id = {};
  std::string name = {};
  std::string operation = {};
  std::string job_config_id = {};
  std::string processing_node = {};
  std::optional<RunStatus> status = {};
  std::optional<TimePoint> created_after = {};
  std::optional<TimePoint> created_before = {};
};

struct RunPage {
  std::size_t total = 0;  // of all pages
  std::vector<Run> runs = {};
};

enum class Order { kOldestFirst, kNewestFirst };

class Scheduler {
 public:
  // Borrows the world.
  Scheduler(SchedulerSettings settings, World& world, TimePoint now);

  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Makes the runs that were due until `now`, each at its moment, and brings the world there.  What
  // was due more than a day ago (the host slept) is not made up for.
  void Advance(TimePoint now);

  // kUnknownUnit: the family is not offered, or has no such unit.
  tl::expected<SchedulePtr, Refusal> Add(const ScheduleRule& rule, TimePoint now);

  // These four take an ID, or the name of the oldest schedule of that name, and return null where
  // there is none.
  SchedulePtr SetDisabled(std::string_view key, bool disabled, TimePoint now);
  // The next `count` due times pass without a run, in place of what was told before.
  SchedulePtr Miss(std::string_view key, std::uint64_t count);
  // Makes a run now, whatever is planned.
  SchedulePtr RunNow(std::string_view key, TimePoint now);
  // Its runs stay.
  SchedulePtr Remove(std::string_view key);

  // Oldest first.
  std::vector<SchedulePtr> Schedules() const;
  SchedulePtr FindSchedule(std::string_view id) const;

  // The runs that were there at the moment `at`, as they looked then.
  RunPage List(const RunFilter& filter, Order order, std::size_t skip, std::size_t limit,
               TimePoint at) const;

 private:
  struct Plan {
    SchedulePtr schedule;
    std::uint64_t missed;    // due times that still pass without a run
    std::uint64_t revision;  // of the event that is its next due time
  };
  struct Job {
    std::string id;
    SchedulePtr schedule;
    TimePoint created_at;
    TimePoint begins_at;
    std::string refresh_id;  // empty: of none
    TimePoint ends_at;       // only without a refresh
    RunStatus ending;        // only without a refresh
    std::size_t node;
  };
  using JobPtr = std::shared_ptr<Job>;
  // A schedule's due time, or that a job begins.
  struct Event {
    TimePoint time;
    std::uint64_t number;  // counts up
    std::size_t plan;      // index into plans_
    std::uint64_t revision;
    JobPtr job;  // null for a due time
    bool operator>(const Event& other) const {
      return time != other.time ? time > other.time : number > other.number;
    }
  };

  tl::expected<SchedulePtr, Refusal> Place(const ScheduleRule& rule, TimePoint now);
  tl::expected<std::vector<std::string>, Refusal> UnitIdsOf(const ScheduleRule& rule) const;
  void AddFormerRuns(Schedule& schedule, TimePoint now);
  void SortJobs();
  void PlanNext(std::size_t plan, TimePoint after);
  void Follow(const Event& event, TimePoint now);
  JobPtr Make(const SchedulePtr& schedule, TimePoint created_at);
  void Begin(Job& job);
  Plan* FindPlan(std::string_view key);
  RunStatus StatusOf(const Job& job, TimePoint at) const;
  bool Passes(const Job& job, const RunFilter& filter, TimePoint at) const;
  Run Show(const Job& job, TimePoint at) const;

  const SchedulerSettings settings_;
  World& world_;
  std::vector<std::string> node_ids_;
  mutable std::mutex mutex_;
  // Below this line guarded by mutex_.
  std::vector<Plan> plans_;  // a removed one has no schedule
  std::deque<JobPtr> jobs_;  // oldest first
  std::uint64_t made_ = 0;   // jobs
  std::uint64_t events_made_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

}  // namespace cckm::simulator
