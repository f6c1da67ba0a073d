// The exporter among appliances that behave badly, all of them at once.
//
// All cases run once, for all tests of this file together: a test reads what came of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <exception>
#include <iostream>

#include "tests/system/hostile/hostile_run.h"

namespace cckm {
namespace {

using testing::IsEmpty;

void Print(const HostileReport& report) {
  std::cout << "cases: " << report.by_case.size() << ", hostile for " << report.hostile_seconds
            << " s, recovered in " << report.recovery_seconds << " s, " << report.seconds
            << " s in all; " << report.scrapes.scrapes << " scrapes, " << report.scrapes.validated
            << " validated; " << report.control_polls << " polls of the healthy target; "
            << report.peak_memory_kib << " KiB at most\n";
}

const HostileReport& Report() {
  static const HostileReport report = [] {
    // A peer that has gone is part of the game.
    ::signal(SIGPIPE, SIG_IGN);
    try {
      HostileReport result = RunAll(AllHostileCases());
      Print(result);
      return result;
    } catch (const std::exception& failure) {
      HostileReport nothing;
      nothing.process.emplace_back(failure.what());
      return nothing;
    }
  }();
  return report;
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const HostileCase& hostile_case : AllHostileCases()) names.push_back(hostile_case.name);
  return names;
}

class HostileTest : public testing::TestWithParam<std::string> {};

TEST_P(HostileTest, ShowsTheRightFaultAndRecovers) {
  const auto found = Report().by_case.find(GetParam());
  ASSERT_NE(found, Report().by_case.end());
  EXPECT_THAT(found->second, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, HostileTest, testing::ValuesIn(Names()),
                         [](const auto& test) { return test.param; });

TEST(HostileWorldTest, HoldsAtLeast75CasesThatAreAllNamedOnce) {
  EXPECT_GE(Names().size(), 75U);
  EXPECT_EQ(Report().by_case.size(), Names().size());
}

// One that waited for an appliance would do so as long as any of them hangs.
TEST(HostileWorldTest, EveryScrapeIsAnsweredAndValidAndNoneWaitsForAnAppliance) {
  EXPECT_THAT(Report().scrapes.errors, IsEmpty());
  for (const auto& [path, lengths] : Report().scrapes.lengths) {
    EXPECT_LT(Median(lengths), std::chrono::seconds(1)) << path;
  }
  EXPECT_GT(Report().scrapes.scrapes, 20U);
  EXPECT_GT(Report().scrapes.validated, 2U);
}

TEST(HostileWorldTest, NoSecretIsShownAnywhere) {
  EXPECT_THAT(Report().scrapes.leaks, IsEmpty());
  EXPECT_THAT(Report().leaks, IsEmpty());
}

TEST(HostileWorldTest, NoSecretIsSentToAnotherAppliance) {
  EXPECT_THAT(Report().foreign_secrets, IsEmpty());
}

TEST(HostileWorldTest, AHealthyTargetIsPolledEverySecond) {
  EXPECT_THAT(Report().control, IsEmpty());
  EXPECT_GT(Report().control_polls, 5U);
}

// A32 and A33.
TEST(HostileWorldTest, TheEnvironmentHasNoEffect) { EXPECT_THAT(Report().environment, IsEmpty()); }

TEST(HostileWorldTest, TheExporterLivesUntilItIsTold) { EXPECT_THAT(Report().process, IsEmpty()); }

TEST(HostileWorldTest, TheExporterStaysSmall) {
  EXPECT_GT(Report().peak_memory_kib, 0);
  EXPECT_LT(Report().peak_memory_kib, 512L * 1024);
}

}  // namespace
}  // namespace cckm
