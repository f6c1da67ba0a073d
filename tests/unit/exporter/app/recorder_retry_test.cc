// A ledger that cannot be written for a while: everything counts once, later.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/exporter/app/recorder_fixture.h"

namespace cckm {
namespace {

TEST_F(RecorderTest, TellsTheLedgerLaterOfDomainsThatItCouldNotStore) {
  ledger.fails = true;
  PollUpdate update = Update();
  update.answers.push_back(Running("r1", {"d1"}));
  recorder.OnUpdate(std::move(update));
  EXPECT_FALSE(status.ledger_writable());
  recorder.Retry();
  EXPECT_FALSE(status.ledger_writable());
  ledger.fails = false;
  recorder.Retry();
  EXPECT_TRUE(status.ledger_writable());
  EXPECT_EQ(ledger.met_domains, std::vector<std::string>{"cm d1"});
}

TEST_F(RecorderTest, WhatCouldNotBeStoredIsNotCounted) {
  ledger.fails = true;
  PollUpdate update = Update();
  update.answers.push_back(Completed("r1"));
  recorder.OnUpdate(std::move(update));
  EXPECT_EQ(CompletedOfD1(), 0);
}

TEST_F(RecorderTest, WhatCouldNotBeStoredCountsOnceItCanBe) {
  ledger.fails = true;
  PollUpdate update = Update();
  update.answers.push_back(Completed("r1"));
  recorder.OnUpdate(std::move(update));
  recorder.Retry();
  EXPECT_EQ(status.ledger_failures(), 4U)
      << "twice the refresh, and twice that its domain is known";

  // That nothing had to be forgotten does not make it writable.
  PollUpdate whole_list = Update();
  whole_list.listing = RefreshListing{.is_complete = true, .refresh_ids = {"r1"}};
  recorder.OnUpdate(std::move(whole_list));
  EXPECT_FALSE(status.ledger_writable());
  EXPECT_EQ(CompletedOfD1(), 0);

  ledger.fails = false;
  recorder.Retry();
  EXPECT_TRUE(status.ledger_writable());
  recorder.Retry();
  EXPECT_EQ(CompletedOfD1(), 1);
}

TEST_F(RecorderTest, ADiskThatFailsForThousandsOfPollsKeepsEachRefreshOnceAndCountsItOnce) {
  ledger.fails = true;
  for (int poll = 0; poll < 3000; ++poll) {
    Tell({Completed("r1"), Completed("r2"), Completed("r3")});
    ledger.calls.clear();
    recorder.Retry();
    ASSERT_EQ(ledger.calls, std::vector<std::string>{"cm dsm r1 r2 r3"}) << poll;
  }
  EXPECT_EQ(CompletedOfD1(), 0);
  ledger.fails = false;
  recorder.Retry();
  EXPECT_EQ(CompletedOfD1(), 3);
  Tell({Completed("r1"), Completed("r2"), Completed("r3")});
  recorder.Retry();
  EXPECT_EQ(CompletedOfD1(), 3);
}

TEST_F(RecorderTest, OfARefreshThatChangedMeanwhileTheFirstAnswerCountsAndTheLastIsHeld) {
  ledger.fails = true;
  Tell({Completed("r1")});
  for (int poll = 0; poll < 100; ++poll) Tell({poll % 2 == 0 ? Failed("r1") : Completed("r1")});
  Tell({Failed("r1")});
  ledger.calls.clear();
  ledger.fails = false;
  recorder.Retry();
  EXPECT_EQ(ledger.calls, std::vector<std::string>{"cm dsm r1 r1"});
  EXPECT_EQ(ledger.held["r1"].status, RefreshStatus::kFailed);
  EXPECT_EQ(TotalsOfD1(), (DomainEndCounts{1, 0, 0}));
  EXPECT_EQ(LastResultOfD1(), DomainResult::kFailed);
}

TEST_F(RecorderTest, AnAnswerThatIsStoredReplacesTheEarlierOneThatWaits) {
  ledger.fails = true;
  Tell({Completed("r1"), Completed("r2")});
  ledger.fails = false;
  Tell({Failed("r1")});
  ledger.calls.clear();
  recorder.Retry();
  EXPECT_EQ(ledger.calls, std::vector<std::string>{"cm dsm r2"});
  EXPECT_EQ(ledger.held["r1"].status, RefreshStatus::kFailed);
  EXPECT_EQ(TotalsOfD1(), (DomainEndCounts{1, 1, 0}));
}

TEST_F(RecorderTest, ARefreshForWhichThereIsNoRoomCountsWhenItIsAskedForAgain) {
  RefreshAnswer large = Completed("r1");
  for (std::size_t i = 0; i < Unstored::kMaxNames - 3; ++i) {
    large.refresh.domains.push_back({"e" + std::to_string(i % 100), DomainStatus::kCompleted, ""});
  }
  ledger.fails = true;
  Tell({large, Completed("r2")});
  Tell({Completed("r3")});
  ledger.fails = false;
  recorder.Retry();
  EXPECT_EQ(ledger.calls.back(), "cm dsm r1");
  EXPECT_TRUE(status.ledger_writable());
  EXPECT_EQ(CompletedOfD1(), 1);
  Tell({Completed("r2"), Completed("r3")});
  EXPECT_EQ(CompletedOfD1(), 3);
}

TEST_F(RecorderTest, WhatIsStoredOfWhatWaitedIsPublishedAlthoughTheRestIsNot) {
  self_metrics.AddCollector("cm", *FindFamily("aws"));
  ledger.fails = true;
  Tell({Completed("r1")});
  PollUpdate other = Update();
  other.family = FindFamily("aws");
  other.answers = {Completed("a1")};
  recorder.OnUpdate(std::move(other));
  ASSERT_TRUE(IsPublished(R"(cckm_ledger_writable 0)"));
  ledger.fails = false;
  ledger.calls_until_failure = 1;
  recorder.Retry();
  EXPECT_FALSE(status.ledger_writable());
  EXPECT_TRUE(IsPublished(
      R"(cckm_domain_refreshes_total{target="cm",cloud="dsm",domain_id="d1",status="completed"} 1)"));
}

TEST_F(RecorderTest, ABaselineThatCouldNotBeStoredIsStoredOnceItCanBe) {
  ledger.fails = true;
  PollUpdate update = Update();
  update.baseline = FakeClock::kStart;
  recorder.OnUpdate(std::move(update));
  EXPECT_FALSE(status.ledger_writable());
  ledger.fails = false;
  recorder.Retry();
  recorder.Retry();
  EXPECT_EQ(ledger.baselines, std::vector<WallTime>{FakeClock::kStart});
  EXPECT_TRUE(status.ledger_writable());
}

}  // namespace
}  // namespace cckm
