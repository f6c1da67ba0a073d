// The order of the steps: stored, then applied, then published.

#include "exporter/app/recorder.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/unit/exporter/app/recorder_fixture.h"

namespace cckm {
namespace {

TEST_F(RecorderTest, StoresBeforeTheStateShows) {
  int shown_at_commit = 0;
  ledger.on_commit = [&] { shown_at_commit = CompletedOfD1(); };
  PollUpdate update = Update();
  update.answers.push_back(Completed("r1"));
  recorder.OnUpdate(std::move(update));
  EXPECT_EQ(shown_at_commit, -1);
  EXPECT_EQ(CompletedOfD1(), 1);
}

TEST_F(RecorderTest, OffersTheLedgerTheFinalRefreshesOnly) {
  PollUpdate update = Update();
  update.answers.push_back(Completed("r1"));
  RefreshAnswer waiting = Completed("r2");
  waiting.is_final = false;
  update.answers.push_back(waiting);
  update.answers.push_back(Completed("r3"));
  recorder.OnUpdate(std::move(update));
  EXPECT_EQ(ledger.calls, std::vector<std::string>{"cm dsm r1 r3"});
  EXPECT_EQ(CompletedOfD1(), 2);
}

TEST_F(RecorderTest, TellsTheLedgerHowManyDomainsWereLeftOut) {
  PollUpdate update = Update();
  update.answers.push_back(Completed("r1"));
  update.answers.back().left_out.counts = {0, 3, 0, 0, 1};
  recorder.OnUpdate(std::move(update));
  EXPECT_EQ(ledger.left_out, (std::vector<DomainCounts>{{0, 3, 0, 0, 1}}));
}

TEST_F(RecorderTest, TellsTheLedgerOnceOfADomainThatAnUnfinishedRefreshNames) {
  for (int poll = 0; poll < 3; ++poll) {
    PollUpdate update = Update();
    update.answers.push_back(Running("r1", {"d1", "d2"}));
    recorder.OnUpdate(std::move(update));
  }
  EXPECT_EQ(ledger.met_domains, (std::vector<std::string>{"cm d1", "cm d2"}));
}

TEST_F(RecorderTest, TellsTheLedgerOnceThatADomainIsListed) {
  for (const bool is_complete : {false, true, true}) {
    PollUpdate update = Update();
    update.answers.push_back(Running("r1", {"d1"}));
    update.domain_listing =
        DomainListing{.is_complete = is_complete, .domains = {{"d1", "", ""}, {"d2", "", ""}}};
    recorder.OnUpdate(std::move(update));
  }
  EXPECT_EQ(ledger.met_domains,
            (std::vector<std::string>{"cm d1", "cm d2", "cm d1 listed", "cm d2 listed"}));
}

TEST_F(RecorderTest, HasTheLedgerForgetDomainsThatNobodyNeedsAndForgetsThemItself) {
  PollUpdate update = Update();
  for (const char* id : {"r1", "r2", "r3"}) update.answers.push_back(Completed(id));
  update.ended = PollSummary{.up = true, .ended_at = FakeClock::kStart};
  update.domain_listing = DomainListing{.is_complete = true, .domains = {{"d1", "", ""}}};
  recorder.OnUpdate(update);
  update.answers.clear();
  update.domain_listing->domains = {{"d2", "", ""}};
  recorder.OnUpdate(update);
  clock.Advance(std::chrono::hours(24));
  EXPECT_EQ(ledger.forgets, std::vector<std::string>{});
  ledger.fails = true;
  recorder.OnUpdate(update);
  EXPECT_FALSE(status.ledger_writable());
  ledger.fails = false;
  update.listing = RefreshListing{.is_complete = true, .refresh_ids = {"r1"}};
  recorder.OnUpdate(update);
  recorder.OnUpdate(update);
  EXPECT_EQ(ledger.forgets, (std::vector<std::string>{"r1 is listed", "d1", "r1 is listed"}));
}

TEST_F(RecorderTest, ForgetsNothingWithoutAWholeList) {
  PollUpdate update = Update();
  update.domain_listing = DomainListing{.is_complete = false, .domains = {}};
  update.listing = RefreshListing{.is_complete = true, .has_unreadable_entries = true};
  recorder.OnUpdate(update);
  EXPECT_EQ(ledger.forgets, std::vector<std::string>{});
}

TEST_F(RecorderTest, CountsWhatTheLedgerCallsNew) {
  ledger.known = {"r1", "r3"};
  PollUpdate update = Update();
  for (const char* id : {"r1", "r2", "r3"}) update.answers.push_back(Completed(id));
  recorder.OnUpdate(std::move(update));
  EXPECT_EQ(CompletedOfD1(), 1);
}

TEST_F(RecorderTest, CountsAnAnomalyOncePerRefresh) {
  for (int i = 0; i < 3; ++i) {
    PollUpdate update = Update();
    for (const char* id : {"r1", "r2"}) {
      RefreshAnswer answer = Completed(id);
      answer.refresh.anomalies.Add(Anomaly::kIdMismatch);
      update.answers.push_back(std::move(answer));
    }
    recorder.OnUpdate(std::move(update));
  }
  EXPECT_EQ(Anomalies("id_mismatch"), 2);
  EXPECT_EQ(Anomalies("bad_timestamp"), 0);
}

TEST_F(RecorderTest, ThePublisherIsToldAfterTheState) {
  PollUpdate update = Update();
  update.answers.push_back(Completed("r1"));
  const auto before = publisher.BodyOf({});
  recorder.OnUpdate(std::move(update));
  EXPECT_EQ(publisher.BodyOf({}), before) << "a poller renders nothing";
  const std::jthread publishing([this](const std::stop_token& stop) { publisher.Run(stop); });
  for (int looks = 0; looks < 20 && publisher.BodyOf({}) == before; ++looks) {
    ASSERT_TRUE(clock.WaitForReads(1));
  }
  EXPECT_NE(publisher.BodyOf({})->Joined().find("domain_id=\"d1\""), std::string_view::npos)
      << "the first body that it was told of shows the update";
}

TEST_F(RecorderTest, WithoutAPublisherItWorksToo) {
  Recorder alone({.ledger = ledger,
                  .state = state,
                  .self_metrics = self_metrics,
                  .status = status,
                  .events = events,
                  .clock = clock});
  PollUpdate update = Update();
  update.answers.push_back(Completed("r1"));
  alone.OnUpdate(std::move(update));
  EXPECT_EQ(CompletedOfD1(), 1);
}

}  // namespace
}  // namespace cckm
