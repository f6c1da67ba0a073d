// Entries are found whatever the order in which they are looked for, and no others.

#include "collectors/poll/watchlist.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/fakes/fakes.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};

class WatchlistTest : public ::testing::Test {
 protected:
  FakeRandom random_;
  Watchlist watchlist_{
      {.poll_interval = 15s, .recheck_interval = 24h, .heartbeat_interval = 60s}, kStart, random_};
};

TEST_F(WatchlistTest, EntriesAreFoundInAnyOrder) {
  const std::vector<std::string> ids = {"d", "a", "c", "b"};
  for (const std::string& id : ids) watchlist_.Add(id, true);
  for (const std::string_view order : {"dacb", "dacb", "bcad", "aabb", "dcba", "dacb"}) {
    for (const char id : order) {
      const auto index = watchlist_.Find(std::string_view(&id, 1));
      ASSERT_TRUE(index) << id << " of " << order;
      EXPECT_EQ(watchlist_[*index].id, std::string(1, id));
    }
    EXPECT_FALSE(watchlist_.Find("e"));
  }
}

TEST_F(WatchlistTest, OfWhatIsKnownFromBeforeTheOldestAreOutAndTheConfiguredStay) {
  std::vector<KnownRefresh> known;
  for (int age = 0; age < 5; ++age) {
    known.push_back(
        {.id = std::to_string(age), .summary = {.created_at = WallTime(100h) - age * 1h}});
  }
  known.push_back({.id = "undated", .summary = {}});
  known.push_back({.id = "nameless", .summary = {.status = RefreshStatus::kFailed}});
  EXPECT_EQ(TakeOutOldest(known, {"4"}, 2), (std::vector<std::string>{"1", "2", "3", "undated"}));
  EXPECT_EQ(known.size(), 3U);
  EXPECT_TRUE(TakeOutOldest(known, {"4"}, 2).empty());
  EXPECT_EQ(TakeOutOldest(known, {}, 2).size(), 1U) << "one more than there may be";
  EXPECT_TRUE(TakeOutOldest(known, {}, 2).empty());
}

TEST_F(WatchlistTest, AnEmptyOneFindsNothing) { EXPECT_FALSE(watchlist_.Find("a")); }

TEST_F(WatchlistTest, OneThatLeavesIsNotFoundWhereItWasFoundBefore) {
  watchlist_.Add("a", true);
  const RefreshIndex leaving = watchlist_.Add("b", true);
  watchlist_.Find("a");
  watchlist_.Find("b");
  watchlist_.TakeDue(kStart);
  watchlist_.Remove(leaving);
  watchlist_.Find("a");
  EXPECT_FALSE(watchlist_.Find("b"));
  const RefreshIndex again = watchlist_.Add("b", true);
  EXPECT_NE(again, leaving);
  EXPECT_EQ(watchlist_.Find("b"), again);
}

TEST_F(WatchlistTest, APlaceThatIsUsedAgainIsFoundByItsNewIdOnly) {
  watchlist_.Add("a", true);
  const RefreshIndex place = watchlist_.Add("b", true);
  watchlist_.Find("a");
  watchlist_.Find("b");
  watchlist_.Remove(place);
  EXPECT_EQ(watchlist_.Add("c", true), place);
  watchlist_.Find("a");
  EXPECT_FALSE(watchlist_.Find("b"));
  EXPECT_EQ(watchlist_.Find("c"), place);
}

}  // namespace
}  // namespace cckm
