#include "tests/simulator/scheduler.h"

#include <algorithm>
#include <utility>

#include "tests/simulator/random.h"
#include "tests/simulator/values.h"

namespace cckm::simulator {
namespace {

constexpr std::chrono::nanoseconds kMaxLateness = std::chrono::hours(24);
// Of a run that refreshes nothing, and of the former ones.
constexpr std::chrono::nanoseconds kOtherDuration = std::chrono::seconds(5);
constexpr std::chrono::nanoseconds kInstant(1);

TimePoint NextDue(const Schedule& schedule, TimePoint after) {
  if (schedule.rule.disabled) return kNever;
  if (schedule.start_date) after = std::max(after, *schedule.start_date - kInstant);
  const TimePoint due = schedule.rule.cron->After(after);
  return schedule.end_date && due >= *schedule.end_date ? kNever : due;
}

RunStatus StatusOfEnding(Ending ending) {
  if (ending == Ending::kFailed) return RunStatus::kFailed;
  if (ending == Ending::kCancelled) return RunStatus::kAborted;
  return RunStatus::kCompleted;
}

bool Allows(const std::string& filter, const std::string& value) {
  return filter.empty() || filter == value;
}

}  // namespace

Scheduler::Scheduler(SchedulerSettings settings, World& world, TimePoint now)
    : settings_(std::move(settings)), world_(world) {
  for (std::size_t node = 0; node < settings_.nodes; ++node) {
    node_ids_.push_back(Random(settings_.seed, "node", node).Uuid());
  }
  for (const ScheduleRule& rule : settings_.schedules) static_cast<void>(Place(rule, now));
  SortJobs();
}

void Scheduler::Advance(TimePoint now) {
  {
    const std::lock_guard lock(mutex_);
    while (!events_.empty() && events_.top().time <= now) {
      const Event event = events_.top();
      events_.pop();
      Follow(event, now);
    }
  }
  world_.Advance(now);
}

tl::expected<SchedulePtr, Refusal> Scheduler::Add(const ScheduleRule& rule, TimePoint now) {
  const std::lock_guard lock(mutex_);
  auto added = Place(rule, now);
  if (added && rule.runs > 0) SortJobs();
  return added;
}

SchedulePtr Scheduler::SetDisabled(std::string_view key, bool disabled, TimePoint now) {
  const std::lock_guard lock(mutex_);
  Plan* const plan = FindPlan(key);
  if (plan == nullptr) return nullptr;
  auto changed = std::make_shared<Schedule>(*plan->schedule);
  changed->rule.disabled = disabled;
  changed->updated_at = now;
  plan->schedule = std::move(changed);
  PlanNext(static_cast<std::size_t>(plan - plans_.data()), now);
  return plan->schedule;
}

SchedulePtr Scheduler::Miss(std::string_view key, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  Plan* const plan = FindPlan(key);
  if (plan == nullptr) return nullptr;
  plan->missed = count;
  return plan->schedule;
}

SchedulePtr Scheduler::RunNow(std::string_view key, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const Plan* const plan = FindPlan(key);
  if (plan == nullptr) return nullptr;
  Make(plan->schedule, now);
  return plan->schedule;
}

SchedulePtr Scheduler::Remove(std::string_view key) {
  const std::lock_guard lock(mutex_);
  Plan* const plan = FindPlan(key);
  if (plan == nullptr) return nullptr;
  ++plan->revision;
  return std::exchange(plan->schedule, nullptr);
}

std::vector<SchedulePtr> Scheduler::Schedules() const {
  const std::lock_guard lock(mutex_);
  std::vector<SchedulePtr> schedules;
  for (const Plan& plan : plans_) {
    if (plan.schedule) schedules.push_back(plan.schedule);
  }
  return schedules;
}

SchedulePtr Scheduler::FindSchedule(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      plans_, [&](const Plan& plan) { return plan.schedule && plan.schedule->id == id; });
  return found == plans_.end() ? nullptr : found->schedule;
}

RunPage Scheduler::List(const RunFilter& filter, Order order, std::size_t skip, std::size_t limit,
                        TimePoint at) const {
  const std::lock_guard lock(mutex_);
  RunPage page;
  for (std::size_t place = 0; place < jobs_.size(); ++place) {
    const bool newest_first = order == Order::kNewestFirst;
    const Job& job = *jobs_[newest_first ? jobs_.size() - 1 - place : place];
    if (!Passes(job, filter, at)) continue;
    if (page.total++ >= skip && page.runs.size() < limit) page.runs.push_back(Show(job, at));
  }
  return page;
}

tl::expected<SchedulePtr, Refusal> Scheduler::Place(const ScheduleRule& rule, TimePoint now) {
  auto units = UnitIdsOf(rule);
  if (!units) return tl::unexpected(units.error());
  auto schedule = std::make_shared<Schedule>();
  schedule->id = Random(settings_.seed, "schedule", plans_.size()).Uuid();
  schedule->rule = rule;
  schedule->rule.units = *std::move(units);
  schedule->created_at = schedule->updated_at = now - rule.age;
  if (rule.start) schedule->start_date = now + *rule.start;
  if (rule.end) schedule->end_date = now + *rule.end;
  AddFormerRuns(*schedule, now);
  plans_.push_back({std::move(schedule), rule.missed, 0});
  PlanNext(plans_.size() - 1, now);
  return plans_.back().schedule;
}

