#include "exporter/exposition/store_tally.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace cckm {
namespace {

using namespace std::chrono_literals;

class StoreTallyTest : public ::testing::Test {
 protected:
  StoreTallyTest() {
    for (int i = 0; i < 20; ++i) {
      RefreshState refresh(LabelValue("r" + std::to_string(i)));
      refresh.answered_at = now_;
      store_.Add(std::move(refresh));
    }
    EXPECT_TRUE(Update());
  }

  bool Update() { return tally_.Update(store_, options_, now_); }

  std::vector<std::uint64_t> Versions() const {
    return {tally_.versions().begin(), tally_.versions().end()};
  }

  // The groups whose versions the next update changes.
  std::vector<std::size_t> ChangedByUpdate() {
    const auto before = Versions();
    Update();
    std::vector<std::size_t> changed;
    for (std::size_t i = 0; i < Versions().size(); ++i) {
      if (i >= before.size() || before[i] != Versions()[i]) changed.push_back(i);
    }
    return changed;
  }

  SteadyTime now_ = SteadyTime() + 1h;
  const TargetOptions options_{.name = "cm", .shown = {.stale_after = 10min}};
  KeyedStore<RefreshState> store_;
  StoreTally<RefreshState> tally_;
};

using Groups = std::vector<std::size_t>;

TEST_F(StoreTallyTest, CountsAllObjects) {
  EXPECT_EQ(tally_.counts().watched, 20U);
  EXPECT_EQ(tally_.counts().unanswered, 0U);
  std::size_t series = 0;
  for (const RefreshState& refresh : store_) series += CountsOf(refresh).series;
  EXPECT_EQ(tally_.counts().series, series);
}

TEST_F(StoreTallyTest, NothingIsCountedWhereNothingChanged) {
  EXPECT_FALSE(Update());
  EXPECT_EQ(ChangedByUpdate(), Groups{});
}

TEST_F(StoreTallyTest, OnlyAGroupThatChangedIsCountedAgain) {
  store_.Change(*store_.Find("r9")).unanswered = true;
  store_.Change(*store_.Find("r9")).created_at = WallTime() + 1h;
  const std::size_t series = tally_.counts().series;
  EXPECT_EQ(ChangedByUpdate(), Groups{1});
  EXPECT_EQ(tally_.counts().unanswered, 1U);
  EXPECT_EQ(tally_.counts().series, series + 1);
  EXPECT_FALSE(tally_.moved());
}

TEST_F(StoreTallyTest, TimeChangesWhatTurnsStale) {
  store_.Change(*store_.Find("r9")).answered_at = now_ - 5min;
  EXPECT_EQ(ChangedByUpdate(), Groups{1});
  now_ += 5min - 1ns;
  EXPECT_FALSE(Update());
  now_ += 1ns;
  EXPECT_EQ(ChangedByUpdate(), Groups{1});
  now_ += 5min;
  EXPECT_EQ(ChangedByUpdate(), (Groups{0, 1, 2}));
  now_ += 24h;
  EXPECT_FALSE(Update()) << "what is stale turns no more";
}

TEST_F(StoreTallyTest, AnAnswerInTimeIsNoticedWithoutAChange) {
  for (const RefreshState& refresh : store_) store_.ChangeUnseen(refresh).answered_at += 8min;
  now_ += 10min;
  Update();
  now_ += 7min;
  EXPECT_EQ(ChangedByUpdate(), Groups{});
  now_ += 1min;
  EXPECT_EQ(ChangedByUpdate(), (Groups{0, 1, 2}));
}

TEST_F(StoreTallyTest, TellsWhenObjectsMoved) {
  store_.RemoveIf([](const RefreshState& refresh) { return refresh.id.text() == "r3"; });
  EXPECT_EQ(ChangedByUpdate(), Groups{0});
  EXPECT_TRUE(tally_.moved());
  EXPECT_EQ(tally_.counts().watched, 19U);
  Update();
  EXPECT_FALSE(tally_.moved());
  store_.Add(RefreshState(LabelValue("r20")));
  EXPECT_EQ(ChangedByUpdate(), Groups{2});
  EXPECT_FALSE(tally_.moved()) << "what comes last moves nothing";
}

TEST_F(StoreTallyTest, AnotherStoreIsCountedAnew) {
  KeyedStore<RefreshState> other;
  other.Add(RefreshState(LabelValue("a")));
  const auto before = Versions();
  store_ = std::move(other);
  EXPECT_TRUE(Update());
  EXPECT_EQ(tally_.counts().watched, 1U);
  ASSERT_EQ(Versions().size(), 1U);
  EXPECT_GT(Versions().front(), *std::ranges::max_element(before)) << "never one of before";
}

TEST_F(StoreTallyTest, WhatLiesElsewhereChangesAll) {
  const auto before = Versions();
  tally_.ChangeAll();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NE(Versions()[i], before[i]);
}

}  // namespace
}  // namespace cckm
