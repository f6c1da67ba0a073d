// The publishing thread, awaited through the clocks that it reads.

#include "exporter/exposition/publisher.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/fakes/exposition_parser.h"
#include "tests/support/fakes/watched_clock.h"
#include "tests/unit/exporter/exposition/one_target.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

using SharedBody = std::shared_ptr<const Body>;

class PublisherTest : public ::testing::Test {
 protected:
  PublisherTest() { self_metrics.AddCollector("cm", *FindFamily("dsm")); }

  // From now on the publisher's thread runs.
  void Run() {
    thread_ = std::jthread([this](const std::stop_token& stop) { publisher.Run(stop); });
  }

  // Waits for another body than `old`; null if none comes.  Counts as a scrape.
  SharedBody NextAfter(const SharedBody& old) {
    for (int looks = 0; looks < 20; ++looks) {
      if (const SharedBody body = publisher.BodyOf({}); body != old) return body;
      if (!clock.WaitForReads(1)) break;
    }
    return nullptr;
  }

  // Waits until the publisher's thread has looked whether something is due and has acted on it:
  // it looks twice, renders if it is, and looks again.
  bool WaitForOneLook() { return clock.WaitForReads(3); }

  void Apply(std::vector<RefreshAnswer> answers) {
    static_cast<void>(state.Apply(Counted(UpdateOf("cm", "dsm", std::move(answers)))));
  }

  void CountAnAnomaly() {
    AnomalySet anomalies;
    anomalies.Add(Anomaly::kIdMismatch);
    self_metrics.Count("cm", *FindFamily("dsm"), anomalies);
  }

  // The value of the first sample whose line begins like this.
  static std::string Value(const SharedBody& body, std::string_view beginning) {
    const std::string text = "\n" + std::string(body->Joined());
    const std::size_t at = text.find("\n" + std::string(beginning));
    if (at == std::string::npos) return "";
    const std::size_t end = text.find('\n', at + 1);
    const std::size_t value = text.rfind(' ', end) + 1;
    return text.substr(value, end - value);
  }
  static constexpr std::string_view kCompletedOfD1 =
      R"(cckm_domain_refreshes_total{target="cm",cloud="dsm",domain_id="d1",status="completed"})";
  static constexpr std::string_view kIdMismatches =
      R"(cckm_refresh_anomalies_total{target="cm",cloud="dsm",kind="id_mismatch"})";

  WatchedClock clock;
  WatchedClock state_clock;  // read once by each rendering
  OneTarget target{{"r1", "r2"}, state_clock, clock};
  StateStore& state = target.state;
  SelfMetrics& self_metrics = target.self_metrics;
  Publisher& publisher = target.publisher;

 private:
  std::jthread thread_;
};

TEST_F(PublisherTest, ThereIsABodyBeforeAnythingRuns) {
  EXPECT_TRUE(publisher.ShowsUpdate(0));
  EXPECT_FALSE(publisher.ShowsUpdate(1));
  const SharedBody body = publisher.BodyOf({});
  ASSERT_NE(body, nullptr);
  EXPECT_EQ(Value(body, "cckm_tracked_refreshes"), "2");
}

TEST_F(PublisherTest, NothingIsRenderedBeforeSomethingIsKnownOrAskedFor) {
  Run();
  ASSERT_TRUE(WaitForOneLook());
  EXPECT_EQ(state_clock.reads(), 0U);
  Apply({Running("r1", {"d1"})});
  publisher.Notify();
  while (!publisher.ShowsUpdate(1) && clock.WaitForReads(1)) continue;
  EXPECT_EQ(state_clock.reads(), 1U);
}

TEST_F(PublisherTest, NotifyLeadsToANewBody) {
  ASSERT_TRUE(publisher.Publish());
  const SharedBody first = publisher.BodyOf({});
  Run();
  Apply({Running("r1", {"d1"})});
  publisher.Notify();
  const SharedBody second = NextAfter(first);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(Value(first, kCompletedOfD1), "") << "a body never changes";
  EXPECT_EQ(Value(second, kCompletedOfD1), "0");
  Apply({Finished("r1", {"d1"})});
  publisher.Notify();
  const SharedBody third = NextAfter(second);
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(Value(third, kCompletedOfD1), "1");
}

TEST_F(PublisherTest, ANotificationBeforeRunIsNotLost) {
  ASSERT_TRUE(publisher.Publish());
  const SharedBody first = publisher.BodyOf({});
  publisher.Notify();
  Run();
  EXPECT_NE(NextAfter(first), nullptr);
}

TEST_F(PublisherTest, CountersThatWaitForAnExpositionGetASecondOneByThemselves) {
  Apply({Running("r1", {}), Running("r2", {})});
  Apply({Finished("r1", {"d1"}), Finished("r2", {"d1"})});
  Run();
  publisher.Notify();
  SharedBody body = publisher.BodyOf({});
  while (body != nullptr && Value(body, kCompletedOfD1) != "2") body = NextAfter(body);
  EXPECT_NE(body, nullptr);
  EXPECT_EQ(state_clock.reads(), 2U) << "one that shows 0, one that counts";
}

