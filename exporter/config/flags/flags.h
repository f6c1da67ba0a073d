// The command line of deploy/docs/flags.md to plain data.  The one library that knows gflags.
//
// Thread-safety: main thread, before any other starts.

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "exporter/config/config.h"
#include "exporter/config/config_problem.h"
#include "exporter/log/log.h"

namespace cckm {

enum class RunMode { kServe, kOnce, kConfigCheck, kHealthcheck, kCheck, kHelp, kVersion };

// What is not given has the default of FlagTable(), unless help or the version is asked for.
struct CommandLine {
  RunMode mode = RunMode::kServe;
  std::filesystem::path config_file;  // empty: the target of the --target.* flags
  std::optional<TargetConfig> target;
  std::filesystem::path output_file;  // of kOnce; empty: standard output
  std::vector<std::string> listen_addresses;
  std::string telemetry_path;
  std::filesystem::path web_config_file;
  std::size_t max_requests = 0;
  std::size_t max_connections = 0;
  bool enable_lifecycle = false;
  bool exporter_metrics = true;
  std::filesystem::path storage_path;    // empty: kept in memory only
  std::size_t max_stored_refreshes = 0;  // before the oldest may be let go
  unsigned shard_index = 0;
  unsigned shard_count = 1;
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kLogfmt;
};

// Reads the arguments after the program's name.  All problems are reported at once; --help, -h and
// --version win over them.  Every problem ends the process with exit code 2.
tl::expected<CommandLine, std::vector<ConfigProblem>> ParseCommandLine(
    std::span<const std::string> arguments);

// What --help prints: short, grouped, each flag with its default.
std::string HelpText();

}  // namespace cckm
