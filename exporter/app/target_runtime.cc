#include "exporter/app/target_runtime.h"

#include <algorithm>

#include "exporter/app/version.h"

namespace cckm {
namespace {

constexpr int kPollsUntilStale = 3;

HttpClientOptions ClientOptionsOf(const TargetConfig& config) {
  return {.base_url = config.url,
          .request_timeout = config.settings.request_timeout,
          .max_response_size = config.settings.max_response_size,
          .max_connections = config.max_connections,
          .user_agent = "cckm_exporter/" + ThisBuild().version};
}

PollerPlan PlanOf(const TargetConfig& config) {
  PollerPlan plan{.target = config.name,
                  .collectors = {},
                  .schedule = {.poll_interval = config.settings.poll_interval,
                               .recheck_interval = config.settings.recheck_interval,
                               .heartbeat_interval = config.settings.heartbeat_interval},
                  .max_connections = static_cast<std::size_t>(config.max_connections)};
  for (const CollectorConfig& collector : config.collectors) {
    plan.collectors.push_back({.family = collector.family, .refresh_ids = collector.refresh_ids});
  }
  return plan;
}

}  // namespace

TargetSetup SetupOf(const TargetConfig& config) {
  const TargetSettings& settings = config.settings;
  TargetSetup setup{.options = {.name = config.name,
                                .stale_after = std::max(settings.stale_after,
                                                        settings.poll_interval * kPollsUntilStale),
                                .max_series = settings.max_series,
                                .domain_histograms = settings.domain_histograms,
                                .tls_verification = config.url.starts_with("https://") &&
                                                    !config.tls.insecure_skip_verify},
                    .collectors = {}};
  for (const CollectorConfig& collector : config.collectors) {
    setup.collectors.push_back({.family = collector.family, .refresh_ids = collector.refresh_ids});
  }
  return setup;
}

TargetRuntime::TargetRuntime(const TargetConfig& config, const Clock& clock, PollListener& listener)
    : client_(ClientOptionsOf(config)),
      token_(std::get<TokenFileAuthentication>(config.authentication).credentials_file, clock),
      poller_(PlanOf(config), client_, token_, clock, random_, listener) {}

void TargetRuntime::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { poller_.Run(stop); });
}

void TargetRuntime::StartFirstPoll() {
  thread_ = std::jthread([this](const std::stop_token& stop) { poller_.RunFirstPoll(stop); });
}

void TargetRuntime::Join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace cckm
