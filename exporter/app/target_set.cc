#include "exporter/app/target_set.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>
#include <variant>

namespace cckm {
namespace {

// How long a discovered refresh is shown after its end.
constexpr Nanoseconds kShownAfterEnd = std::chrono::hours(24);

bool LogsIn(const TargetConfig& config) {
  return !std::holds_alternative<TokenFileAuthentication>(config.authentication);
}

}  // namespace

// Every thread is told to stop before the first is waited for.
TargetSet::~TargetSet() { RequestStop(); }

void TargetSet::Apply(std::vector<TargetConfig> configs) {
  RemoveOthers(configs);
  std::vector<Entry> former = std::exchange(entries_, {});
  for (TargetConfig& config : configs) {
    const auto found = std::ranges::find(former, config.name,
                                         [](const Entry& entry) { return entry.config.name; });
    const bool is_known = found != former.end();
    Entry& entry = entries_.emplace_back(is_known ? std::move(*found) : Entry{});
    if (is_known && entry.config == config) continue;
    entry.runtime.reset();
    entry.config = std::move(config);
    SetUp(entry);
  }
}

std::vector<TargetConfig> TargetSet::Configs() const {
  std::vector<TargetConfig> configs;
  for (const Entry& entry : entries_) configs.push_back(entry.config);
  return configs;
}

void TargetSet::RemoveOthers(const std::vector<TargetConfig>& configs) {
  std::vector<std::string> removed;
  std::erase_if(entries_, [&](const Entry& entry) {
    const bool stays =
        std::ranges::find(configs, entry.config.name, &TargetConfig::name) != configs.end();
    if (!stays) removed.push_back(entry.config.name);
    return !stays;
  });
  for (const std::string& name : removed) {
    parts_.state.RemoveTarget(name);
    parts_.self_metrics.RemoveTarget(name);
  }
}

void TargetSet::SetUp(Entry& entry) {
  const TargetConfig& config = entry.config;
  WarnOfWeakness(config);
  parts_.self_metrics.AddTarget(config.name, LogsIn(config));
  TargetSetup setup = SetupOf(config);
  std::vector<CollectorPlan> plans;
  entry.id_files.clear();
  for (std::size_t i = 0; i < config.collectors.size(); ++i) {
    parts_.self_metrics.AddCollector(config.name, *config.collectors[i].family);
    entry.id_files.push_back(VersionsOf(config.collectors[i].refresh_id_files));
    plans.push_back(MakePlan(config, config.collectors[i], setup.collectors[i]));
  }
  parts_.state.SetTarget(std::move(setup));
  entry.runtime = std::make_unique<TargetRuntime>(config, std::move(plans), parts_.runtime);
  if (started_) entry.runtime->Start();
}

// The configured ones and those of the files.
std::vector<std::string> TargetSet::ReadRefreshIds(const CollectorConfig& collector) const {
  std::vector<std::string> refresh_ids = collector.refresh_ids;
  const RefreshIdFiles read = ReadRefreshIdFiles(collector.refresh_id_files);
  const std::set<std::string_view> written(collector.refresh_ids.begin(),
                                           collector.refresh_ids.end());
  std::ranges::copy_if(read.refresh_ids, std::back_inserter(refresh_ids),
                       [&](const std::string& id) { return !written.contains(id); });
  for (const std::string& problem : read.problems) {
    parts_.runtime.log.Warn("File of refresh IDs has a problem", {{"error", problem}});
  }
  return refresh_ids;
}

// Tells the poller and, in `setup`, the state what is configured and what the ledger knows.
CollectorPlan TargetSet::MakePlan(const TargetConfig& target, const CollectorConfig& config,
                                  CollectorSetup& setup) const {
  CollectorPlan plan{.family = config.family,
                     .refresh_ids = ReadRefreshIds(config),
                     .domain_names = config.domain_names,
                     .discovery = {.enabled = config.discovery.enabled,
                                   .interval = config.discovery.interval,
                                   .max_refreshes = config.discovery.max_refreshes,
                                   .observe_history = config.discovery.observe_history}};
  WantedRefreshes wanted{.refresh_ids = plan.refresh_ids, .finished_since = std::nullopt};
  if (config.discovery.enabled) wanted.finished_since = parts_.runtime.clock.Now() - kShownAfterEnd;
  setup.refresh_ids = plan.refresh_ids;
  auto memory = parts_.ledger.Restore(target.name, *config.family, wanted);
  if (!memory) {
    parts_.runtime.log.Error("Ledger cannot be read", {{"error", memory.error().message}});
    return plan;
  }
  plan.baseline = memory->baseline;
  for (const Refresh& refresh : memory->refreshes) {
    plan.known.push_back({.id = refresh.id,
                          .status = refresh.status,
                          .created_at = refresh.created_at,
                          .completed_at = refresh.completed_at});
  }
  setup.memory = std::make_shared<CollectorMemory>(std::move(*memory));
  return plan;
}

void TargetSet::WarnOfWeakness(const TargetConfig& config) const {
  if (config.url.starts_with("http://")) {
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
  for (const Entry& entry : entries_) entry.runtime->Start();
}

void TargetSet::PollOnce() {
  for (const Entry& entry : entries_) entry.runtime->StartFirstPoll();
  for (const Entry& entry : entries_) entry.runtime->Join();
}

void TargetSet::LookAtIdFiles() {
  for (Entry& entry : entries_) {
    for (std::size_t i = 0; i < entry.id_files.size(); ++i) {
      const CollectorConfig& collector = entry.config.collectors[i];
      if (collector.refresh_id_files.empty()) continue;
      FileVersions versions = VersionsOf(collector.refresh_id_files);
      if (versions == entry.id_files[i]) continue;
      entry.id_files[i] = std::move(versions);
      std::vector<std::string> refresh_ids = ReadRefreshIds(collector);
      parts_.state.SetRefreshIds(entry.config.name, *collector.family, refresh_ids);
      entry.runtime->SetRefreshIds(*collector.family, std::move(refresh_ids));
    }
  }
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
