// What a reading of the scheduler becomes before the state is locked, and what is left to do then.

#include "exporter/state/reduce_schedules.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace cckm {
namespace {

using std::chrono::hours;

constexpr WallTime kReadAt{hours(24 * 18'000)};

KnownSchedule Known(const std::string& id, std::vector<std::string> units) {
  return {
      .schedule = {
          .id = id, .family = FindFamily("dsm"), .run_at = "0 * * * *", .units = std::move(units)}};
}

class ReduceSchedulesTest : public ::testing::Test {
 protected:
  std::vector<UnreadableSchedule> Reduce(PreparedSchedules& prepared) {
    return ReduceSchedules(update_, prepared, target_.schedules);
  }
  PreparedSchedules PrepareThem(std::vector<KnownSchedule> schedules) {
    update_.reading = {.read_at = kReadAt, .schedules = std::move(schedules)};
    return Prepare(*update_.reading, intervals_);
  }
  std::vector<std::string> ReasonsFor(const KnownSchedule& known) {
    std::vector<std::string> reasons;
    for (const UnreadableSchedule& found : PrepareThem({known}).unreadable) {
      reasons.push_back(found.reason);
    }
    return reasons;
  }
  std::uint32_t CoveringNow(std::string_view domain) const {
    return CoverOf(target_.schedules.cover.at(FindFamily("dsm")), domain, "").schedules;
  }

  ScheduleUpdate update_;
  ScheduleIntervals intervals_;
  TargetState target_;
};

TEST_F(ReduceSchedulesTest, TheCoverIsMadeBeforeTheStateIsLockedAndTheFormerOneIsHandedBack) {
  PreparedSchedules prepared = PrepareThem({Known("a", {"d1", "d2"}), Known("b", {"d1"})});
  ASSERT_EQ(prepared.cover.size(), 1U);
  EXPECT_EQ(CoverOf(prepared.cover.at(FindFamily("dsm")), "d1", "").schedules, 2U);
  EXPECT_EQ(CoverOf(prepared.cover.at(FindFamily("dsm")), "d2", "").shortest_interval, hours(1));
  Reduce(prepared);
  EXPECT_TRUE(prepared.cover.empty());
  EXPECT_EQ(CoveringNow("d1"), 2U);
  PreparedSchedules next = PrepareThem({Known("a", {"d1"})});
  Reduce(next);
  EXPECT_EQ(CoveringNow("d1"), 1U);
  EXPECT_EQ(next.schedules.size(), 2U);
  EXPECT_EQ(next.cover.at(FindFamily("dsm")).by_unit.size(), 2U);
}

TEST_F(ReduceSchedulesTest, ATurnOfAScheduleCountsAnewAndMakesNoUnits) {
  KnownSchedule ends = Known("ends", {"d1"});
  ends.schedule.ends_at = kReadAt + hours(2);
  KnownSchedule begins = Known("begins", {"d1"});
  begins.schedule.starts_at = kReadAt + hours(1);
  PreparedSchedules prepared = PrepareThem({ends, begins});
  Reduce(prepared);
  const FamilyCover& cover = target_.schedules.cover.at(FindFamily("dsm"));
  const auto* const unit = &cover.by_unit.at("d1");
  int passed = 0;
  for (const std::uint32_t enabled : {1U, 2U, 1U}) {
    AdvanceSchedules(kReadAt + hours(passed++), target_);
    EXPECT_EQ(CoverOf(cover, "d1", "").schedules, enabled);
    EXPECT_EQ(CoverOf(cover, "d1", "d1").schedules, enabled);
  }
  EXPECT_EQ(unit, &cover.by_unit.at("d1"));
}

TEST_F(ReduceSchedulesTest, ADomainThatComesAfterTheReadingIsCoveredToo) {
  const BucketBounds bounds({1});
  PreparedSchedules prepared = PrepareThem({Known("a", {"d1"})});
  Reduce(prepared);
  KeyedStore<DomainState>& domains =
      target_.collectors.emplace_back(*FindFamily("dsm"), bounds).domains;
  AdvanceSchedules(kReadAt, target_);
  const DomainState& domain = domains.Add(DomainState(LabelValue("d1"), bounds));
  AdvanceSchedules(kReadAt, target_);
  EXPECT_EQ(domain.schedules, 1U);
  EXPECT_EQ(domain.scheduled_interval, hours(1));
}

TEST_F(ReduceSchedulesTest, WhatCannotBeReadIsToldOnceWithEveryReason) {
  KnownSchedule odd = Known("odd", {});
  EXPECT_TRUE(ReasonsFor(odd).empty());
  odd.schedule.unreadable_times = {"createdAt"};
  EXPECT_EQ(ReasonsFor(odd), std::vector<std::string>{"createdAt is no time: it counts as unset"});
  odd.schedule.unreadable_times = {"start_date", "end_date"};
  EXPECT_EQ(ReasonsFor(odd),
            std::vector<std::string>{"start_date is no time, end_date is no time: none of its "
                                     "runs is said to be missed"});
  PreparedSchedules prepared = PrepareThem({odd});
  EXPECT_EQ(Reduce(prepared).size(), 1U);
  EXPECT_EQ(target_.schedules.schedules.size(), 1U) << "it is a schedule all the same";
  prepared = PrepareThem({odd});
  EXPECT_TRUE(Reduce(prepared).empty());
  odd.schedule.run_at = "whenever";
  const std::vector<std::string> reasons = ReasonsFor(odd);
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_NE(reasons.front().find(", start_date is no time"), std::string::npos);
}

}  // namespace
}  // namespace cckm
