#include "exporter/app/app.h"

#include <algorithm>
#include <utility>

#include "exporter/app/load_config.h"
#include "exporter/app/version.h"
#include "exporter/config/config_text.h"
#include "exporter/exposition/text_writer.h"

namespace cckm {
namespace {

constexpr auto kHouseInterval = std::chrono::milliseconds(500);

std::filesystem::path LatchFile(const CommandLine& flags) {
  const std::filesystem::path folder = flags.storage_path;
  return folder.empty() ? folder : folder / "rejected_logins";
}

}  // namespace

App::App(const Parts& parts, Config config)
    : parts_(parts),
      state_({}, parts.bounds, parts.clock),
      events_(parts.log, parts.clock),
      publisher_(MakeExposition(),
                 config.native_histograms ? NativeHistograms::kYes : NativeHistograms::kNo,
                 parts.clock),
      recorder_({.ledger = parts.ledger,
                 .state = state_,
                 .self_metrics = self_metrics_,
                 .status = status_,
                 .events = events_,
                 .clock = parts.clock,
                 .publisher = &publisher_}),
      latch_(LatchFile(parts.flags), parts.clock,
             [&log = parts.log](const Error& error) {
               log.Warn("Rejected logins cannot be remembered", {{"error", error.message}});
             }),
      targets_({.state = state_,
                .self_metrics = self_metrics_,
                .ledger = parts.ledger,
                .runtime = {parts.clock, latch_, parts.log, recorder_}}),
      endpoints_(EndpointOptions(), publisher_, state_, status_, parts.clock) {
  if (parts.manager != nullptr && parts.manager->watchdog()) {
    watchdog_.emplace(*parts.manager->watchdog() / 2);
  }
  status_.SetConfigLoaded(true, parts.clock.Now());
  const MutexLock lock(mutex_);
  Use(std::move(config));
  publisher_.PublishNow();
}

// Every thread is told to stop before the first is waited for.
App::~App() {
  keeping_house_.request_stop();
  publishing_.request_stop();
  const MutexLock lock(mutex_);
  targets_.RequestStop();
}

Exposition App::MakeExposition() {
  return Exposition({.state = state_,
                     .self_metrics = self_metrics_,
                     .status = status_,
                     .bounds = parts_.bounds,
                     .build_info = ThisBuild(),
                     .process_metrics = parts_.flags.exporter_metrics});
}

Endpoints::Options App::EndpointOptions() {
  Endpoints::Options options{.telemetry_path = parts_.flags.telemetry_path,
                             .max_requests = parts_.flags.max_requests,
                             .version = ThisBuild().version};
  options.config_text = [this] {
    const MutexLock lock(mutex_);
    Config running = config_;
    running.targets = targets_.Configs();
    return ConfigText(running);
  };
  if (parts_.flags.enable_lifecycle) options.reload = [this] { return Reload(); };
  return options;
}

void App::Use(Config config) {
  targets_.Apply(std::exchange(config.targets, {}));
  config_ = std::move(config);
}

tl::expected<void, ListenFailure> App::Start() {
  const CommandLine& flags = parts_.flags;
  auto server =
      HttpServer::Start({.listen_addresses = flags.listen_addresses,
                         .max_connections = flags.max_connections,
                         .hooks = parts_.door->Hooks()},
                        [this](const WebRequest& request) {
                          auto refusal = parts_.door->Admit(request);
                          return refusal ? std::move(*refusal) : endpoints_.Answer(request);
                        });
  if (!server) return tl::make_unexpected(server.error());
  server_ = std::move(*server);
  for (std::size_t i = 0; i < flags.listen_addresses.size(); ++i) {
    parts_.log.Info("Listening",
                    {{"address", flags.listen_addresses[i]}, {"port", server_->Ports()[i]}});
  }
  publishing_ = std::jthread([this](const std::stop_token& stop) { publisher_.Run(stop); });
  keeping_house_ = std::jthread([this](const std::stop_token& stop) { KeepHouse(stop); });
  const MutexLock lock(mutex_);
  targets_.Start();
  if (parts_.manager != nullptr) parts_.manager->Ready();
  return {};
}

// What has to be looked at now and then: files of refresh IDs, and what could not be stored.
void App::KeepHouse(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      const MutexLock lock(mutex_);
      targets_.LookAtIdFiles();
    }
    recorder_.Retry();
    ShowLife();
    Mutex waiting;
    const MutexLock lock(waiting);
    stopping_.wait_for(waiting, stop, kHouseInterval, [] { return false; });
  }
}

// A poller that waits for its next poll makes a step when it is woken: one that makes none hangs.
void App::ShowLife() {
  if (!watchdog_) return;
  const MutexLock lock(mutex_);
  if (watchdog_->AllMove(targets_.Steps(), parts_.clock.SteadyNow())) parts_.manager->Alive();
  targets_.Wake();
}

tl::expected<void, std::string> App::Reload() {
  const MutexLock lock(mutex_);
  latch_.Lift();
  targets_.Wake();
  auto config = LoadConfig(parts_.flags);
  if (!config) {
    std::string reason;
    for (const ConfigProblem& problem : config.error()) {
      reason += (reason.empty() ? "" : "\n") + problem.ToString();
    }
    status_.SetConfigLoaded(false, parts_.clock.Now());
    parts_.log.Error("Configuration is wrong, the former one stays in use", {{"error", reason}});
    publisher_.Notify();
    return tl::make_unexpected(reason);
  }
  if (config->duration_buckets != config_.duration_buckets ||
      config->native_histograms != config_.native_histograms) {
    parts_.log.Warn("Changed buckets and native_histograms take effect at the next start");
    config->duration_buckets = config_.duration_buckets;
    config->native_histograms = config_.native_histograms;
  }
  Use(std::move(*config));
  status_.SetConfigLoaded(true, parts_.clock.Now());
  parts_.log.Info("Configuration was read again");
  publisher_.Notify();
  return {};
}

std::string App::PollOnce() {
  const MutexLock lock(mutex_);
  targets_.PollOnce();
  ByteBuffer body;
  TextWriter writer(body);
  MakeExposition().Render(writer);
  return std::string(body.view());
}

}  // namespace cckm
