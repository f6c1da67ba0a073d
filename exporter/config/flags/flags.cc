#include "exporter/config/flags/flags.h"

#include <algorithm>
#include <array>
#include <utility>

#include "exporter/config/flags/flag_values.h"
#include "exporter/config/flags/target_flags.h"
#include "exporter/config/listen_address.h"
#include "exporter/config/numbers.h"
#include "exporter/config/web_paths.h"

namespace cckm {
namespace {

constexpr std::array<std::pair<std::string_view, RunMode>, 4> kModeFlags = {{
    {"config.check", RunMode::kConfigCheck},
    {"once", RunMode::kOnce},
    {"healthcheck", RunMode::kHealthcheck},
    {"check", RunMode::kCheck},
}};

constexpr std::array<std::string_view, 4> kLogLevels = {"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 2> kLogFormats = {"logfmt", "json"};

RunMode ReadMode(const FlagValues& values, FlagProblems& problems) {
  RunMode mode = RunMode::kServe;
  for (const auto& [flag, mode_of_flag] : kModeFlags) {
    if (!values.IsOn(flag)) continue;
    if (mode != RunMode::kServe) {
      problems.Add(flag, "is one too many of --config.check, --once, --healthcheck and --check");
    }
    mode = mode_of_flag;
  }
  return mode;
}

void ReadTargetOrFile(const FlagValues& values, CommandLine& out, FlagProblems& problems) {
  constexpr std::string_view kFlag = "config.file";
  const std::vector<std::string_view> of_target = GivenTargetFlags(values);
  if (values.IsGiven(kFlag)) {
    out.config_file = values.Text(kFlag);
    if (out.config_file.empty()) problems.Add(kFlag, "must be the path of a file");
    for (const std::string_view flag : of_target) {
      problems.Add(flag, "must not be given together with --config.file");
    }
  } else if (!of_target.empty()) {
    out.target = ReadTargetFlags(values, problems);
  } else if (out.mode != RunMode::kHealthcheck && out.mode != RunMode::kCheck) {
    problems.Add(kFlag, "is missing: give --config.file=FILE or --target.url=URL");
  }
}

void ReadOutputFile(const FlagValues& values, CommandLine& out, FlagProblems& problems) {
  constexpr std::string_view kFlag = "output.file";
  if (!values.IsGiven(kFlag)) return;
  out.output_file = values.Text(kFlag);
  if (out.output_file.empty()) problems.Add(kFlag, "must be the path of a file");
  if (out.mode != RunMode::kOnce) problems.Add(kFlag, "is for --once");
}

void ReadListenAddresses(const FlagValues& values, CommandLine& out, FlagProblems& problems) {
  constexpr std::string_view kFlag = "web.listen-address";
  out.listen_addresses = values.Texts(kFlag);
  for (auto address = out.listen_addresses.begin(); address != out.listen_addresses.end();
       ++address) {
    if (const auto parsed = ParseListenAddress(*address); !parsed) {
      problems.Add(kFlag, parsed.error());
    } else if (std::count(out.listen_addresses.begin(), address, *address) != 0 &&
               !address->ends_with(":0")) {
      problems.Add(kFlag, "must not hold the same address twice");
    }
  }
}

void ReadTelemetryPath(const FlagValues& values, CommandLine& out, FlagProblems& problems) {
  constexpr std::string_view kFlag = "web.telemetry-path";
  out.telemetry_path = values.Text(kFlag);
  const bool is_plain = std::ranges::all_of(out.telemetry_path, [](char c) {
    return c > ' ' && c <= '~' && c != '?' && c != '#' && c != '%';
  });
  if (!out.telemetry_path.starts_with('/') || !is_plain) {
    problems.Add(kFlag, "must start with / and hold visible ASCII without ? # and %");
  } else if (std::ranges::count(kReservedPaths, out.telemetry_path) != 0) {
    problems.Add(kFlag, "must not be a path that has another meaning, such as / or /config");
  }
}

constexpr std::uint64_t kMaxConnections = 10'000;
constexpr std::uint64_t kMaxStoredRefreshes = 1'000'000'000;

std::size_t ReadLimit(const FlagValues& values, std::string_view flag, std::uint64_t largest,
                      FlagProblems& problems) {
  const std::uint64_t limit = ParseNumber(values.Text(flag)).value_or(0);
  if (limit < 1 || limit > largest) {
    problems.Add(flag, "must be from 1 to " + std::to_string(largest));
  }
  return limit;
}

unsigned ReadUnsigned(const FlagValues& values, std::string_view flag) {
  return static_cast<unsigned>(ParseNumber(values.Text(flag)).value_or(0));
}

void ReadShard(const FlagValues& values, CommandLine& out, FlagProblems& problems) {
  out.shard_index = ReadUnsigned(values, "shard.index");
  out.shard_count = ReadUnsigned(values, "shard.count");
  if (out.shard_count < 1) {
    problems.Add("shard.count", "must be at least 1");
  } else if (out.shard_index >= out.shard_count) {
    problems.Add("shard.index", "must be less than --shard.count");
  }
}

// The index of the flag's value among the allowed ones.
std::size_t ReadChoice(const FlagValues& values, std::string_view flag,
                       std::span<const std::string_view> allowed, FlagProblems& problems) {
  const auto found = std::ranges::find(allowed, values.Text(flag));
  if (found != allowed.end()) return static_cast<std::size_t>(found - allowed.begin());
  std::string names;
  for (const auto name : allowed) names.append(names.empty() ? "" : ", ").append(name);
  problems.Add(flag, "must be one of " + names);
  return 0;
}

void ReadWeb(const FlagValues& values, CommandLine& out, FlagProblems& problems) {
  ReadListenAddresses(values, out, problems);
  ReadTelemetryPath(values, out, problems);
  out.web_config_file = values.Text("web.config.file");
  out.max_requests = ReadLimit(values, "web.max-requests", kMaxConnections, problems);
  out.max_connections = ReadLimit(values, "web.max-connections", kMaxConnections, problems);
  out.enable_lifecycle = values.IsOn("web.enable-lifecycle");
  // Those of a process that ends at once would stay in a file for others to read.
  out.exporter_metrics = !values.IsOn("web.disable-exporter-metrics") && out.output_file.empty();
}

CommandLine ReadCommandLine(const FlagValues& values, FlagProblems& problems) {
  CommandLine out;
  out.mode = ReadMode(values, problems);
  ReadTargetOrFile(values, out, problems);
  ReadOutputFile(values, out, problems);
  ReadWeb(values, out, problems);
  out.storage_path = values.Text("storage.path");
  out.max_stored_refreshes =
      ReadLimit(values, "storage.max-refreshes", kMaxStoredRefreshes, problems);
  ReadShard(values, out, problems);
  out.log_level = static_cast<LogLevel>(ReadChoice(values, "log.level", kLogLevels, problems));
  out.log_format = static_cast<LogFormat>(ReadChoice(values, "log.format", kLogFormats, problems));
  return out;
}

}  // namespace

tl::expected<CommandLine, std::vector<ConfigProblem>> ParseCommandLine(
    std::span<const std::string> arguments) {
  FlagProblems problems;
  const FlagValues values = FlagValues::Read(arguments, problems);
  CommandLine out;
  if (values.IsOn("help") || values.IsOn("version")) {
    out.mode = values.IsOn("help") ? RunMode::kHelp : RunMode::kVersion;
    return out;
  }
  out = ReadCommandLine(values, problems);
  if (!problems.empty()) return tl::make_unexpected(problems.Take());
  return out;
}

}  // namespace cckm
