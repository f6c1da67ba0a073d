#include "collectors/model/finished_summary.h"

#include <gtest/gtest.h>

#include <chrono>

namespace cckm {
namespace {

using std::chrono::seconds;

Refresh Finished() {
  Refresh refresh;
  refresh.id = "r";
  refresh.status = RefreshStatus::kPartial;
  refresh.created_at = WallTime(seconds(10));
  refresh.completed_at = WallTime(seconds(20));
  refresh.domains = {{"d1", DomainStatus::kCompleted, ""}, {"d2", DomainStatus::kFailed, "no"}};
  return refresh;
}

TEST(FinishedSummaryTest, DomainsThatThereWasNoRoomForBelongToIt) {
  const FinishedSummary summary = SummaryOf(Finished(), {0, 3, 0, 1, 0});
  EXPECT_EQ(summary.domains, (DomainCounts{0, 4, 1, 1, 0}));
  Refresh without_one = Finished();
  without_one.domains.pop_back();
  EXPECT_EQ(SummaryOf(without_one, {0, 0, 1, 0, 0}), SummaryOf(Finished()));
}

TEST(FinishedSummaryTest, TextsAreNoPartOfIt) {
  Refresh other = Finished();
  other.domains[1].detail = "another reason";
  other.updated_at = WallTime(seconds(30));
  EXPECT_EQ(SummaryOf(other), SummaryOf(Finished()));
}

TEST(FinishedSummaryTest, WhatDiffersIsContradictedButForATimeThatOneDoesNotTell) {
  const FinishedSummary held = SummaryOf(Finished());
  struct Case {
    const char* name;
    void (*change)(FinishedSummary& summary);
    bool contradicts;
  };
  const Case cases[] = {
      {"nothing", [](auto&) {}, false},
      {"the status", [](auto& told) { told.status = RefreshStatus::kFailed; }, true},
      {"the creation", [](auto& told) { *told.created_at += seconds(1); }, true},
      {"the end", [](auto& told) { *told.completed_at += seconds(1); }, true},
      {"a domain", [](auto& told) { --told.domains[2]; }, true},
      {"no creation", [](auto& told) { told.created_at.reset(); }, false},
      {"no end", [](auto& told) { told.completed_at.reset(); }, false},
  };
  for (const Case& example : cases) {
    SCOPED_TRACE(example.name);
    FinishedSummary told = held;
    example.change(told);
    EXPECT_EQ(Contradicts(told, held), example.contradicts);
    EXPECT_EQ(Contradicts(held, told), example.contradicts);
  }
}

TEST(FinishedSummaryTest, OneThatFailedWithoutDomainsFailedForUnknownOnes) {
  Refresh refresh = Finished();
  refresh.status = RefreshStatus::kFailed;
  EXPECT_FALSE(SummaryOf(refresh).FailedForUnknownDomains());
  refresh.domains.clear();
  EXPECT_TRUE(SummaryOf(refresh).FailedForUnknownDomains());
  EXPECT_FALSE(SummaryOf(refresh, {0, 0, 1, 0, 0}).FailedForUnknownDomains());
  refresh.status = RefreshStatus::kPartial;
  EXPECT_FALSE(SummaryOf(refresh).FailedForUnknownDomains());
}

}  // namespace
}  // namespace cckm
