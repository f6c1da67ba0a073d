#include "exporter/ledger/ledger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace cckm {
namespace {

using Answers = std::vector<bool>;

RefreshAnswer FinalAnswer(std::string id) {
  RefreshAnswer answer;
  answer.refresh.id = std::move(id);
  answer.is_final = true;
  return answer;
}

// Which of them were counted now.
Answers Commit(Ledger& ledger, std::string_view target, std::string_view family,
               const std::vector<std::string>& ids) {
  std::vector<RefreshAnswer> answers;
  for (const std::string& id : ids) answers.push_back(FinalAnswer(id));
  EXPECT_TRUE(ledger.Commit(target, *FindFamily(family), {}, answers));
  Answers counted;
  for (const RefreshAnswer& answer : answers) counted.push_back(answer.is_counted_now);
  return counted;
}

TEST(MemoryLedgerTest, ARefreshIsNewOnce) {
  const BucketBounds bounds({1.0});
  MemoryLedger ledger(bounds);
  EXPECT_EQ(Commit(ledger, "cm", "dsm", {"r1", "r2"}), (Answers{true, true}));
  EXPECT_EQ(Commit(ledger, "cm", "dsm", {"r1", "r3", "r2"}), (Answers{false, true, false}));
}

TEST(MemoryLedgerTest, ARefreshThatIsThereTwiceInOneCommitIsNewOnce) {
  const BucketBounds bounds({1.0});
  MemoryLedger ledger(bounds);
  EXPECT_EQ(Commit(ledger, "cm", "dsm", {"r1", "r1"}), (Answers{true, false}));
}

TEST(MemoryLedgerTest, TargetFamilyAndIdTogetherAreTheKey) {
  const BucketBounds bounds({1.0});
  MemoryLedger ledger(bounds);
  EXPECT_EQ(Commit(ledger, "a", "dsm", {"r"}), Answers{true});
  EXPECT_EQ(Commit(ledger, "b", "dsm", {"r"}), Answers{true});
  EXPECT_EQ(Commit(ledger, "a", "aws", {"r"}), Answers{true});
  EXPECT_EQ(Commit(ledger, "a", "dsm", {"R"}), Answers{true});
  EXPECT_EQ(Commit(ledger, "a", "dsm", {"r"}), Answers{false});
}

TEST(MemoryLedgerTest, NothingToStoreIsNoFault) {
  const BucketBounds bounds({1.0});
  MemoryLedger ledger(bounds);
  EXPECT_EQ(Commit(ledger, "cm", "dsm", {}), Answers{});
}

TEST(MemoryLedgerTest, WhatIsNotFinalIsNotStored) {
  const BucketBounds bounds({1.0});
  MemoryLedger ledger(bounds);
  RefreshAnswer running = FinalAnswer("r1");
  running.is_final = false;
  running.is_counted_now = true;
  EXPECT_TRUE(ledger.Commit("cm", *FindFamily("dsm"), {}, {&running, 1}));
  EXPECT_FALSE(running.is_counted_now);
  EXPECT_EQ(Commit(ledger, "cm", "dsm", {"r1"}), Answers{true});
}

TEST(MemoryLedgerTest, WhatIsOnlyRememberedIsNeverCounted) {
  const BucketBounds bounds({1.0});
  MemoryLedger ledger(bounds);
  RefreshAnswer remembered = FinalAnswer("r1");
  remembered.counts = false;
  EXPECT_TRUE(ledger.Commit("cm", *FindFamily("dsm"), {}, {&remembered, 1}));
  EXPECT_FALSE(remembered.is_counted_now);
  EXPECT_EQ(Commit(ledger, "cm", "dsm", {"r1"}), Answers{false});
}

TEST(MemoryLedgerTest, TheBaselineOfACollectorIsItsOwnAndStays) {
  constexpr WallTime kBaseline(std::chrono::hours(1));
  const BucketBounds bounds({1.0});
  MemoryLedger ledger(bounds);
  const auto baseline = [&](std::string_view target, std::string_view family) {
    return ledger.Restore(target, *FindFamily(family), {})->baseline;
  };
  EXPECT_FALSE(baseline("cm", "dsm"));
  ASSERT_TRUE(ledger.SetBaseline("cm", *FindFamily("dsm"), kBaseline));
  ASSERT_TRUE(ledger.SetBaseline("cm", *FindFamily("dsm"), kBaseline + std::chrono::hours(1)));
  EXPECT_EQ(baseline("cm", "dsm"), kBaseline);
  EXPECT_FALSE(baseline("cm", "aws"));
  EXPECT_FALSE(baseline("other", "dsm"));
}

TEST(MemoryLedgerTest, OfManyThreadsOneFindsARefreshNew) {
  constexpr int kRefreshes = 200;
  const BucketBounds bounds({1.0});
  MemoryLedger ledger(bounds);
  std::atomic<int> found_new = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < kRefreshes; ++i) {
          found_new += Commit(ledger, "cm", "dsm", {"r" + std::to_string(i)}).at(0) ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(found_new, kRefreshes);
}

}  // namespace
}  // namespace cckm