tl::expected<std::vector<std::string>, Refusal> Scheduler::UnitIdsOf(
    const ScheduleRule& rule) const {
  std::vector<std::string> ids;
  if (rule.family == nullptr) return ids;
  if (!world_.Offers(*rule.family)) return tl::unexpected(Refusal::kUnknownUnit);
  const auto units = world_.Units(*rule.family);
  for (const std::string& named : rule.units) {
    const auto number = ParseNumber(named, units.size());
    const auto found =
        std::ranges::find(units, named, [](const UnitPtr& unit) { return unit->id; });
    const bool by_number = found == units.end() && number && *number > 0;
    if (found == units.end() && !by_number) return tl::unexpected(Refusal::kUnknownUnit);
    ids.push_back(by_number ? units[*number - 1]->id : named);
  }
  return ids;
}

void Scheduler::AddFormerRuns(Schedule& schedule, TimePoint now) {
  std::vector<TimePoint> due;
  std::optional<TimePoint> last = now;
  while (due.size() < schedule.rule.runs && (last = schedule.rule.cron->Before(*last))) {
    due.push_back(*last);
  }
  if (due.empty()) return;
  schedule.created_at = std::min(schedule.created_at, due.back() - std::chrono::hours(1));
  schedule.updated_at = schedule.created_at;
  const auto shared = std::make_shared<const Schedule>(schedule);
  for (const TimePoint time : due) {
    Random random(settings_.seed, "run", made_++);
    jobs_.push_back(std::make_shared<Job>(Job{random.Uuid(),
                                              shared,
                                              time,
                                              time,
                                              {},
                                              time + kOtherDuration,
                                              schedule.rule.runs_as,
                                              random.Below(settings_.nodes)}));
  }
}

void Scheduler::SortJobs() {
  std::ranges::stable_sort(jobs_, {}, [](const JobPtr& job) { return job->created_at; });
  while (jobs_.size() > kMostRuns) jobs_.pop_front();
}

void Scheduler::PlanNext(std::size_t plan, TimePoint after) {
  const TimePoint due = NextDue(*plans_[plan].schedule, after);
  const std::uint64_t revision = ++plans_[plan].revision;
  if (due != kNever) events_.push({due, events_made_++, plan, revision, nullptr});
}

void Scheduler::Follow(const Event& event, TimePoint now) {
  if (event.job) return Begin(*event.job);
  Plan& plan = plans_[event.plan];
  if (plan.revision != event.revision) return;
  PlanNext(event.plan, std::max(event.time, now - kMaxLateness));
  if (plan.missed == kEveryRun || now - event.time > kMaxLateness) return;
  if (plan.missed > 0) {
    --plan.missed;
    return;
  }
  Make(plan.schedule, event.time);
}

Scheduler::JobPtr Scheduler::Make(const SchedulePtr& schedule, TimePoint created_at) {
  Random random(settings_.seed, "run", made_++);
  const TimePoint begins_at = created_at + schedule->rule.queued;
  const auto job = std::make_shared<Job>(Job{random.Uuid(),
                                             schedule,
                                             created_at,
                                             begins_at,
                                             {},
                                             begins_at + kOtherDuration,
                                             RunStatus::kCompleted,
                                             random.Below(settings_.nodes)});
  jobs_.push_back(job);
  if (jobs_.size() > kMostRuns) jobs_.pop_front();
  if (begins_at == created_at) {
    Begin(*job);
  } else {
    events_.push({begins_at, events_made_++, 0, 0, job});
  }
  return job;
}

// A refresh of units that are being refreshed is refused, which is the end of the run.
void Scheduler::Begin(Job& job) {
  const ScheduleRule& rule = job.schedule->rule;
  if (rule.family == nullptr) return;
  world_.Advance(job.begins_at);
  const auto refresh =
      world_.StartPlanned(*rule.family, {rule.units.empty(), rule.units, {}}, job.begins_at);
  if (refresh) {
    job.refresh_id = (*refresh)->id;
  } else {
    job.ends_at = job.begins_at;
    job.ending = RunStatus::kFailed;
  }
}

Scheduler::Plan* Scheduler::FindPlan(std::string_view key) {
  const auto with = [&](auto member) {
    return std::ranges::find_if(plans_, [&](const Plan& plan) {
      return plan.schedule && std::invoke(member, *plan.schedule) == key;
    });
  };
  auto found = with(&Schedule::id);
  if (found == plans_.end()) {
    found = with([](const Schedule& schedule) { return std::string_view(schedule.rule.name); });
  }
  return found == plans_.end() ? nullptr : &*found;
}

RunStatus Scheduler::StatusOf(const Job& job, TimePoint at) const {
  if (at < job.begins_at) return RunStatus::kScheduled;
  if (job.refresh_id.empty()) return at < job.ends_at ? RunStatus::kInProgress : job.ending;
  const RefreshPtr refresh = world_.Find(*job.schedule->rule.family, job.refresh_id);
  if (!refresh) return RunStatus::kCompleted;
  return IsFinished(*refresh, at) ? StatusOfEnding(refresh->ending) : RunStatus::kInProgress;
}

bool Scheduler::Passes(const Job& job, const RunFilter& filter, TimePoint at) const {
  const Schedule& schedule = *job.schedule;
  return job.created_at <= at && Allows(filter.id, job.id) &&
         Allows(filter.name, schedule.rule.name) &&
         Allows(filter.operation, schedule.rule.operation) &&
         Allows(filter.job_config_id, schedule.id) &&
         Allows(filter.processing_node, node_ids_[job.node]) &&
         (!filter.created_after || job.created_at > *filter.created_after) &&
         (!filter.created_before || job.created_at < *filter.created_before) &&
         (!filter.status || StatusOf(job, at) == *filter.status);
}

Run Scheduler::Show(const Job& job, TimePoint at) const {
  return {job.id, job.schedule, job.created_at, StatusOf(job, at), node_ids_[job.node]};
}

}  // namespace cckm::simulator
