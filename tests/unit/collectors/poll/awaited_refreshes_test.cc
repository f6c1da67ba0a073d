// What the list still owes, from this reading or the next.

#include "collectors/poll/awaited_refreshes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fakes/fakes.h"

namespace cckm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AwaitedRefreshesTest : public ::testing::Test {
 protected:
  AwaitedRefreshesTest() {
    for (const char* id : {"a", "b", "c"}) watched_.Add(id, true);
  }

  FakeRandom random_;
  Watchlist watched_{ScheduleSettings{}, SteadyTime(), random_};
  AwaitedRefreshes awaited_{watched_};
};

TEST_F(AwaitedRefreshesTest, WhatTheListToldOfIsOwedNoMore) {
  awaited_.Add({0, 1, 2}, Awaited::kFromThisListing);
  EXPECT_TRUE(awaited_.Remove(1));
  EXPECT_FALSE(awaited_.Remove(1));
  EXPECT_EQ(awaited_.count(), 2U);
  EXPECT_THAT(awaited_.TakeAll(), ElementsAre(0, 2));
  EXPECT_TRUE(awaited_.empty());
  EXPECT_FALSE(awaited_.Remove(0));
}

TEST_F(AwaitedRefreshesTest, TheNextReadingOwesWhatWasDueTooLate) {
  awaited_.Add({0}, Awaited::kFromThisListing);
  awaited_.Add({1, 2}, Awaited::kFromNextListing);
  EXPECT_EQ(awaited_.count(), 1U);
  EXPECT_TRUE(awaited_.Remove(2)) << "the reading under way may tell of it, too";
  EXPECT_THAT(awaited_.TakeAll(), ElementsAre(0));
  EXPECT_FALSE(awaited_.empty());
  awaited_.MoveOn();
  EXPECT_EQ(awaited_.count(), 1U);
  EXPECT_THAT(awaited_.TakeAll(), ElementsAre(1));
  EXPECT_TRUE(awaited_.empty());
}

TEST_F(AwaitedRefreshesTest, OneThatIsDueAgainIsOwedOnce) {
  awaited_.Add({0}, Awaited::kFromNextListing);
  EXPECT_TRUE(awaited_.Remove(0));
  awaited_.Add({0}, Awaited::kFromNextListing);
  awaited_.MoveOn();
  EXPECT_EQ(awaited_.count(), 1U);
  EXPECT_THAT(awaited_.TakeAll(), ElementsAre(0));
  EXPECT_THAT(awaited_.TakeAll(), IsEmpty());
}

}  // namespace
}  // namespace cckm
