#include "exporter/web/status/status_snapshot.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "collectors/base/text.h"
#include "exporter/web/status/format.h"
#include "exporter/web/status/status_problems.h"

namespace cckm {
namespace {

// An object of the state and where it stands in its list: by rank, then by key, both ascending.
template <typename Object>
struct Candidate {
  int rank;
  std::int64_t key;
  const TargetState* target;
  const CollectorState* collector;
  const Object* object;
};

template <typename Object>
bool IsBefore(const Candidate<Object>& a, const Candidate<Object>& b) {
  return std::tuple(a.rank, a.key, a.target->label.text(), a.collector, a.object->id.text()) <
         std::tuple(b.rank, b.key, b.target->label.text(), b.collector, b.object->id.text());
}

// For a list with the oldest first; what has no time comes before it.
std::int64_t OldestFirst(const std::optional<WallTime>& time) {
  return time ? time->time_since_epoch().count() : std::numeric_limits<std::int64_t>::min();
}

std::int64_t LatestFirst(const std::optional<WallTime>& time) {
  return time ? -time->time_since_epoch().count() : std::numeric_limits<std::int64_t>::max();
}

// What is late without that anybody is to be told is no trouble.
bool IsTroublinglyLate(const DomainState& domain, WallTime now) {
  return domain.expected && domain.expected->severity != Severity::kNone && IsLate(domain, now);
}

DomainTrouble TroubleOf(const DomainState& domain, std::size_t status, WallTime now) {
  constexpr std::size_t kNever = 5;
  static_assert(kDomainShownNames[kNever] == "never");
  const auto is = [&](DomainStatus wanted) { return status == static_cast<std::size_t>(wanted); };
  const DomainResult result = domain.history.last_result;
  if (is(DomainStatus::kFailed) || result == DomainResult::kFailed) return DomainTrouble::kFailed;
  if (is(DomainStatus::kUnknown)) return DomainTrouble::kUnknown;
  if (is(DomainStatus::kCancelled) || result == DomainResult::kCancelled) {
    return DomainTrouble::kCancelled;
  }
  if (status == kNever) return DomainTrouble::kNever;
  return IsTroublinglyLate(domain, now) ? DomainTrouble::kLate : DomainTrouble::kNone;
}

// The troubled in the order of DomainTrouble, then those that run, then the others.
int RankOf(DomainTrouble trouble, std::size_t status) {
  const bool rests = trouble == DomainTrouble::kNone &&
                     status != static_cast<std::size_t>(DomainStatus::kInProgress);
  return static_cast<int>(trouble) + (rests ? 1 : 0);
}

int RankOf(const ScheduleState& schedule) {
  if (schedule.is_missed) return 0;
  if (schedule.run_status == RunStatus::kFailed || schedule.run_status == RunStatus::kAborted) {
    return 1;
  }
  if (!schedule.cron) return 2;
  return schedule.is_enabled ? 3 : 4;
}

int RankOf(RefreshStatus unfinished) {
  if (unfinished == RefreshStatus::kNotFound) return 0;
  return unfinished == RefreshStatus::kUnknown ? 1 : 2;
}

void CountExpected(const TargetState& target, std::vector<ShownExpectation>& expectations) {
  if (target.options.expectations == nullptr) return;
  for (const Expectation& expectation : target.options.expectations->expectations()) {
    expectations.push_back({.expectation = expectation});
  }
  for (const CollectorState& collector : target.collectors) {
    for (const DomainState& domain : collector.domains) {
      const auto& expected = domain.expected;
      if (expected && expected->expectation) ++expectations[*expected->expectation].domains;
    }
  }
}

// Fills a model from a view of the state.
class SnapshotFiller {
 public:
  SnapshotFiller(const StateView& view, WallTime now, const DroppedSeriesByTarget& dropped,
                 StatusModel& model)
      : view_(view), now_(now), dropped_(dropped), model_(model) {}

  void Take();

 private:
  void LookAt(const TargetState& target);
  void LookAt(const TargetState& target, const CollectorState& collector);
  void LookAtSchedules(const TargetState& target);
  ShownTarget Copy(const TargetState& target) const;
  ShownDomain Copy(const Candidate<DomainState>& candidate) const;
  ShownRefresh Copy(const Candidate<RefreshState>& candidate) const;
  static ShownSchedule Copy(const Candidate<ScheduleState>& candidate);
  template <typename Row, typename Object>
  void CopyFirst(std::vector<Candidate<Object>>& candidates, std::size_t most,
                 Truncated<Row>& list) const;

