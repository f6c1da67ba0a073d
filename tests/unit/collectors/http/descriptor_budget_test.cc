// Clients that share the descriptors of a process.

#include "collectors/http/descriptor_budget.h"

#include <gtest/gtest.h>

#include <memory>

namespace cckm {
namespace {

// A client, and how often it was woken.
struct Client {
  explicit Client(DescriptorBudget& budget) : share(budget, [this] { ++wakes; }) {}
  int wakes = 0;
  DescriptorBudget::Share share;
};

TEST(DescriptorBudgetTest, WhatIsThereIsHad) {
  DescriptorBudget budget(10, {});
  Client one(budget);
  Client two(budget);
  EXPECT_TRUE(one.share.Hold(6));
  EXPECT_TRUE(two.share.Hold(4));
  EXPECT_FALSE(one.share.IsShort());
}

TEST(DescriptorBudgetTest, AShareThatIsNotToBeHadStaysAsItIs) {
  DescriptorBudget budget(10, {});
  Client one(budget);
  Client two(budget);
  EXPECT_TRUE(one.share.Hold(8));
  EXPECT_FALSE(two.share.Hold(3));
  EXPECT_TRUE(two.share.IsShort());
  EXPECT_TRUE(two.share.Hold(2));
}

TEST(DescriptorBudgetTest, TheShortageIsToldOnceAndAllAreAskedToGiveBack) {
  int told = 0;
  DescriptorBudget budget(10, [&told] { ++told; });
  Client one(budget);
  Client two(budget);
  EXPECT_TRUE(one.share.Hold(10));
  EXPECT_EQ(one.wakes, 0);
  EXPECT_FALSE(two.share.Hold(1));
  EXPECT_FALSE(two.share.Hold(1));
  EXPECT_EQ(told, 1);
  EXPECT_EQ(one.wakes, 1);
}

TEST(DescriptorBudgetTest, ThoseThatWaitHaveTheirTurnInOrder) {
  DescriptorBudget budget(10, {});
  Client one(budget);
  Client two(budget);
  Client three(budget);
  EXPECT_TRUE(one.share.Hold(10));
  EXPECT_FALSE(two.share.Hold(6));
  EXPECT_FALSE(three.share.Hold(1));
  const int wakes_before = two.wakes;
  EXPECT_TRUE(one.share.Hold(5));
  EXPECT_GT(two.wakes, wakes_before);
  EXPECT_FALSE(three.share.Hold(1)) << "two waits longer";
  EXPECT_FALSE(two.share.Hold(6));
  EXPECT_TRUE(one.share.Hold(0));
  EXPECT_TRUE(two.share.Hold(6));
  EXPECT_GT(three.wakes, 0);
  EXPECT_TRUE(three.share.Hold(1));
}

TEST(DescriptorBudgetTest, OneThatGoesGivesBackWhatItHoldsAndItsTurn) {
  DescriptorBudget budget(10, {});
  auto one = std::make_unique<Client>(budget);
  auto two = std::make_unique<Client>(budget);
  Client three(budget);
  EXPECT_TRUE(one->share.Hold(10));
  EXPECT_FALSE(two->share.Hold(5));
  EXPECT_FALSE(three.share.Hold(5));
  two.reset();
  one.reset();
  EXPECT_TRUE(three.share.Hold(10));
}

TEST(DescriptorBudgetTest, OneThatNeedsLessLeavesTheQueue) {
  DescriptorBudget budget(10, {});
  Client one(budget);
  Client two(budget);
  Client three(budget);
  EXPECT_TRUE(one.share.Hold(9));
  EXPECT_FALSE(two.share.Hold(5));
  EXPECT_FALSE(three.share.Hold(1));
  EXPECT_TRUE(two.share.Hold(0));
  EXPECT_TRUE(three.share.Hold(1));
}

}  // namespace
}  // namespace cckm
