#include "exporter/app/target_set.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

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

void TargetSet::Apply(const std::vector<TargetConfig>& configs) {
  RemoveOthers(configs);
  for (const TargetConfig& config : configs) {
    const auto found = std::ranges::find(entries_, config.name,
                                         [](const Entry& entry) { return entry.config.name; });
    if (found == entries_.end()) {
      SetUp(entries_.emplace_back(Entry{.config = config, .id_files = {}, .runtime = {}}));
    } else if (found->config != config) {
      found->runtime.reset();
      found->config = config;
      SetUp(*found);
    }
  }
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
    entry.id_files.push_back(ReadIdFiles(config.collectors[i]));
    plans.push_back(MakePlan(entry, i, setup));
  }
  parts_.state.SetTarget(std::move(setup));
  entry.runtime = std::make_unique<TargetRuntime>(config, std::move(plans), parts_.runtime);
  if (started_) entry.runtime->Start();
}

TargetSet::IdFiles TargetSet::ReadIdFiles(const CollectorConfig& collector) const {
  IdFiles files{.versions = VersionsOf(collector.refresh_id_files),
                .refresh_ids = collector.refresh_ids};
  RefreshIdFiles read = ReadRefreshIdFiles(collector.refresh_id_files);
  const std::set<std::string> written(collector.refresh_ids.begin(), collector.refresh_ids.end());
  std::ranges::copy_if(read.refresh_ids, std::back_inserter(files.refresh_ids),
                       [&](const std::string& id) { return !written.contains(id); });
  for (const std::string& problem : read.problems) {
    parts_.runtime.log.Warn("File of refresh IDs has a problem", {{"error", problem}});
  }
  return files;
}

// Tells the poller and, in `setup`, the state what the ledger knows of the collector.
CollectorPlan TargetSet::MakePlan(const Entry& entry, std::size_t collector,
                                  TargetSetup& setup) const {
  const CollectorConfig& config = entry.config.collectors[collector];
  CollectorPlan plan{.family = config.family,
                     .refresh_ids = entry.id_files[collector].refresh_ids,
                     .domain_names = config.domain_names,
                     .discovery = {.enabled = config.discovery.enabled,
                                   .interval = config.discovery.interval,
                                   .max_refreshes = config.discovery.max_refreshes,
                                   .observe_history = config.discovery.observe_history}};
  WantedRefreshes wanted{.refresh_ids = plan.refresh_ids, .finished_since = std::nullopt};
  if (config.discovery.enabled) wanted.finished_since = parts_.runtime.clock.Now() - kShownAfterEnd;
  setup.collectors[collector].refresh_ids = plan.refresh_ids;
  auto memory = parts_.ledger.Restore(entry.config.name, *config.family, wanted);
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
  setup.collectors[collector].memory = std::make_shared<CollectorMemory>(std::move(*memory));
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
      if (VersionsOf(collector.refresh_id_files) == entry.id_files[i].versions) continue;
      entry.id_files[i] = ReadIdFiles(collector);
      const std::vector<std::string>& refresh_ids = entry.id_files[i].refresh_ids;
      parts_.state.SetRefreshIds(entry.config.name, *collector.family, refresh_ids);
      entry.runtime->SetRefreshIds(*collector.family, refresh_ids);
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