  const StateView& view_;
  const WallTime now_;
  const DroppedSeriesByTarget& dropped_;
  StatusModel& model_;
  std::vector<Candidate<DomainState>> domains_;
  std::vector<Candidate<RefreshState>> unfinished_;
  std::vector<Candidate<RefreshState>> finished_;
  std::vector<Candidate<ScheduleState>> schedules_;
};

void SnapshotFiller::Take() {
  for (const TargetState& target : view_.targets) LookAt(target);
  CopyFirst(domains_, kMaxShownDomains, model_.domains);
  CopyFirst(unfinished_, kMaxShownUnfinished, model_.unfinished);
  CopyFirst(finished_, kMaxShownFinished, model_.finished);
  CopyFirst(schedules_, kMaxShownSchedules, model_.schedules);
}

template <typename Row, typename Object>
void SnapshotFiller::CopyFirst(std::vector<Candidate<Object>>& candidates, std::size_t most,
                               Truncated<Row>& list) const {
  list.total = candidates.size();
  const auto end =
      candidates.begin() + static_cast<std::ptrdiff_t>(std::min(most, candidates.size()));
  std::partial_sort(candidates.begin(), end, candidates.end(), IsBefore<Object>);
  candidates.erase(end, candidates.end());
  list.rows.reserve(candidates.size());
  for (const Candidate<Object>& candidate : candidates) list.rows.push_back(Copy(candidate));
}

void SnapshotFiller::LookAt(const TargetState& target) {
  model_.targets.rows.push_back(Copy(target));
  CountExpected(target, model_.targets.rows.back().expectations);
  for (const CollectorState& collector : target.collectors) LookAt(target, collector);
  if (target.schedules.is_enabled) LookAtSchedules(target);
}

void SnapshotFiller::LookAt(const TargetState& target, const CollectorState& collector) {
  StatusCounts& counts = model_.counts;
  for (const DomainState& domain : collector.domains) {
    const std::size_t status = ShownStatus(domain, target.options, view_.now);
    const DomainTrouble trouble = TroubleOf(domain, status, now_);
    ++counts.domains[status];
    ++counts.troubled_domains[static_cast<std::size_t>(trouble)];
    domains_.push_back({RankOf(trouble, status), OldestFirst(domain.history.last_success_at),
                        &target, &collector, &domain});
  }
  for (const RefreshState& refresh : collector.refreshes) {
    const RefreshStatus status = ShownStatus(refresh, target.options, view_.now);
    ++counts.refreshes[static_cast<std::size_t>(status)];
    if (IsFinished(status)) {
      finished_.push_back({0, LatestFirst(refresh.completed_at), &target, &collector, &refresh});
    } else {
      unfinished_.push_back(
          {RankOf(status), OldestFirst(refresh.created_at), &target, &collector, &refresh});
    }
  }
}

void SnapshotFiller::LookAtSchedules(const TargetState& target) {
  model_.reads_schedules = true;
  for (const ScheduleState& schedule : target.schedules.schedules) {
    schedules_.push_back({RankOf(schedule), 0, &target, nullptr, &schedule});
  }
  for (const CollectorState& collector : target.collectors) {
    for (const DomainState& domain : collector.domains) {
      if (domain.schedules.value_or(1) != 0) continue;
      if (++model_.unscheduled.total > kMaxShownUnscheduled) continue;
      model_.unscheduled.rows.push_back({.target = std::string(target.label.text()),
                                         .cloud = collector.family->name,
                                         .id = std::string(domain.id.text()),
                                         .name = std::string(domain.name.text())});
    }
  }
}

std::optional<ShownScheduler> SchedulerOf(const SchedulesState& state) {
  if (!state.is_enabled) return std::nullopt;
  return ShownScheduler{.up = state.up,
                        .last_read_at = state.read_at,
                        .schedules = state.schedules.size(),
                        .missed = static_cast<std::size_t>(
                            std::ranges::count(state.schedules, true, &ScheduleState::is_missed)),
                        .last_error = state.last_error};
}

Reachability ReachabilityOf(const std::vector<ShownCollector>& collectors) {
  const auto count = [&](Reachability wanted) {
    return static_cast<std::size_t>(
        std::ranges::count(collectors, wanted, &ShownCollector::reachability));
  };
  const std::size_t absent = count(Reachability::kAbsent);
  const std::size_t down = count(Reachability::kDown);
  if (down != 0) {
    return down + absent == collectors.size() ? Reachability::kDown : Reachability::kPartlyDown;
  }
  if (absent == collectors.size() && absent != 0) return Reachability::kAbsent;
  return count(Reachability::kWaiting) != 0 ? Reachability::kWaiting : Reachability::kUp;
}

ShownCollector CollectorOf(const CollectorState& collector) {
  const PollState& poll = collector.poll;
  ShownCollector shown{.cloud = collector.family->name,
                       .last_poll_at = poll.ended_at,
                       .last_success_at = poll.succeeded_at,
                       .refreshes = static_cast<std::size_t>(std::ranges::count(
                           collector.refreshes, true, &RefreshState::is_watched)),
                       .domains = collector.domains.size(),
                       .discovers = collector.discovers,
                       .is_truncated = collector.list_is_truncated,
                       .unlisted_domains = CountUnlisted(collector),
                       .dropped_domains = collector.dropped_domains,
                       .unreadable_id_files = collector.unreadable_id_files,
                       .last_error = poll.last_error};
  if (poll.polled_once) {
    shown.reachability = poll.up          ? Reachability::kUp
                         : poll.is_absent ? Reachability::kAbsent
                                          : Reachability::kDown;
    shown.last_poll_duration = poll.duration;
  }
  shown.unanswered = static_cast<std::size_t>(
      std::ranges::count(collector.refreshes, true, &RefreshState::unanswered));
  return shown;
}

ShownTarget SnapshotFiller::Copy(const TargetState& target) const {
  const TargetObservation& observation = target.observation;
  const TokenState& token = observation.token;
  ShownTarget shown{
      .name = std::string(target.label.text()),
      .is_authenticated = token.is_held && !(token.held_until && *token.held_until <= view_.now),
      .token_expires_at = token.expires_at,
      .certificate_expires_at = observation.certificate_expires_at,
      .verifies_certificate = target.options.tls_verification,
      .clock_skew = observation.clock_skew,
      .login_error = target.login_error};
  const auto dropped = dropped_.find(target.label.text());
  if (dropped != dropped_.end()) shown.dropped_series = dropped->second;
  for (std::size_t i = 0; i < target.address_labels.size(); ++i) {
    const AddressState& address = observation.addresses[i];
    shown.addresses.push_back({.url = std::string(target.address_labels[i].text()),
                               .is_in_use = address.is_in_use,
                               .is_up = address.is_up});
  }
  for (const CollectorState& collector : target.collectors) {
    shown.collectors.push_back(CollectorOf(collector));
  }
  shown.reachability = ReachabilityOf(shown.collectors);
  shown.scheduler = SchedulerOf(target.schedules);
  return shown;
}

// By the appliance's clock, as far as its difference to ours is known; never negative.
std::optional<Nanoseconds> SinceStart(const TargetState& target,
                                      const std::optional<WallTime>& started_at, WallTime now) {
  if (!started_at) return std::nullopt;
  const Nanoseconds skew = target.observation.clock_skew.value_or(Nanoseconds(0));
  return std::max(Nanoseconds(0), now + skew - *started_at);
}

ShownDomain SnapshotFiller::Copy(const Candidate<DomainState>& candidate) const {
  const DomainState& domain = *candidate.object;
  const TargetState& target = *candidate.target;
  const DomainHistory& history = domain.history;
  ShownDomain shown{.cloud = candidate.collector->family->name,
                    .target = std::string(target.label.text()),
                    .id = std::string(domain.id.text()),
                    .name = std::string(domain.name.text()),
                    .connection = std::string(domain.connection.text()),
                    .status = ShownStatus(domain, target.options, view_.now),
                    .last_result = history.last_result,
                    .refresh_id = {},
                    .last_success_at = history.last_success_at,
                    .last_finished_at = history.completed_at(),
                    .last_duration = history.last_duration(),
                    .detail = {},
                    .expected = domain.expected.ToOptional(),
                    .is_late = IsLate(domain, now_)};
  if (domain.newest == nullptr) return shown;
  shown.refresh_id = domain.newest->id.text();
  shown.started_at = domain.newest->created_at;
  shown.detail = domain.detail;
  if (shown.status == static_cast<std::size_t>(DomainStatus::kInProgress)) {
    shown.running_for = SinceStart(target, shown.started_at, now_);
  }
  return shown;
}

ShownRefresh SnapshotFiller::Copy(const Candidate<RefreshState>& candidate) const {
  const RefreshState& refresh = *candidate.object;
  const TargetState& target = *candidate.target;
  ShownRefresh shown{.cloud = candidate.collector->family->name,
                     .target = std::string(target.label.text()),
                     .id = std::string(refresh.id.text()),
                     .status = ShownStatus(refresh, target.options, view_.now),
                     .unknown_status = refresh.unknown_status.value_or_default(),
                     .started_at = refresh.created_at,
                     .finished_at = refresh.completed_at,
                     .domains = refresh.domains.size(),
                     .is_unanswered = refresh.unanswered};
  for (const NamedDomain& named : refresh.domains) {
    ++shown.domain_counts[static_cast<std::size_t>(named.status)];
  }
  if (shown.status == RefreshStatus::kInProgress) {
    shown.running_for = SinceStart(target, refresh.created_at, now_);
  }
  if (IsFinished(shown.status) && refresh.created_at && refresh.completed_at) {
    shown.duration = *refresh.completed_at - *refresh.created_at;
  }
  return shown;
}

ShownSchedule SnapshotFiller::Copy(const Candidate<ScheduleState>& candidate) {
  const ScheduleState& schedule = *candidate.object;
  const Family* family = schedule.plan.family;
  return {.target = std::string(candidate.target->label.text()),
          .cloud = family == nullptr ? std::string_view() : family->name,
          .id = std::string(schedule.id.text()),
          .name = std::string(schedule.name.text()),
          .run_at = std::string(schedule.run_at.text()),
          .is_readable = schedule.cron.has_value(),
          .is_enabled = schedule.is_enabled,
          .is_missed = schedule.is_missed,
          .last_status = schedule.run_status,
          .next_run_at = schedule.next_run_at,
          .last_due_at = schedule.last_due_at,
          .last_run_at = schedule.run_created_at,
          .interval = schedule.interval};
}

// What was copied, but for label values, is made fit to be shown only when updates wait no more.
void MakeFit(std::optional<ShownError>& error) {
  if (error) error->message = Shown(error->message);
}

void MakeFit(ShownTarget& target) {
  MakeFit(target.login_error);
  if (target.scheduler) MakeFit(target.scheduler->last_error);
  for (ShownCollector& collector : target.collectors) MakeFit(collector.last_error);
  for (ShownExpectation& shown : target.expectations) {
    DomainPatterns& match = shown.expectation.match;
    for (std::string* text : {&match.cloud, &match.domain, &match.connection}) {
      *text = Printable(*text);
    }
  }
}

void MakeFit(StatusModel& model) {
  for (ShownTarget& target : model.targets.rows) MakeFit(target);
  for (ShownDomain& domain : model.domains.rows) domain.detail = Shown(domain.detail);
  for (Truncated<ShownRefresh>* list : {&model.unfinished, &model.finished}) {
    for (ShownRefresh& refresh : list->rows) refresh.unknown_status = Shown(refresh.unknown_status);
  }
}

void KeepFirstTargets(StatusModel& model) {
  std::vector<ShownTarget>& targets = model.targets.rows;
  model.targets.total = targets.size();
  for (const ShownTarget& target : targets) {
    ++model.counts.targets[static_cast<std::size_t>(target.reachability)];
  }
  std::ranges::stable_sort(targets, {}, &ShownTarget::reachability);
  if (targets.size() > kMaxShownTargets) targets.resize(kMaxShownTargets);
}

}  // namespace

StatusModel TakeStatusSnapshot(const StatusSources& sources, const DroppedSeriesByTarget& dropped,
                               WallTime now) {
  const ExporterStatus& status = sources.status;
  StatusModel model{.taken_at = now,
                    .version = std::string(sources.version),
                    .config_ok = status.config_ok(),
                    .config_loaded_at = status.config_loaded_at(),
                    .ledger_writable = status.ledger_writable(),
                    .ledger_failures = status.ledger_failures(),
                    .links = sources.links};
  sources.state.Read(
      [&](const StateView& view) { SnapshotFiller(view, now, dropped, model).Take(); });
  MakeFit(model);
  model.problems = FindProblems(model);
  KeepFirstTargets(model);
  return model;
}

}  // namespace cckm
