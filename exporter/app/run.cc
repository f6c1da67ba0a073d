#include "exporter/app/run.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>

#include "exporter/app/app.h"
#include "exporter/app/healthcheck.h"
#include "exporter/app/process.h"
#include "exporter/app/version.h"

namespace cckm {
namespace {

constexpr auto kLongestStop = std::chrono::milliseconds(1500);

// One line on standard error.  Where nobody takes it, the exit code has to do.
void Complain(const std::string& problem) {
  std::fputs(("cckm_exporter: " + problem + "\n").c_str(), stderr);
}

int FailWith(const std::vector<ConfigProblem>& problems) {
  for (const ConfigProblem& problem : problems) Complain(problem.ToString());
  return kExitUsage;
}

ConfigResult LoadConfig(const CommandLine& flags) {
  if (!flags.target) return LoadConfigFile(flags.config_file);
  Config config;
  config.targets.push_back(*flags.target);
  return config;
}

void LogStart(Log& log, const std::vector<std::string>& scrubbed) {
  const BuildInfo build = ThisBuild();
  log.Info("Starting cckm_exporter", {{"version", build.version}, {"revision", build.revision}});
  for (const std::string& name : scrubbed) {
    log.Warn("Environment variable is ignored", {{"name", name}});
  }
  log.Warn("Counts are kept in memory only and start again at 0 after a restart");
}

// `log` was made after `signals`, so that its thread takes none of them.
int Serve(const CommandLine& flags, const Config& config, Log& log, const Clock& clock,
          Signals& signals) {
  {
    App app(flags, config, log, clock);
    if (const auto started = app.Start(); !started) {
      Complain("cannot listen on " + started.error().address + ": " + started.error().message);
      return kExitCannotListen;
    }
    while (signals.Next() != Signals::Kind::kStop) {
      log.Info("SIGHUP: rejected logins are tried again; the configuration is read at start only");
      app.LiftLoginLatch();
    }
    log.Info("Stopping");
    ExitWithin(kLongestStop);
  }
  log.Info("Stopped");
  return kExitSuccess;
}

int PollOnce(const CommandLine& flags, const Config& config, Log& log, const Clock& clock) {
  App app(flags, config, log, clock);
  const std::string exposition = app.PollOnce();
  if (std::fwrite(exposition.data(), 1, exposition.size(), stdout) != exposition.size()) {
    Complain("cannot write to standard output");
    return kExitCollectorDown;
  }
  return app.EveryCollectorIsUp() ? kExitSuccess : kExitCollectorDown;
}

int Work(const CommandLine& flags, const std::vector<std::string>& scrubbed) {
  // Before anything that takes time, so that no stop comes too early to be a clean one.
  std::optional<Signals> signals;
  if (flags.mode == RunMode::kServe) signals.emplace();
  const CurlRuntime curl;
  if (flags.mode == RunMode::kHealthcheck)
    return IsHealthy(flags) ? kExitSuccess : kExitCollectorDown;
  const ConfigResult config = LoadConfig(flags);
  if (!config) return FailWith(config.error());
  ReturnFreedMemory();
  if (flags.mode == RunMode::kConfigCheck) {
    fmt::print("The configuration is valid: {} targets.\n", config->targets.size());
    return kExitSuccess;
  }
  const SystemClock clock;
  Log log(stderr, flags.log_level, flags.log_format, clock);
  if (!signals) return PollOnce(flags, *config, log, clock);
  LogStart(log, scrubbed);
  return Serve(flags, *config, log, clock, *signals);
}

}  // namespace

int Run(std::span<const std::string> arguments) {
  try {
    const std::vector<std::string> scrubbed = ScrubHttpEnvironment();
    PrepareProcess();
    const auto flags = ParseCommandLine(arguments);
    if (!flags) return FailWith(flags.error());
    if (flags->mode == RunMode::kHelp || flags->mode == RunMode::kVersion) {
      fmt::print("{}", flags->mode == RunMode::kHelp ? HelpText() : VersionText());
      return kExitSuccess;
    }
    return Work(*flags, scrubbed);
  } catch (const std::exception& bug) {
    Complain(std::string("this is a bug: ") + bug.what());
    return kExitBug;
  }
}

}  // namespace cckm
