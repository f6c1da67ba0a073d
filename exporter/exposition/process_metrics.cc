#include "exporter/exposition/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
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

double SecondsOf(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// From the clocks, not from /proc/stat: a service manager may hide all of /proc but processes.
std::optional<double> BootTimeSeconds() {
  timespec now{};
  timespec since_boot{};
  if (clock_gettime(CLOCK_REALTIME, &now) != 0 || clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0) {
    return std::nullopt;
  }
  return SecondsOf(now) - SecondsOf(since_boot);
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

ProcessMetrics::ProcessMetrics() {
  constexpr std::size_t kStartTicks = 19;
  const std::vector<double> stat = ReadStat();
  const auto boot = BootTimeSeconds();
  if (boot && stat.size() > kStartTicks) start_time_ = *boot + TicksToSeconds(stat[kStartTicks]);
}

std::optional<WallTime> ProcessMetrics::began_at() const {
  if (!start_time_) return std::nullopt;
  return WallTime(std::chrono::round<Nanoseconds>(std::chrono::duration<double>(*start_time_)));
}

std::vector<ProcessMetric> ProcessMetrics::Read() const {
  constexpr std::size_t kUserTicks = 11;
  constexpr std::size_t kSystemTicks = 12;
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
  }
  add(Metric::kProcessStartTimeSeconds, start_time_);
  return metrics;
}

}  // namespace cckm
