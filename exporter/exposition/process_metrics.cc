#include "exporter/exposition/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
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
class Stat {
 public:
  static Stat Read() {
    std::ifstream file("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    Stat stat;
    const std::size_t name_end = text.rfind(") ");
    if (name_end == std::string::npos) return stat;
    std::istringstream fields(text.substr(name_end + 2));
    std::string state;
    fields >> state;
    stat.values_.push_back(0);
    for (double value = 0; fields >> value;) stat.values_.push_back(value);
    return stat;
  }

  std::optional<double> At(std::size_t field) const {
    return field < values_.size() ? std::optional(values_[field]) : std::nullopt;
  }

 private:
  std::vector<double> values_;
};

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

std::optional<double> SoftLimit(__rlimit_resource resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return std::nullopt;
  return limit.rlim_cur == RLIM_INFINITY ? -1 : static_cast<double>(limit.rlim_cur);
}

// The values, from what was read of them or from the system.

std::optional<double> CpuSeconds(const Stat& stat) {
  constexpr std::size_t kUserTicks = 11;
  constexpr std::size_t kSystemTicks = 12;
  const auto user = stat.At(kUserTicks);
  const auto system = stat.At(kSystemTicks);
  return user && system ? std::optional(TicksToSeconds(*user + *system)) : std::nullopt;
}

std::optional<double> OpenFds(const Stat& /*stat*/) {
  std::error_code error;
  const std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) return std::nullopt;
  // One of them is the iterator's own.
  return static_cast<double>(std::distance(begin(entries), end(entries)) - 1);
}

std::optional<double> MaxFds(const Stat& /*stat*/) { return SoftLimit(RLIMIT_NOFILE); }

std::optional<double> VirtualBytes(const Stat& stat) {
  constexpr std::size_t kVirtualBytes = 20;
  return stat.At(kVirtualBytes);
}

std::optional<double> MaxVirtualBytes(const Stat& /*stat*/) { return SoftLimit(RLIMIT_AS); }

std::optional<double> ResidentBytes(const Stat& stat) {
  constexpr std::size_t kResidentPages = 21;
  const auto pages = stat.At(kResidentPages);
  return pages ? std::optional(*pages * static_cast<double>(sysconf(_SC_PAGESIZE))) : std::nullopt;
}

std::optional<double> StartSeconds(const Stat& stat) {
  constexpr std::size_t kStartTicks = 19;
  const auto ticks = stat.At(kStartTicks);
  const auto boot = BootTimeSeconds();
  return ticks && boot ? std::optional(*boot + TicksToSeconds(*ticks)) : std::nullopt;
}

struct Row {
  Metric metric;
  std::optional<double> (*value)(const Stat&);
};

// The start is not among them: it is read once.
constexpr std::array kRows = std::to_array<Row>({
    {Metric::kProcessCpuSecondsTotal, CpuSeconds},
    {Metric::kProcessOpenFds, OpenFds},
    {Metric::kProcessMaxFds, MaxFds},
    {Metric::kProcessVirtualMemoryBytes, VirtualBytes},
    {Metric::kProcessVirtualMemoryMaxBytes, MaxVirtualBytes},
    {Metric::kProcessResidentMemoryBytes, ResidentBytes},
});

}  // namespace

ProcessMetrics::ProcessMetrics() : start_time_(StartSeconds(Stat::Read())) {}

std::optional<WallTime> ProcessMetrics::began_at() const {
  if (!start_time_) return std::nullopt;
  return WallTime(std::chrono::round<Nanoseconds>(std::chrono::duration<double>(*start_time_)));
}

std::vector<ProcessMetric> ProcessMetrics::Read() const {
  std::vector<ProcessMetric> metrics;
  const Stat stat = Stat::Read();
  for (const Row& row : kRows) {
    if (const auto value = row.value(stat)) metrics.push_back({row.metric, *value});
  }
  if (start_time_) metrics.push_back({Metric::kProcessStartTimeSeconds, *start_time_});
  return metrics;
}

}  // namespace cckm
