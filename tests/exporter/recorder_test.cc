// The order of the walk: stored, then applied, then published.

#include "exporter/app/recorder.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "tests/exporter/one_target.h"
#include "tests/exporter/state_updates.h"
#include "tests/fakes/watched_clock.h"

namespace cckm {
namespace {

// A ledger that answers what it is told to, and looks around when it is asked.
class FakeLedger final : public Ledger {
 public:
  Result<std::vector<bool>> Commit(std::string_view target, const Family& family,
                                   std::span<const FinishedRefresh> finished) override {
    std::string call(target);
    call.append(" ").append(family.name);
    for (const FinishedRefresh& entry : finished) call.append(" ").append(entry.refresh->id);
    calls.push_back(call);
    if (on_commit) on_commit();
    if (fails) return Fail(ErrorKind::kInternal, "disk full");
    return is_new.empty() ? std::vector<bool>(finished.size(), true) : is_new;
  }

  Result<void> SetBaseline(std::string_view /*target*/, const Family& /*family*/,
                           WallTime baseline) override {
    if (fails) return Fail(ErrorKind::kInternal, "disk full");
    baselines.push_back(baseline);
    return {};
  }
  Result<void> Meet(std::string_view target, const Family& /*family*/,
                    std::span<const MetDomain> met) override {
    if (fails) return Fail(ErrorKind::kInternal, "disk full");
    for (const MetDomain& domain : met) {
      met_domains.push_back(std::string(target) + " " + domain.domain_id +
                            (domain.was_listed ? " listed" : ""));
    }
    return {};
  }
  tl::expected<CollectorMemory, LedgerFailure> Restore(
      std::string_view /*target*/, const Family& /*family*/,
      const WantedRefreshes& /*wanted*/) const override {
    return tl::make_unexpected(LedgerFailure{.message = "nothing is kept"});
  }
  Result<void> Forget(std::string_view /*target*/, const Family& /*family*/, WallTime /*now*/,
                      const Unneeded& unneeded) override {
    forgets.push_back(unneeded.refresh("r1") ? "r1 may go" : "r1 is listed");
    return {};
  }
  Result<std::vector<std::string>> ForgetDomains(
      std::string_view /*target*/, const Family& /*family*/, WallTime /*now*/,
      const std::function<bool(std::string_view)>& is_unneeded) override {
    if (fails) return Fail(ErrorKind::kInternal, "disk full");
    std::vector<std::string> forgotten;
    for (const char* id : {"d1", "d2"}) {
      if (is_unneeded(id)) forgotten.emplace_back(id);
    }
    forgets.insert(forgets.end(), forgotten.begin(), forgotten.end());
    return forgotten;
  }

  std::vector<std::string> calls;
  std::vector<WallTime> baselines;
  std::vector<std::string> met_domains;
  std::vector<std::string> forgets;
  std::vector<bool> is_new;
  bool fails = false;
  std::function<void()> on_commit;
};

class RecorderTest : public ::testing::Test {
 protected:
  RecorderTest() { self_metrics.AddCollector("cm", *FindFamily("dsm")); }

  static PollUpdate Update() {
    PollUpdate update;
    update.target = "cm";
    update.family = FindFamily("dsm");
    update.at = FakeClock::kSteadyStart;
    return update;
  }

  // A refresh of ten seconds that completed for the domain d1.
  static RefreshAnswer Completed(std::string id) {
    RefreshAnswer answer;
    answer.kind = RefreshAnswer::Kind::kRefresh;
    answer.refresh.id = std::move(id);
    answer.refresh.status = RefreshStatus::kCompleted;
    answer.refresh.created_at = FakeClock::kStart;
    answer.refresh.completed_at = FakeClock::kStart + std::chrono::seconds(10);
    answer.refresh.domains = {{"d1", DomainStatus::kCompleted, ""}};
    answer.settled = true;
    return answer;
  }

  // How often the state counted a completed refresh of d1; -1 if it knows no such domain.
  int CompletedOfD1() {
    int count = -1;
    state.Read([&](const StateView& view) {
      for (const DomainState& domain : view.targets[0].collectors[0].domains) {
        if (domain.id.text() == "d1") count = static_cast<int>(domain.history.totals[0]);
      }
    });
    return count;
  }

  double Anomalies(std::string_view kind) {
    for (const auto& collected : self_metrics.Collect()) {
      if (collected.metric != Metric::kRefreshAnomaliesTotal) continue;
      for (const auto& series : collected.family.metric) {
        for (const auto& label : series.label) {
          if (label.value == kind) return series.counter.value;
        }
      }
    }
    return -1;
  }

  WatchedClock clock;
  FakeLedger ledger;
  OneTarget target{{"r1", "r2", "r3"}, clock, clock};
  StateStore& state = target.state;
  SelfMetrics& self_metrics = target.self_metrics;
  ExporterStatus& status = target.status;
  Publisher& publisher = target.publisher;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen("/dev/null", "w"),
                                                             std::fclose};
  Log log{file.get(), LogLevel::kError, LogFormat::kLogfmt, clock};
  EventLog events{log, clock};
  Recorder recorder{{.ledger = ledger,
                     .state = state,
                     .self_metrics = self_metrics,
                     .status = status,
                     .events = events,
                     .clock = clock,
                     .publisher = &publisher}};
};

TEST_F(RecorderTest, StoresBeforeTheStateShows) {
  int shown_at_commit = 0;
  ledger.on_commit = [&] { shown_at_commit = CompletedOfD1(); };
  PollUpdate update = Update();
  update.answers.push_back(Completed("r1"));
  recorder.OnUpdate(std::move(update));
  EXPECT_EQ(shown_at_commit, -1);
  EXPECT_EQ(CompletedOfD1(), 1);
}

TEST_F(RecorderTest, OffersTheLedgerTheSettledRefreshesOnly) {
  PollUpdate update = Update();
  update.answers.push_back(Completed("r1"));
  RefreshAnswer waiting = Completed("r2");
  waiting.settled = false;
  update.answers.push_back(waiting);
  update.answers.push_back(Completed("r3"));
  recorder.OnUpdate(std::move(update));
  EXPECT_EQ(ledger.calls, std::vector<std::string>{"cm dsm r1 r3"});
  EXPECT_EQ(CompletedOfD1(), 2);
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
  ledger.is_new = {false, true, false};
  PollUpdate update = Update();
  for (const char* id : {"r1", "r2", "r3"}) update.answers.push_back(Completed(id));
  recorder.OnUpdate(std::move(update));
  EXPECT_EQ(CompletedOfD1(), 1);
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
  const auto before = publisher.Body({});
  recorder.OnUpdate(std::move(update));
  EXPECT_EQ(publisher.Body({}), before) << "a poller renders nothing";
  const std::jthread publishing([this](const std::stop_token& stop) { publisher.Run(stop); });
  for (int looks = 0; looks < 20 && publisher.Body({}) == before; ++looks) {
    ASSERT_TRUE(clock.WaitForReads(1));
  }
  EXPECT_NE(publisher.Body({})->view().find("domain_id=\"d1\""), std::string_view::npos)
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
