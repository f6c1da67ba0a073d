#include "exporter/app/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "collectors/base/replace_file.h"
#include "exporter/app/app.h"
#include "exporter/app/check.h"
#include "exporter/app/descriptor_plan.h"
#include "exporter/app/freed_memory.h"
#include "exporter/app/healthcheck.h"
#include "exporter/app/load_config.h"
#include "exporter/app/process.h"
#include "exporter/app/service_manager.h"
#include "exporter/app/version.h"
#include "exporter/ledger/sqlite/sqlite_ledger.h"
#include "exporter/web/access/access_control.h"

namespace cckm {
namespace {

constexpr auto kMaxStop = std::chrono::milliseconds(1500);

// One line on standard error.  Where nobody takes it, the exit code has to do.
void ReportError(const std::string& problem) {
  std::fputs(("cckm_exporter: " + problem + "\n").c_str(), stderr);
}

int FailWith(const std::vector<ConfigProblem>& problems) {
  for (const ConfigProblem& problem : problems) ReportError(problem.ToString());
  return kExitUsage;
}

void LogStart(Log& log, const std::vector<std::string>& scrubbed) {
  const BuildInfo build = ThisBuild();
  log.Info("Starting cckm_exporter", {{"version", build.version}, {"revision", build.revision}});
  for (const std::string& name : scrubbed) {
    log.Warn("Environment variable is ignored", {{"name", name}});
  }
}

// The system refused a thread, a descriptor or memory.
bool IsShortage(const std::error_code& code) {
  return code == std::errc::resource_unavailable_try_again ||
         code == std::errc::not_enough_memory || code == std::errc::too_many_files_open ||
         code == std::errc::too_many_files_open_in_system;
}

// The exit code for a ledger that cannot be opened.
int ExitCodeOf(LedgerOpenFailure::Kind kind) {
  switch (kind) {
    case LedgerOpenFailure::Kind::kLocked:
      return kExitLedgerLocked;
    case LedgerOpenFailure::Kind::kUnusable:
      return kExitLedgerUnusable;
    case LedgerOpenFailure::Kind::kCannotWrite:
      break;
  }
  return kExitLedgerNotWritable;
}

using LedgerResult = tl::expected<std::unique_ptr<Ledger>, LedgerOpenFailure>;

LedgerResult OpenLedger(const CommandLine& flags, const BucketBounds& bounds, Log& log,
                        const Clock& clock) {
  if (flags.storage_path.empty()) {
    log.Warn("Counts are kept in memory only and start again at 0 after a restart");
    return std::make_unique<MemoryLedger>(bounds);
  }
  const SqliteLedgerOptions options{.max_refreshes =
                                        static_cast<std::int64_t>(flags.max_stored_refreshes)};
  return SqliteLedger::Open(flags.storage_path, bounds, options, clock);
}

BucketBounds BoundsOf(const Config& config) {
  std::vector<double> bounds;
  for (const Nanoseconds bound : config.duration_buckets) bounds.push_back(ToSeconds(bound));
  return BucketBounds(std::move(bounds));
}

AccessControl::Events AccessEvents(Log& log) {
  return {.on_unusable =
              [&log](const std::string& reason) {
                log.Error("Web configuration is wrong, the former one stays in use",
                          {{"error", reason}});
              },
          .on_change = [&log] { log.Info("Web configuration was read again"); },
          .on_waiting =
              [&log](const std::string& what) {
                log.Warn("Part of the web configuration is not used", {{"reason", what}});
              },
          .on_note =
              [&log](const std::string& note) {
                log.Warn("Web configuration", {{"note", note}});
              }};
}

int ExitCodeOf(StartFailure::Kind kind) {
  switch (kind) {
    case StartFailure::Kind::kLedger:
      return kExitLedgerNotWritable;
    case StartFailure::Kind::kDamagedLedger:
      return kExitLedgerUnusable;
    case StartFailure::Kind::kCannotListen:
    case StartFailure::Kind::kNoResources:
      break;
  }
  return kExitCannotListen;
}

// `log` was made after `signals`, so that its thread takes none of them.
int Serve(const CommandLine& flags, Config config, Log& log, const Clock& clock, Signals& signals) {
  const auto access_control = AccessControl::Open(flags.web_config_file, clock, AccessEvents(log));
  if (!access_control) return FailWith(access_control.error());
  const BucketBounds bounds = BoundsOf(config);
  const LedgerResult ledger = OpenLedger(flags, bounds, log, clock);
  if (!ledger) {
    ReportError(ledger.error().message);
    return ExitCodeOf(ledger.error().kind);
  }
  {
    const ServiceManager manager = ServiceManager::OfThisProcess();
    App app({flags, bounds, **ledger, log, clock, access_control->get(), &manager,
             RaiseDescriptorLimit()},
            std::move(config));
    if (const auto started = app.Start(); !started) {
      ReportError(started.error().message);
      return ExitCodeOf(started.error().kind);
    }
    while (signals.Next() != Signals::Kind::kStop) {
      static_cast<void>(app.Reload(App::ReloadCause::kSignal));  // which logs what it did
    }
    log.Info("Stopping");
    manager.Stopping();
    ExitWithin(kMaxStop);
  }
  log.Info("Stopped");
  return kExitSuccess;
}

// Returns false where it cannot be written, and says why.
bool WriteExposition(const CommandLine& flags, std::string_view exposition) {
  if (flags.output_file.empty()) {
    if (std::fwrite(exposition.data(), 1, exposition.size(), stdout) == exposition.size()) {
      return true;
    }
    ReportError("cannot write to standard output");
    return false;
  }
  const auto written = ReplaceFile(flags.output_file, exposition, FileReaders::kEverybody);
  if (!written) ReportError(flags.output_file.string() + written.error());
  return written.has_value();
}

int PollOnce(const CommandLine& flags, Config config, Log& log, const Clock& clock) {
  const BucketBounds bounds = BoundsOf(config);
  MemoryLedger ledger(bounds);
  App app({.flags = flags,
           .bounds = bounds,
           .ledger = ledger,
           .log = log,
           .clock = clock,
           .descriptor_limit = RaiseDescriptorLimit()},
          std::move(config));
  const auto exposition = app.PollOnce();
  if (!exposition) {
    ReportError(exposition.error().message);
    return kExitCollectorDown;
  }
  if (!WriteExposition(flags, *exposition)) return kExitCollectorDown;
  return app.EveryCollectorIsUp() ? kExitSuccess : kExitCollectorDown;
}

int CheckConfig(const CommandLine& flags, const ConfigResult& config, const Clock& clock) {
  std::vector<ConfigProblem> problems;
  if (!config) problems = config.error();
  const auto access_control = AccessControl::Open(flags.web_config_file, clock, {});
  if (!access_control) {
    problems.insert(problems.end(), access_control.error().begin(), access_control.error().end());
  }
  if (config) {
    for (const std::string& warning : config->warnings) ReportError("warning: " + warning);
  }
  if (!problems.empty()) return FailWith(problems);
  const std::size_t targets = config->targets.size();
  fmt::print("The configuration is valid: {} {}.\n", targets, targets == 1 ? "target" : "targets");
  return kExitSuccess;
}

int Work(const CommandLine& flags, const std::vector<std::string>& scrubbed) {
  // Before anything that takes time, so that no stop comes too early to be a clean one.
  std::optional<Signals> signals;
  if (flags.mode == RunMode::kServe) signals.emplace();
  if (signals && GetsSocketsPassed()) {
    ReportError(
        "systemd passes a socket to listen on, which the web server cannot take: remove the socket "
        "unit and give --web.listen-address");
    return kExitUsage;
  }
  const CurlRuntime curl;
  if (flags.mode == RunMode::kHealthcheck) {
    const auto health = CheckHealth(flags);
    if (!health) ReportError(health.error());
    return health ? kExitSuccess : kExitCollectorDown;
  }
  if (flags.mode == RunMode::kCheck) {
    const NagiosLine line = CheckRunningExporter(flags);
    fmt::print("{}\n", line.text);
    return static_cast<int>(line.state);
  }
  const SystemClock clock;
  ConfigResult config = LoadConfig(flags);
  if (flags.mode == RunMode::kConfigCheck) return CheckConfig(flags, config, clock);
  if (!config) return FailWith(config.error());
  ReturnFreedMemory();
  const auto priorities = ReachesJournal(STDERR_FILENO) ? LogPriorities::kYes : LogPriorities::kNo;
  Log log(stderr, flags.log_level, flags.log_format, clock, priorities);
  if (!signals) return PollOnce(flags, std::move(*config), log, clock);
  LogStart(log, scrubbed);
  return Serve(flags, std::move(*config), log, clock, *signals);
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
  } catch (const std::system_error& error) {
    ReportError((IsShortage(error.code()) ? "the system does not give what is needed: "
                                          : "this is a bug: ") +
                std::string(error.what()));
    return IsShortage(error.code()) ? kExitCannotListen : kExitBug;
  } catch (const std::exception& bug) {
    ReportError(std::string("this is a bug: ") + bug.what());
    return kExitBug;
  }
}

}  // namespace cckm
