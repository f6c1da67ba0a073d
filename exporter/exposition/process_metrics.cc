#include "exporter/exposition/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

namespace cckm {
namespace {

double TicksToSeconds(double ticks) { return ticks / static_cast<double>(sysconf(_SC_CLK_TCK)); }

// Fields of /proc/self/stat after the program's name, counted from 0 for the state (proc(5) field
// 3).
std::vector<double> ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t name_end = text.rfind(") ");
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 2));
  std::string state;
  fields >> state;
  std::vector<double> values = {0};
  for (double value = 0; fields >> value;) values.push_back(value);
  return values;
}

std::optional<double> BootTimeSeconds() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return std::nullopt;
}

std::optional<double> CountOpenFds() {
  std::error_code error;
  const std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) return std::nullopt;
  // One of them is the iterator's own.
  return static_cast<double>(std::distance(begin(entries), end(entries)) - 1);
}

std::optional<double> SoftLimit(__rlimit_resource resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return std::nullopt;
  return limit.rlim_cur == RLIM_INFINITY ? -1 : static_cast<double>(limit.rlim_cur);
}

}  // namespace

std::vector<ProcessMetric> ReadProcessMetrics() {
  constexpr std::size_t kUserTicks = 11;
  constexpr std::size_t kSystemTicks = 12;
  constexpr std::size_t kStartTicks = 19;
  constexpr std::size_t kVirtualBytes = 20;
  constexpr std::size_t kResidentPages = 21;
  std::vector<ProcessMetric> metrics;
  const auto add = [&](Metric metric, std::optional<double> value) {
    if (value) metrics.push_back({metric, *value});
  };
  const std::vector<double> stat = ReadStat();
  const bool has_stat = stat.size() > kResidentPages;
  const auto field = [&](std::size_t index) {
    return has_stat ? std::optional(stat[index]) : std::nullopt;
  };
  if (has_stat)
    add(Metric::kProcessCpuSecondsTotal, TicksToSeconds(stat[kUserTicks] + stat[kSystemTicks]));
  add(Metric::kProcessOpenFds, CountOpenFds());
  add(Metric::kProcessMaxFds, SoftLimit(RLIMIT_NOFILE));
  add(Metric::kProcessVirtualMemoryBytes, field(kVirtualBytes));
  add(Metric::kProcessVirtualMemoryMaxBytes, SoftLimit(RLIMIT_AS));
  if (has_stat) {
    add(Metric::kProcessResidentMemoryBytes,
        stat[kResidentPages] * static_cast<double>(sysconf(_SC_PAGESIZE)));
    if (const auto boot = BootTimeSeconds()) {
      add(Metric::kProcessStartTimeSeconds, *boot + TicksToSeconds(stat[kStartTicks]));
    }
  }
  return metrics;
}

}  // namespace cckm
