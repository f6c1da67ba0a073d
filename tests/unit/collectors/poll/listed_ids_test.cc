// Each id is new once in a reading, whoever keeps it.

#include "collectors/poll/listed_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fakes/fakes.h"

namespace cckm {
namespace {

using ::testing::UnorderedElementsAre;

class ListedIdsTest : public ::testing::Test {
 protected:
  Watched* Watch(const char* id) { return &watched_[watched_.Add(id, false)]; }

  FakeRandom random_;
  Watchlist watched_{ScheduleSettings{}, SteadyTime(), random_};
  ListedIds listed_;
};

TEST_F(ListedIdsTest, AnIdIsNewOnce) {
  Watched* const watched = Watch("w");
  EXPECT_TRUE(listed_.Add("w", watched));
  EXPECT_TRUE(listed_.Add("other", nullptr));
  EXPECT_FALSE(listed_.Add("w", watched));
  EXPECT_FALSE(listed_.Add("other", nullptr));
  EXPECT_TRUE(listed_.Has(*watched));
  EXPECT_THAT(listed_.TakeAll(watched_), UnorderedElementsAre("other", "w"));
}

TEST_F(ListedIdsTest, AnIdIsNewAgainInTheNextReading) {
  Watched* const watched = Watch("w");
  EXPECT_FALSE(listed_.Has(*watched)) << "before any reading";
  listed_.Add("w", watched);
  listed_.Clear();
  EXPECT_FALSE(listed_.Has(*watched));
  EXPECT_TRUE(listed_.Add("w", watched));
}

TEST_F(ListedIdsTest, WhatIsWatchedNoMoreIsNotNewAgain) {
  Watched* const listed = Watch("listed");
  listed_.Add("listed", listed);
  listed_.Keep(*listed);
  listed_.Keep(*Watch("unlisted"));
  watched_.Remove(*watched_.Find("listed"));
  EXPECT_FALSE(listed_.Add("listed", nullptr));
  EXPECT_TRUE(listed_.Add("unlisted", nullptr));
  EXPECT_FALSE(listed_.Add("listed", Watch("listed"))) << "watched again";
}

}  // namespace
}  // namespace cckm
