#include "exporter/app/target_runtime.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "collectors/session/file_token_source.h"
#include "collectors/session/login_token_source.h"
#include "exporter/app/version.h"

namespace cckm {
namespace {

TlsOptions TlsOptionsOf(const TargetConfig& config) {
  const TlsConfig& tls = config.tls;
  return {.files = {tls.ca_file, tls.cert_file, tls.key_file, config.proxy.ca_file,
                    config.proxy.password_file},
          .server_name = tls.server_name,
          .tls13_only = tls.min_version == TlsConfig::MinVersion::kTls13,
          .insecure_skip_verify = tls.insecure_skip_verify};
}

HttpClientOptions ClientOptionsOf(const TargetConfig& config, const TargetRuntime::Parts& parts) {
  return {.base_url = config.url,
          .request_timeout = config.settings.request_timeout,
          .max_response_size = config.settings.max_response_size,
          .max_connections = config.max_connections,
          .user_agent = "cckm_exporter/" + ThisBuild().version,
          .tls = TlsOptionsOf(config),
          .proxy = {.url = config.proxy.url, .username = config.proxy.username},
          .descriptors = parts.descriptors,
          .on_unusable_files = [&log = parts.log, name = config.name](const Error& error) {
            log.Warn("Changed files of the connection cannot be used, the former ones stay in use",
                     {{"target", name}, {"error", error.message}});
          }};
}

// One for each way to authenticate.
struct MakeTokenSource {
  const TargetConfig& config;
  const TargetRuntime::Parts& parts;
  Random& random;

  std::unique_ptr<TokenSource> operator()(const TokenFileAuthentication& file) const {
    return std::make_unique<FileTokenSource>(file.credentials_file, parts.clock, ErrorReporter());
  }
  std::unique_ptr<TokenSource> operator()(const LoginAuthentication& login) const {
    return LogIn(PasswordLogin{.username = login.username,
                               .password_file = login.password_file,
                               .connection = login.connection,
                               .domain = login.domain,
                               .auth_domain = login.auth_domain,
                               .auth_domain_path = login.auth_domain_path});
  }
  std::unique_ptr<TokenSource> operator()(const ClientCertificateAuthentication& client) const {
    return LogIn(
        CertificateLogin{.client_id = client.client_id, .certificate_file = config.tls.cert_file});
  }

 private:
  template <typename Way>
  std::unique_ptr<TokenSource> LogIn(Way way) const {
    return std::make_unique<LoginTokenSource>(
        LoginPlan{config.url, std::move(way), ErrorReporter()}, parts.login_backoff, parts.clock,
        random);
  }
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
          .schedule = {.poll_interval = config.settings.poll_interval,
                       .recheck_interval = config.settings.recheck_interval,
                       .heartbeat_interval = config.settings.heartbeat_interval},
          .max_connections = static_cast<std::size_t>(config.max_connections)};
}

}  // namespace

TargetSetup SetupOf(const TargetConfig& config) {
  const TargetSettings& settings = config.settings;
  TargetSetup setup{.options = {.name = config.name,
                                .stale_after = std::max(settings.stale_after,
                                                        settings.poll_interval * kPollsUntilStale),
                                .max_series = settings.max_series,
                                .max_domains = settings.max_domains,
                                .domain_histograms = settings.domain_histograms,
                                .tls_verification = config.url.starts_with("https://") &&
                                                    !config.tls.insecure_skip_verify},
                    .collectors = {}};
  for (const CollectorConfig& collector : config.collectors) {
    setup.collectors.push_back(
        {.family = collector.family, .discovers = collector.discovery.enabled});
  }
  return setup;
}

TargetRuntime::TargetRuntime(const TargetConfig& config, std::vector<CollectorPlan> collectors,
                             const Parts& parts)
    : client_(ClientOptionsOf(config, parts)),
      token_(std::visit(MakeTokenSource{config, parts, random_}, config.authentication)),
      poller_(PlanOf(config, std::move(collectors)), client_, *token_, parts.clock, random_,
              parts.listener) {
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
