#include "exporter/app/target_set.h"

#include <algorithm>
#include <map>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

namespace cckm {
namespace {

bool LogsIn(const TargetConfig& config) {
  return !std::holds_alternative<TokenFileAuthentication>(config.authentication);
}

bool DiffersInExpectationsAtMost(TargetConfig former, const TargetConfig& config) {
  former.expectations = config.expectations;
  return former == config;
}

StartFailure NoThread(const std::string& target, const std::string& reason) {
  return {StartFailure::Kind::kNoResources,
          "target " + target + ": the system gives no thread for it: " + reason +
              "; raise the limit of tasks (TasksMax= of the unit, the container's pids limit, "
              "ulimit -u) or share targets among processes with --shard.count"};
}

StartFailure Unreadable(const std::string& target, const LedgerFailure& failure) {
  if (failure.kind == LedgerFailure::Kind::kFailed) {
    return {StartFailure::Kind::kLedger,
            "target " + target + ": the ledger cannot be read: " + failure.message};
  }
  return {StartFailure::Kind::kDamagedLedger,
          "target " + target + ": the ledger is damaged: " + failure.message +
              "; restore its folder from a backup, or move it away to begin anew"};
}

}  // namespace

// Every thread is told to stop before the first is waited for.
TargetSet::~TargetSet() { RequestStop(); }

tl::expected<void, StartFailure> TargetSet::Apply(std::vector<TargetConfig> configs) {
  std::vector<Prepared> all;
  all.reserve(configs.size());
  for (TargetConfig& config : configs) {
    auto prepared = Prepare(std::move(config));
    if (!prepared) return tl::make_unexpected(std::move(prepared.error()));
    all.push_back(std::move(*prepared));
  }
  Swap(std::move(all));
  return {};
}

TargetSet::PreparedResult TargetSet::Prepare(TargetConfig config) const {
  const auto former =
      std::ranges::find(entries_, config.name,
                        [](const Entry& entry) -> const std::string& { return entry.config.name; });
  if (former != entries_.end() && DiffersInExpectationsAtMost(former->config, config)) {
    return Prepared{.name = std::move(config.name),
                    .entry = std::nullopt,
                    .setup = {},
                    .expectations = std::move(config.expectations)};
  }
  const std::string name = config.name;
  try {
    return SetUp(std::move(config));
  } catch (const std::system_error& error) {
    return tl::make_unexpected(NoThread(name, error.code().message()));
  } catch (const std::bad_alloc&) {
    return tl::make_unexpected(
        StartFailure{StartFailure::Kind::kNoResources, "target " + name + ": no memory is left"});
  }
}

TargetSet::PreparedResult TargetSet::SetUp(TargetConfig config) const {
  Prepared prepared{.name = config.name, .entry = Entry{}, .setup = SetupOf(config)};
  prepared.entry->refresh_ids = ReadRefreshIds(config);
  std::vector<CollectorPlan> plans;
  for (std::size_t i = 0; i < config.collectors.size(); ++i) {
    CollectorSetup& setup = prepared.setup.collectors[i];
    setup.refresh_ids =
        prepared.entry->refresh_ids[i].refresh_ids(config.collectors[i].refresh_ids);
    setup.unreadable_id_files = prepared.entry->refresh_ids[i].unreadable();
    auto plan = MakePlan(config, config.collectors[i], setup);
    if (!plan) {
      return tl::make_unexpected(Unreadable(config.name, plan.error()));
    }
    plans.push_back(std::move(*plan));
  }
  prepared.entry->runtime =
      std::make_unique<TargetRuntime>(config, std::move(plans), parts_.runtime);
  prepared.entry->config = std::move(config);
  return prepared;
}

void TargetSet::Swap(std::vector<Prepared> prepared) {
  std::map<std::string_view, Prepared*> by_name;
  for (Prepared& target : prepared) by_name.emplace(target.name, &target);
  std::map<std::string, Entry> former;
  for (Entry& entry : entries_) {
    const auto found = by_name.find(entry.config.name);
    const bool stays = found != by_name.end() && !found->second->entry;
    if (!stays) entry.runtime->RequestStop();
    std::string name = entry.config.name;
    former.emplace(std::move(name), std::move(entry));
  }
  entries_.clear();
  for (auto& [name, entry] : former) {
    if (!by_name.contains(name)) Remove(entry);
  }
  for (Prepared& target : prepared) {
    const auto found = former.find(target.name);
    if (!target.entry) {
      Keep(std::move(found->second), std::move(target.expectations));
      continue;
    }
    if (found != former.end()) found->second.runtime.reset();
    Activate(std::move(target));
  }
}

void TargetSet::Remove(Entry& entry) {
  entry.runtime.reset();
  parts_.state.RemoveTarget(entry.config.name);
  parts_.self_metrics.RemoveTarget(entry.config.name);
}

void TargetSet::Keep(Entry entry, std::vector<Expectation> expectations) {
  TargetConfig& config = entry.config;
  if (config.expectations != expectations) {
    config.expectations = std::move(expectations);
    parts_.state.SetExpectations(config.name, ExpectationsOf(config));
  }
  entries_.push_back(std::move(entry));
}

void TargetSet::Activate(Prepared prepared) {
  Entry& entry = entries_.emplace_back(std::move(*prepared.entry));
  const TargetConfig& config = entry.config;
  WarnOfWeakness(config);
  parts_.self_metrics.AddTarget(config.name, LogsIn(config));
  for (const CollectorConfig& collector : config.collectors) {
    parts_.self_metrics.AddCollector(config.name, *collector.family);
  }
  if (config.schedules.enabled) parts_.self_metrics.AddScheduler(config.name);
  parts_.state.SetTarget(std::move(prepared.setup));
  if (started_) entry.runtime->Begin(PollUntil::kStopped);
}

std::vector<TargetConfig> TargetSet::Configs() const {
  std::vector<TargetConfig> configs;
  for (const Entry& entry : entries_) configs.push_back(entry.config);
  return configs;
}

// Files that cannot be read now keep what was read for the target's former configuration.
std::vector<WatchedRefreshIds> TargetSet::ReadRefreshIds(const TargetConfig& config) const {
  std::vector<WatchedRefreshIds> all;
  const auto former =
      std::ranges::find(entries_, config.name,
                        [](const Entry& entry) -> const std::string& { return entry.config.name; });
  for (const CollectorConfig& collector : config.collectors) {
    WatchedRefreshIds& ids = all.emplace_back(collector.refresh_id_files);
    for (std::size_t i = 0; former != entries_.end() && i < former->refresh_ids.size(); ++i) {
      if (former->config.collectors[i].family != collector.family) continue;
      ids.Inherit(former->refresh_ids[i]);
    }
    ids.Look(ReportOf(config.name));
  }
  return all;
}

WatchedRefreshIds::ErrorReporter TargetSet::ReportOf(const std::string& target) const {
  return [&log = parts_.runtime.log, &target](const std::string& problem) {
    log.Warn("File of refresh IDs has a problem", {{"target", target}, {"error", problem}});
  };
}

// Tells the poller and, in `setup`, the state what is configured and what the ledger knows.
tl::expected<CollectorPlan, LedgerFailure> TargetSet::MakePlan(const TargetConfig& target,
                                                               const CollectorConfig& config,
                                                               CollectorSetup& setup) const {
  CollectorPlan plan{static_cast<const CollectorSettings&>(config)};
  plan.refresh_ids = setup.refresh_ids;
  WantedRefreshes wanted{.refresh_ids = plan.refresh_ids, .finished_since = std::nullopt};
  if (config.discovery.enabled) wanted.finished_since = parts_.runtime.clock.Now() - kShownAfterEnd;
  auto memory = parts_.ledger.Restore(target.name, *config.family, wanted);
  if (!memory) return tl::make_unexpected(memory.error());
  plan.baseline = memory->baseline;
  for (const RefreshAnswer& answer : memory->refreshes) {
    plan.known.push_back(
        {.id = answer.refresh.id, .summary = SummaryOf(answer.refresh, answer.left_out.counts)});
  }
  setup.unwatched_ids = TakeOutOldest(plan.known, plan.refresh_ids, plan.discovery.max_refreshes);
  setup.memory = std::make_shared<CollectorMemory>(std::move(*memory));
  return plan;
}

void TargetSet::WarnOfWeakness(const TargetConfig& config) const {
  if (config.has_http_address()) {
    parts_.runtime.log.Warn(
        "Target is polled without TLS: tokens and answers can be read on the way",
        {{"target", config.name}});
  } else if (config.tls.insecure_skip_verify) {
    parts_.runtime.log.Warn(
        "Target's certificate is not verified: anybody on the way can read tokens",
        {{"target", config.name}});
  }
}

void TargetSet::Start() {
  started_ = true;
  for (const Entry& entry : entries_) entry.runtime->Begin(PollUntil::kStopped);
}

void TargetSet::PollOnce() {
  for (const Entry& entry : entries_) entry.runtime->Begin(PollUntil::kFirstPollEnded);
  for (const Entry& entry : entries_) entry.runtime->Join();
}

bool TargetSet::LookAtIdFiles() {
  bool some_changed = false;
  for (Entry& entry : entries_) {
    for (std::size_t i = 0; i < entry.refresh_ids.size(); ++i) {
      WatchedRefreshIds& ids = entry.refresh_ids[i];
      if (!ids.Look(ReportOf(entry.config.name))) continue;
      some_changed = true;
      const CollectorConfig& config = entry.config.collectors[i];
      const Family& family = *config.family;
      std::vector<std::string> refresh_ids = ids.refresh_ids(config.refresh_ids);
      parts_.state.SetRefreshIds(entry.config.name, family, refresh_ids, ids.unreadable());
      entry.runtime->SetRefreshIds(family, std::move(refresh_ids));
    }
  }
  return some_changed;
}

std::map<std::string, std::uint64_t> TargetSet::Steps() const {
  std::map<std::string, std::uint64_t> steps;
  for (const Entry& entry : entries_) {
    if (entry.runtime) steps.emplace(entry.config.name, entry.runtime->steps());
  }
  return steps;
}

void TargetSet::Wake() {
  for (const Entry& entry : entries_) entry.runtime->Wake();
}

void TargetSet::RequestStop() {
  for (const Entry& entry : entries_) entry.runtime->RequestStop();
}

}  // namespace cckm
