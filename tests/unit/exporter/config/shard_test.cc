#include "exporter/config/shard.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cckm {
namespace {

constexpr unsigned kNames = 1000;

std::string Name(unsigned i) { return "target-" + std::to_string(i); }

TEST(ShardTest, EveryNameBelongsToOneShardAndNoShardIsEmpty) {
  for (unsigned count = 1; count <= 10; ++count) {
    std::vector<unsigned> names_of(count);
    for (unsigned i = 0; i < kNames; ++i) {
      const unsigned shard = ShardOf(Name(i), count);
      ASSERT_LT(shard, count);
      EXPECT_EQ(ShardOf(Name(i), count), shard);
      ++names_of[shard];
    }
    for (const unsigned names : names_of) EXPECT_NEAR(names, kNames / count, kNames / 20);
  }
}

TEST(ShardTest, OneMoreShardMovesItsPartAndOnlyToItself) {
  for (unsigned count = 1; count < 10; ++count) {
    unsigned moved = 0;
    for (unsigned i = 0; i < kNames; ++i) {
      const unsigned before = ShardOf(Name(i), count);
      const unsigned after = ShardOf(Name(i), count + 1);
      if (before == after) continue;
      EXPECT_EQ(after, count);
      ++moved;
    }
    EXPECT_NEAR(moved, kNames / (count + 1), kNames / 20);
  }
}

// A release that changes these hands targets, and their counters, from one exporter to another.
TEST(ShardTest, NamesStayWhereTheyAreFromReleaseToRelease) {
  struct Golden {
    const char* name;
    unsigned of_3;
    unsigned of_10;
  };
  const Golden golden[] = {
      {"cm", 1, 1}, {"prod", 1, 8}, {"cm-eu-1", 1, 9}, {"cm-eu-2", 0, 6}, {"zürich", 2, 9}};
  for (const auto& [name, of_3, of_10] : golden) {
    EXPECT_EQ(ShardOf(name, 3), of_3) << name;
    EXPECT_EQ(ShardOf(name, 10), of_10) << name;
  }
}

}  // namespace
}  // namespace cckm
