// What /proc says of this very process.

#include "exporter/exposition/process_metrics.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "collectors/base/clock.h"

namespace cckm {
namespace {

std::optional<double> Value(Metric metric) {
  const std::vector<ProcessMetric> metrics = ProcessMetrics().Read();
  const auto found = std::ranges::find(metrics, metric, &ProcessMetric::metric);
  return found == metrics.end() ? std::nullopt : std::optional(found->value);
}

double SecondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

TEST(ProcessMetricsTest, AllAreThereInTheOrderOfTheCatalogue) {
  const std::vector<ProcessMetric> metrics = ProcessMetrics().Read();
  EXPECT_EQ(metrics.size(), 7U);
  EXPECT_TRUE(std::ranges::is_sorted(metrics, {}, &ProcessMetric::metric));
  EXPECT_EQ(metrics.front().metric, Metric::kProcessCpuSecondsTotal);
  EXPECT_EQ(metrics.back().metric, Metric::kProcessStartTimeSeconds);
}

TEST(ProcessMetricsTest, OpenFdsFollowTheDescriptorsOfTheProcess) {
  const double before = Value(Metric::kProcessOpenFds).value();
  std::vector<int> opened;
  for (int i = 0; i < 3; ++i) opened.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(Value(Metric::kProcessOpenFds), before + 3);
  for (const int descriptor : opened) ::close(descriptor);
  EXPECT_EQ(Value(Metric::kProcessOpenFds), before) << "reading leaks none";
}

TEST(ProcessMetricsTest, MaxFdsIsTheSoftLimit) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit lower = limit;
  lower.rlim_cur = 64;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  EXPECT_EQ(Value(Metric::kProcessMaxFds), 64);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST(ProcessMetricsTest, AnUnlimitedAddressSpaceIsMinusOne) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &limit), 0);
  EXPECT_EQ(Value(Metric::kProcessVirtualMemoryMaxBytes),
            limit.rlim_cur == RLIM_INFINITY ? -1 : static_cast<double>(limit.rlim_cur));
}

TEST(ProcessMetricsTest, CpuTimeIsThatOfTheSystem) {
  rusage before{};
  rusage after{};
  ASSERT_EQ(::getrusage(RUSAGE_SELF, &before), 0);
  const double seconds = Value(Metric::kProcessCpuSecondsTotal).value();
  ASSERT_EQ(::getrusage(RUSAGE_SELF, &after), 0);
  constexpr double kTick = 0.02;  // user and system time are each cut to a tick
  EXPECT_GE(seconds, SecondsOf(before.ru_utime) + SecondsOf(before.ru_stime) - 2 * kTick);
  EXPECT_LE(seconds, SecondsOf(after.ru_utime) + SecondsOf(after.ru_stime) + kTick);
}

TEST(ProcessMetricsTest, ResidentMemoryGrowsWithWhatIsTouchedAndIsBytes) {
  constexpr std::size_t kBlock = 64U << 20U;
  const double before = Value(Metric::kProcessResidentMemoryBytes).value();
  const std::vector<char> block(kBlock, 'x');
  const double after = Value(Metric::kProcessResidentMemoryBytes).value();
  EXPECT_GT(after - before, kBlock / 2.0);
  EXPECT_LT(after - before, kBlock * 10.0) << "a sanitizer may add its own";
  EXPECT_GT(Value(Metric::kProcessVirtualMemoryBytes).value(), after);
}

TEST(ProcessMetricsTest, TheStartLiesWithinTheLastHours) {
  const double start = Value(Metric::kProcessStartTimeSeconds).value();
  const double now = ToUnixSeconds(SystemClock().Now());
  EXPECT_LE(start, now + 2);
  EXPECT_GT(start, now - 24 * 3600);
}

TEST(ProcessMetricsTest, TheStartIsTheSameAtEveryLook) {
  const ProcessMetrics metrics;
  const ProcessMetric start = metrics.Read().back();
  ASSERT_EQ(start.metric, Metric::kProcessStartTimeSeconds);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(metrics.Read().back().value, start.value);
}

}  // namespace
}  // namespace cckm
