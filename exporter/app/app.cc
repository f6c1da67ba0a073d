#include "exporter/app/app.h"

#include <algorithm>

#include "exporter/app/version.h"
#include "exporter/config/config_text.h"
#include "exporter/exposition/text_writer.h"

namespace cckm {
namespace {

std::vector<double> BoundsInSeconds(const Config& config) {
  std::vector<double> bounds;
  for (const Nanoseconds bound : config.duration_buckets) bounds.push_back(ToSeconds(bound));
  return bounds;
}

std::vector<TargetSetup> SetupsOf(const Config& config) {
  std::vector<TargetSetup> setups;
  std::ranges::transform(config.targets, std::back_inserter(setups), SetupOf);
  return setups;
}

// Every metric whose labels the configuration tells exists before the first exposition.
void AddSelfMetrics(const Config& config, SelfMetrics& self_metrics) {
  for (const TargetConfig& target : config.targets) {
    const bool logs_in = !std::holds_alternative<TokenFileAuthentication>(target.authentication);
    self_metrics.AddTarget(target.name, logs_in);
    for (const CollectorConfig& collector : target.collectors) {
      self_metrics.AddCollector(target.name, *collector.family);
    }
  }
}

std::filesystem::path LatchFile(const CommandLine& flags) {
  const std::filesystem::path folder = flags.storage_path;
  return folder.empty() ? folder : folder / "rejected_logins";
}

void WarnOfWeakness(const TargetConfig& target, Log& log) {
  if (target.url.starts_with("http://")) {
    log.Warn("Target is polled without TLS: tokens and answers can be read on the way",
             {{"target", target.name}});
  } else if (target.tls.insecure_skip_verify) {
    log.Warn("Target's certificate is not verified: anybody on the way can read tokens",
             {{"target", target.name}});
  }
}

}  // namespace

App::App(const CommandLine& flags, const Config& config, Log& log, const Clock& clock)
    : flags_(flags),
      log_(log),
      clock_(clock),
      bounds_(BoundsInSeconds(config)),
      state_(SetupsOf(config), bounds_, clock),
      ledger_(bounds_),
      events_(log, clock),
      publisher_((AddSelfMetrics(config, self_metrics_), status_.SetConfigLoaded(true, clock.Now()),
                  MakeExposition()),
                 clock),
      recorder_({.ledger = ledger_,
                 .state = state_,
                 .self_metrics = self_metrics_,
                 .events = events_,
                 .publisher = &publisher_}),
      endpoints_({.telemetry_path = flags.telemetry_path,
                  .max_requests = flags.max_requests,
                  .version = ThisBuild().version,
                  .config_text = [text = ConfigText(config)] { return text; }},
                 publisher_, state_, clock),
      latch_(LatchFile(flags), clock, [&log](const Error& error) {
        log.Warn("Rejected logins cannot be remembered", {{"error", error.message}});
      }) {
  const TargetRuntime::Parts parts{clock_, latch_, log_, recorder_};
  for (const TargetConfig& target : config.targets) {
    WarnOfWeakness(target, log_);
    targets_.push_back(std::make_unique<TargetRuntime>(target, parts));
  }
}

// Every thread is told to stop before the first is waited for.
App::~App() {
  for (const auto& target : targets_) target->RequestStop();
  publishing_.request_stop();
}

Exposition App::MakeExposition() {
  return Exposition({.state = state_,
                     .self_metrics = self_metrics_,
                     .status = status_,
                     .bounds = bounds_,
                     .build_info = ThisBuild(),
                     .process_metrics = flags_.exporter_metrics});
}

tl::expected<void, ListenFailure> App::Start() {
  auto server = HttpServer::Start(
      {.listen_addresses = flags_.listen_addresses, .max_connections = flags_.max_connections},
      [this](const WebRequest& request) { return endpoints_.Answer(request); });
  if (!server) return tl::make_unexpected(server.error());
  server_ = std::move(*server);
  for (std::size_t i = 0; i < flags_.listen_addresses.size(); ++i) {
    log_.Info("Listening",
              {{"address", flags_.listen_addresses[i]}, {"port", server_->Ports()[i]}});
  }
  publishing_ = std::jthread([this](const std::stop_token& stop) { publisher_.Run(stop); });
  for (const auto& target : targets_) target->Start();
  return {};
}

void App::LiftLoginLatch() {
  latch_.Lift();
  for (const auto& target : targets_) target->Wake();
}

std::string App::PollOnce() {
  for (const auto& target : targets_) target->StartFirstPoll();
  for (const auto& target : targets_) target->Join();
  ByteBuffer body;
  TextWriter writer(body);
  MakeExposition().Render(writer);
  return std::string(body.view());
}

}  // namespace cckm