TEST_F(PublisherTest, PublishTellsWhetherCountersWaitForASecondExposition) {
  Apply({Running("r1", {})});
  Apply({Finished("r1", {"d1"})});
  EXPECT_FALSE(publisher.Publish());
  EXPECT_EQ(Value(publisher.BodyOf({}), kCompletedOfD1), "0");
  EXPECT_TRUE(publisher.Publish());
  EXPECT_EQ(Value(publisher.BodyOf({}), kCompletedOfD1), "1");
}

TEST_F(PublisherTest, SelfMetricsAreFreshWhileSomebodyScrapes) {
  ASSERT_TRUE(publisher.Publish());
  const SharedBody first = publisher.BodyOf({});
  Run();
  CountAnAnomaly();
  ASSERT_TRUE(WaitForOneLook());
  EXPECT_EQ(publisher.BodyOf({}), first) << "no time has passed";
  clock.Advance(5s);
  const SharedBody second = NextAfter(first);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(Value(second, kIdMismatches), "1");
}

TEST_F(PublisherTest, NothingIsRenderedWhileNobodyScrapes) {
  clock.Advance(1h);
  Run();
  ASSERT_TRUE(WaitForOneLook());
  EXPECT_EQ(state_clock.reads(), 0U);
}

TEST_F(PublisherTest, OneScrapeIsForgottenAfterAWhile) {
  static_cast<void>(publisher.BodyOf({}));
  clock.Advance(1h);
  Run();
  ASSERT_TRUE(WaitForOneLook());
  EXPECT_EQ(state_clock.reads(), 0U);
}

TEST_F(PublisherTest, EveryFormatShowsTheSameState) {
  Apply({Running("r1", {"d1"})});
  static_cast<void>(publisher.Publish());
  for (const auto format : {ExpositionFormat::kText, ExpositionFormat::kOpenMetrics}) {
    EXPECT_EQ(Value(publisher.BodyOf({format}), kCompletedOfD1), "0");
  }
  EXPECT_NE(publisher.BodyOf({ExpositionFormat::kProtobuf})->Joined().find("d1"),
            std::string_view::npos);
}

TEST_F(PublisherTest, OnceAskedForAFormatIsMadeAheadOfEveryScrape) {
  constexpr BodyKind kOpenMetrics{ExpositionFormat::kOpenMetrics, Encoding::kGzip};
  static_cast<void>(publisher.BodyOf(kOpenMetrics));
  static_cast<void>(publisher.Publish());
  const std::uint64_t reads = state_clock.reads();
  const SharedBody made = publisher.BodyOf(kOpenMetrics);
  EXPECT_EQ(publisher.BodyOf(kOpenMetrics), made);
  EXPECT_EQ(state_clock.reads(), reads) << "no scrape renders";
}

TEST_F(PublisherTest, ABodyThatNobodyAsksForIsLetGo) {
  std::weak_ptr<const Body> text = publisher.BodyOf({});
  clock.Advance(11min);
  static_cast<void>(publisher.BodyOf({ExpositionFormat::kProtobuf}));
  CountAnAnomaly();
  static_cast<void>(publisher.Publish());
  EXPECT_EQ(text.lock(), nullptr);
  EXPECT_EQ(Value(publisher.BodyOf({}), kIdMismatches), "1") << "the next one is up to date";
}

TEST_F(PublisherTest, ABodyThatNobodyAskedForInLongIsMadeAnewBeforeItIsServed) {
  static_cast<void>(publisher.BodyOf({}));
  CountAnAnomaly();
  clock.Advance(11min);
  EXPECT_EQ(Value(publisher.BodyOf({}), kIdMismatches), "1") << "nothing was published meanwhile";
}

// Otherwise the first scrape of another format would take the 0 away from those who scrape.
TEST_F(PublisherTest, TheFirstScrapeOfAFormatCountsNothingAsShown) {
  Apply({Running("r1", {"d1"})});
  static_cast<void>(publisher.BodyOf({ExpositionFormat::kOpenMetrics}));
  Apply({Finished("r1", {"d1"})});
  EXPECT_EQ(Value(publisher.BodyOf({ExpositionFormat::kOpenMetrics}), kCompletedOfD1), "0");
  Run();
  SharedBody body = publisher.BodyOf({});
  while (body != nullptr && Value(body, kCompletedOfD1) != "1") body = NextAfter(body);
  EXPECT_NE(body, nullptr);
  EXPECT_EQ(state_clock.reads(), 2U) << "one that shows 0, one that counts";
}

TEST_F(PublisherTest, EveryScraperGetsAWholeBodyWhateverHappensMeanwhile) {
  Run();
  std::vector<std::jthread> threads;
  for (int scraper = 0; scraper < 3; ++scraper) {
    threads.emplace_back([this] {
      for (int i = 0; i < 20; ++i) {
        const SharedBody body = publisher.BodyOf({});
        ASSERT_NE(body, nullptr);
        const auto parsed = ParseExposition(body->Joined());
        EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error());
      }
    });
  }
  for (int poller = 0; poller < 2; ++poller) {
    threads.emplace_back([this, poller] {
      for (int i = 0; i < 50; ++i) {
        Apply({Running("r" + std::to_string(poller + 1), {"d" + std::to_string(i)})});
        publisher.Notify();
      }
    });
  }
}

}  // namespace
}  // namespace cckm
