#include "exporter/app/app.h"

#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "exporter/app/freed_memory.h"
#include "exporter/app/load_config.h"
#include "exporter/app/version.h"
#include "exporter/config/yaml/config_text.h"
#include "exporter/exposition/body.h"

namespace cckm {
namespace {

constexpr std::string_view kMoreDescriptors =
    "raise the hard limit of open files (LimitNOFILE= of the unit, ulimit -Hn), lower "
    "--web.max-connections, or share the targets among processes with --shard.count";
constexpr auto kMaintenanceInterval = std::chrono::milliseconds(500);

// Empty where nothing is to be kept: a single poll writes no file.
std::filesystem::path LatchFile(const CommandLine& flags) {
  const std::filesystem::path folder = flags.storage_path;
  return folder.empty() || flags.mode != RunMode::kServe ? std::filesystem::path()
                                                         : folder / "rejected_logins";
}

}  // namespace

App::App(const Parts& parts, Config config)
    : parts_(parts),
      state_({}, parts.bounds, parts.clock),
      events_(parts.log, parts.clock),
      publisher_(MakeExposition(config.native_histograms), parts.clock),
      recorder_({.ledger = parts.ledger,
                 .state = state_,
                 .self_metrics = self_metrics_,
                 .status = status_,
                 .events = events_,
                 .clock = parts.clock,
                 .publisher = &publisher_}),
      backoff_(LatchFile(parts.flags), parts.clock,
               [&log = parts.log](const Error& error) {
                 log.Warn("Rejected logins cannot be remembered", {{"error", error.message}});
               }),
      descriptor_plan_(PlanDescriptors(
          parts.descriptor_limit, parts.access_control == nullptr ? 1 : parts.flags.max_connections,
          parts.flags.listen_addresses.size())),
      descriptors_(descriptor_plan_.for_polling, [this] { WarnOfShortDescriptors(); }),
      config_(std::move(config)),
      targets_({.state = state_,
                .self_metrics = self_metrics_,
                .ledger = parts.ledger,
                .runtime = {parts.clock, backoff_, parts.log, recorder_, &descriptors_}}),
      target_files_(config_.target_files, parts.clock),
      endpoints_(EndpointOptions(), publisher_, state_, status_, parts.clock) {
  if (parts.manager != nullptr && parts.manager->watchdog()) {
    watchdog_.emplace(*parts.manager->watchdog() / 2);
  }
  status_.SetConfigLoaded(true, parts.clock.Now());
  endpoints_.SetLinks(config_.links);
}

// Every thread is told to stop before the first is waited for.
App::~App() {
  maintaining_.request_stop();
  publishing_.request_stop();
  const MutexLock lock(mutex_);
  targets_.RequestStop();
}

Exposition App::MakeExposition(bool native_histograms) {
  return Exposition({.state = state_,
                     .self_metrics = self_metrics_,
                     .status = status_,
                     .bounds = parts_.bounds,
                     .build_info = ThisBuild(),
                     .process_metrics = parts_.flags.exporter_metrics,
                     .shard = {parts_.flags.shard_index, parts_.flags.shard_count},
                     .native = native_histograms ? NativeHistograms::kYes : NativeHistograms::kNo});
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
  if (parts_.flags.enable_lifecycle)
    options.reload = [this] { return Reload(ReloadCause::kRequest); };
  return options;
}

void App::WarnOfShortDescriptors() const {
  parts_.log.Warn("Descriptors are short, targets take turns in polling",
                  {{"limit", descriptor_plan_.limit},
                   {"for_polling", descriptor_plan_.for_polling},
                   {"help", kMoreDescriptors}});
}

void App::WarnOf(const std::vector<std::string>& oddities) const {
  for (const std::string& oddity : oddities) {
    parts_.log.Warn("Configuration is odd", {{"warning", oddity}});
  }
}

tl::expected<void, StartFailure> App::SetUpTargets() {
  const MutexLock lock(mutex_);
  WarnOf(config_.warnings);
  return targets_.Apply(std::exchange(config_.targets, {}));
}

tl::expected<void, StartFailure> App::Listen() {
  const CommandLine& flags = parts_.flags;
  auto server =
      HttpServer::Start({.listen_addresses = flags.listen_addresses,
                         .max_connections = descriptor_plan_.web_connections,
                         .hooks = parts_.access_control->Hooks()},
                        [this](const WebRequest& request) {
                          auto refusal = parts_.access_control->Authorize(request);
                          return refusal ? std::move(*refusal) : endpoints_.Answer(request);
                        });
  if (!server) {
    return tl::make_unexpected(
        StartFailure{StartFailure::Kind::kCannotListen,
                     "cannot listen on " + server.error().address + ": " + server.error().message});
  }
  server_ = std::move(*server);
  if (descriptor_plan_.web_connections < flags.max_connections) {
    parts_.log.Warn("Descriptors are short, fewer connections are held than --web.max-connections",
                    {{"limit", descriptor_plan_.limit},
                     {"connections", descriptor_plan_.web_connections},
                     {"help", kMoreDescriptors}});
  }
  for (std::size_t i = 0; i < flags.listen_addresses.size(); ++i) {
    parts_.log.Info("Listening",
                    {{"address", flags.listen_addresses[i]}, {"port", server_->Ports()[i]}});
  }
  return {};
}

tl::expected<void, StartFailure> App::StartThreads() {
  try {
    publishing_ = std::jthread([this](const std::stop_token& stop) { publisher_.Run(stop); });
    maintaining_ = std::jthread([this](const std::stop_token& stop) { RunMaintenance(stop); });
    return {};
  } catch (const std::system_error& error) {
    return tl::make_unexpected(StartFailure{
        StartFailure::Kind::kNoResources, "the system gives no thread: " + error.code().message()});
  }
}

// Everything that the system may refuse comes before the first poll.
tl::expected<void, StartFailure> App::Start() {
  if (auto set_up = SetUpTargets(); !set_up) return set_up;
  if (auto listening = Listen(); !listening) return listening;
  if (auto started = StartThreads(); !started) return started;
  const MutexLock lock(mutex_);
  targets_.Start();
  if (parts_.manager != nullptr) parts_.manager->Ready();
  return {};
}

// What has to be looked at now and then: files of refresh IDs and of targets, what could not be
// stored, and memory that was freed.
void App::RunMaintenance(const std::stop_token& stop) {
  FreedMemory freed_memory;
  while (!stop.stop_requested()) {
    {
      const MutexLock lock(mutex_);
      if (targets_.LookAtIdFiles()) publisher_.Notify();
    }
    LookAtTargetFiles();
    recorder_.Retry();
    NotifyWatchdog();
    freed_memory.ReturnIfDue(parts_.clock.SteadyNow());
    Mutex waiting;
    const MutexLock lock(waiting);
    stopping_.wait_for(waiting, stop, kMaintenanceInterval, [] { return false; });
  }
}

// A poller that waits for its next poll makes a step when it is woken: one that makes none hangs.
void App::NotifyWatchdog() {
  if (!watchdog_) return;
  const MutexLock lock(mutex_);
  if (watchdog_->AllProgressing(targets_.Steps(), parts_.clock.SteadyNow()))
    parts_.manager->Alive();
  targets_.Wake();
}

void App::LookAtTargetFiles() {
  const MutexLock lock(mutex_);
  if (!target_files_.Look()) return;
  const auto used = ReadAgain(ReloadCause::kFiles);
  if (!used) KeepFormer(used.error(), ReloadCause::kFiles);
}

tl::expected<void, std::string> App::Reload(ReloadCause cause) {
  const MutexLock lock(mutex_);
  if (cause == ReloadCause::kSignal) backoff_.Reset();
  auto used = ReadAgain(cause);
  if (!used) KeepFormer(used.error(), cause);
  return used;
}

tl::expected<void, std::string> App::ReadAgain(ReloadCause cause) {
  if (cause != ReloadCause::kFiles) targets_.Wake();
  auto config = LoadConfig(parts_.flags);
  if (!config) {
    std::string reason;
    for (const ConfigProblem& problem : config.error()) {
      reason += (reason.empty() ? "" : "\n") + problem.ToString();
    }
    return tl::make_unexpected(std::move(reason));
  }
  if (config->duration_buckets != config_.duration_buckets ||
      config->native_histograms != config_.native_histograms) {
    parts_.log.Warn("Changed buckets and native_histograms take effect at the next start");
    config->duration_buckets = config_.duration_buckets;
    config->native_histograms = config_.native_histograms;
  }
  return Use(std::move(*config));
}

void App::KeepFormer(const std::string& reason, ReloadCause cause) {
  status_.SetConfigLoaded(false, parts_.clock.Now());
  const bool is_news = target_files_.IsNews(reason);
  if (is_news || cause != ReloadCause::kFiles) {
    parts_.log.Error("Configuration cannot be used, the former one stays in use",
                     {{"error", reason}});
  }
  publisher_.Notify();
}

tl::expected<void, std::string> App::Use(Config config) {
  WarnOf(config.warnings);
  const auto set_up = targets_.Apply(std::exchange(config.targets, {}));
  if (!set_up) return tl::make_unexpected(set_up.error().message);
  config_ = std::move(config);
  target_files_.Used(config_.target_files);
  endpoints_.SetLinks(config_.links);
  status_.SetConfigLoaded(true, parts_.clock.Now());
  parts_.log.Info("Configuration was read again");
  publisher_.Notify();
  return {};
}

tl::expected<std::string, StartFailure> App::PollOnce() {
  if (const auto set_up = SetUpTargets(); !set_up) return tl::make_unexpected(set_up.error());
  const MutexLock lock(mutex_);
  targets_.PollOnce();
  // The first exposition of all shows what was counted since at 0, and there is no second poll.
  Exposition exposition = MakeExposition(false);
  exposition.Render(std::array{ExpositionFormat::kText});
  Exposition::Rendered rendered = exposition.RenderAgain(ExpositionFormat::kText);
  return Body(std::move(rendered.blocks.front())).Joined();
}

}  // namespace cckm
