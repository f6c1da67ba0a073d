// Who gets a place, and who waits for one.

#include "exporter/web/places.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/support/processes/eventually.h"

namespace cckm {
namespace {

constexpr std::chrono::milliseconds kNotAtAll{0};
constexpr std::chrono::milliseconds kLong{10'000};

TEST(PlacesTest, GivesAsManyAsThereAre) {
  Places places(2, kNotAtAll);
  auto first = places.Take();
  const auto second = places.Take();
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(places.Take());
  first.reset();
  EXPECT_TRUE(places.Take());
}

TEST(PlacesTest, APlaceIsHeldUntilItsLastCopyGoes) {
  Places places(1, kNotAtAll);
  auto place = places.Take();
  ASSERT_TRUE(place);
  const std::shared_ptr<void> copy = *place;
  place.reset();
  EXPECT_FALSE(places.Take());
}

TEST(PlacesTest, APlaceMayOutliveTheRoom) {
  std::optional<std::shared_ptr<void>> place;
  {
    Places places(1, kNotAtAll);
    place = places.Take();
  }
  EXPECT_TRUE(place);
}

TEST(PlacesTest, WhoWaitsGetsThePlaceThatIsGivenBack) {
  Places places(1, kLong);
  auto place = places.Take();
  std::atomic<bool> has_place = false;
  std::jthread waiting([&] { has_place = places.Take().has_value(); });
  place.reset();
  waiting.join();
  EXPECT_TRUE(has_place);
}

// Each waits for a place that the next one gives back, so that the order can be seen.
TEST(PlacesTest, TheOneThatCameLastGoesFirst) {
  Places places(1, kLong);
  auto place = places.Take();
  std::vector<int> order;  // guarded by the one place
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&places, &order, i] {
      const auto mine = places.Take();
      if (mine) order.push_back(i);
    });
    const std::size_t expected = waiting.size();
    ASSERT_TRUE(Eventually(kPatience, [&] { return places.Waiting() == expected; }));
  }
  place.reset();
  waiting.clear();
  EXPECT_EQ(order, (std::vector<int>{3, 2, 1, 0}));
}

}  // namespace
}  // namespace cckm
