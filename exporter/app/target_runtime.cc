#include "exporter/app/target_runtime.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "collectors/session/file_token_source.h"
#include "collectors/session/login_token_source.h"
#include "exporter/app/version.h"

namespace cckm {
namespace {

std::vector<std::string> FurtherOf(std::vector<std::string> addresses) {
  addresses.erase(addresses.begin());
  return addresses;
}

HttpClientOptions ClientOptionsOf(const TargetConfig& config, const TargetRuntime::Parts& parts) {
  return {.base_url = config.addresses().front(),
          .further_urls = FurtherOf(config.addresses()),
          .request_timeout = config.settings.request_timeout,
          .max_response_size = config.settings.max_response_size,
          .max_connections = config.max_connections,
          .user_agent = "cckm_exporter/" + ThisBuild().version,
          .tls = config.tls,
          .proxy = config.proxy,
          .descriptors = parts.descriptors,
          .on_unusable_files = [&log = parts.log, name = config.name](const Error& error) {
            log.Warn("Changed files of the connection cannot be used, the former ones stay in use",
                     {{"target", name}, {"error", error.message}});
          }};
}

// One for each way to authenticate: all but a file log in.
struct MakeTokenSource {
  const TargetConfig& config;
  const TargetRuntime::Parts& parts;
  Random& random;

  std::unique_ptr<TokenSource> operator()(const TokenFileAuthentication& file) const {
    return std::make_unique<FileTokenSource>(file.credentials_file, parts.clock, ErrorReporter());
  }
  template <typename Way>
  std::unique_ptr<TokenSource> operator()(Way way) const {
    return std::make_unique<LoginTokenSource>(
        LoginPlan{config.addresses().front(), std::move(way), ErrorReporter(),
                  FurtherOf(config.addresses())},
        parts.login_backoff, parts.clock, random);
  }

 private:
  std::function<void(const Error&)> ErrorReporter() const {
    return [&log = parts.log, name = config.name](const Error& error) {
      log.Warn("Changed credential file cannot be used, the former credential stays in use",
               {{"target", name}, {"error", error.message}});
    };
  }
};

PollerPlan PlanOf(const TargetConfig& config, std::vector<CollectorPlan> collectors) {
  return {.target = config.name,
          .collectors = std::move(collectors),
          .schedule = config.settings.schedule,
          .scheduler = config.schedules,
          .max_connections = static_cast<std::size_t>(config.max_connections)};
}

}  // namespace

std::shared_ptr<const ExpectationList> ExpectationsOf(const TargetConfig& config) {
  if (config.expectations.empty()) return nullptr;
  return std::make_shared<const ExpectationList>(config.expectations);
}

TargetSetup SetupOf(const TargetConfig& config) {
  TargetSetup setup{.options = {.name = config.name,
                                .shown = config.settings.shown,
                                .tls_verification =
                                    !config.has_http_address() && !config.tls.insecure_skip_verify,
                                .expectations = ExpectationsOf(config),
                                .schedules = config.schedules},
                    .collectors = {}};
  Nanoseconds& stale_after = setup.options.shown.stale_after;
  stale_after = std::max(stale_after, config.settings.schedule.poll_interval * kPollsUntilStale);
  for (const std::string& url : config.urls) {
    setup.addresses.push_back({.url = url, .is_in_use = setup.addresses.empty()});
  }
  for (const CollectorConfig& collector : config.collectors) {
    setup.collectors.push_back(
        {.family = collector.family, .discovers = collector.discovery.enabled});
  }
  return setup;
}

TargetRuntime::TargetRuntime(const TargetConfig& config, std::vector<CollectorPlan> collectors,
                             const Parts& parts)
    : client_(ClientOptionsOf(config, parts)),
      failover_(config.urls.empty() ? nullptr
                                    : std::make_unique<FailoverHttpClient>(client_, config.urls)),
      token_(std::visit(MakeTokenSource{config, parts, random_}, config.authentication)),
      poller_(PlanOf(config, std::move(collectors)),
              failover_ ? static_cast<HttpClient&>(*failover_) : client_, *token_, parts.clock,
              random_, parts.listener) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void TargetRuntime::Run(const std::stop_token& stop) {
  std::optional<PollUntil> until;
  {
    const MutexLock lock(mutex_);
    begun_.wait(mutex_, stop, [this]() CCKM_REQUIRES(mutex_) { return until_.has_value(); });
    until = until_;
  }
  if (until == PollUntil::kStopped) poller_.Run(stop);
  if (until == PollUntil::kFirstPollEnded) poller_.RunFirstPoll(stop);
}

void TargetRuntime::Begin(PollUntil until) {
  const MutexLock lock(mutex_);
  until_ = until;
  begun_.notify_all();
}

void TargetRuntime::Join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace cckm
