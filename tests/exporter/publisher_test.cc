// The publishing thread, awaited through the clocks that it reads.

#include "exporter/exposition/publisher.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/exporter/state_updates.h"
#include "tests/fakes/exposition_parser.h"
#include "tests/fakes/watched_clock.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

using Body = std::shared_ptr<const ByteBuffer>;

class PublisherTest : public ::testing::Test {
 protected:
  PublisherTest() { self_metrics.AddCollector("cm", *FindFamily("dsm")); }

  // From now on the publisher's thread runs.
  void Run() {
    thread_ = std::jthread([this](const std::stop_token& stop) { publisher.Run(stop); });
  }

  // Waits for another body than `old`; null if none comes.  Counts as a scrape.
  Body NextAfter(const Body& old) {
    for (int looks = 0; looks < 20; ++looks) {
      if (const Body body = publisher.Text(); body != old) return body;
      if (!clock.WaitForReads(1)) break;
    }
    return nullptr;
  }

  // Waits until the publisher's thread has looked whether something is due and has acted on it:
  // it looks twice, renders if it is, and looks again.
  bool WaitForOneLook() { return clock.WaitForReads(3); }

  void Apply(std::vector<RefreshAnswer> answers) {
    const std::vector<bool> is_new(answers.size(), true);
    static_cast<void>(state.Apply(UpdateOf("cm", "dsm", std::move(answers)), is_new));
  }

  void CountAnAnomaly() {
    AnomalySet anomalies;
    anomalies.Add(Anomaly::kIdMismatch);
    self_metrics.Count("cm", *FindFamily("dsm"), anomalies);
  }

  // The value of the first sample whose line begins like this.
  static std::string Value(const Body& body, std::string_view beginning) {
    const std::string text = "\n" + std::string(body->view());
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
  const BucketBounds bounds{{1, 60}};
  StateStore state{{{.options = {.name = "cm", .max_series = 1000},
                     .collectors = {{FindFamily("dsm"), {"r1", "r2"}}}}},
                   bounds,
                   state_clock};
  SelfMetrics self_metrics;
  ExporterStatus status;
  Publisher publisher{Exposition({.state = state,
                                  .self_metrics = self_metrics,
                                  .status = status,
                                  .bounds = bounds,
                                  .build_info = {},
                                  .process_metrics = false}),
                      clock};

 private:
  std::jthread thread_;
};

TEST_F(PublisherTest, ThereIsABodyBeforeAnythingRuns) {
  const Body body = publisher.Text();
  ASSERT_NE(body, nullptr);
  EXPECT_EQ(Value(body, "cckm_tracked_refreshes"), "2");
}

TEST_F(PublisherTest, NotifyLeadsToANewBody) {
  const Body first = publisher.Text();
  Run();
  Apply({Running("r1", {"d1"})});
  publisher.Notify();
  const Body second = NextAfter(first);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(Value(first, kCompletedOfD1), "") << "a body never changes";
  EXPECT_EQ(Value(second, kCompletedOfD1), "0");
  Apply({Finished("r1", {"d1"})});
  publisher.Notify();
  const Body third = NextAfter(second);
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(Value(third, kCompletedOfD1), "1");
}

TEST_F(PublisherTest, ANotificationBeforeRunIsNotLost) {
  const Body first = publisher.Text();
  publisher.Notify();
  Run();
  EXPECT_NE(NextAfter(first), nullptr);
}

TEST_F(PublisherTest, CountersThatWaitForAnExpositionGetASecondOneByThemselves) {
  Apply({Running("r1", {}), Running("r2", {})});
  Apply({Finished("r1", {"d1"}), Finished("r2", {"d1"})});
  Run();
  publisher.Notify();
  Body body = publisher.Text();
  while (body != nullptr && Value(body, kCompletedOfD1) != "2") body = NextAfter(body);
  EXPECT_NE(body, nullptr);
  EXPECT_EQ(state_clock.reads(), 2U) << "one that shows 0, one that counts";
}

TEST_F(PublisherTest, PublishNowGoesOnUntilNothingWaits) {
  Apply({Running("r1", {})});
  Apply({Finished("r1", {"d1"})});
  publisher.PublishNow();
  EXPECT_EQ(Value(publisher.Text(), kCompletedOfD1), "1");
}

TEST_F(PublisherTest, SelfMetricsAreFreshWhileSomebodyScrapes) {
  const Body first = publisher.Text();
  Run();
  CountAnAnomaly();
  ASSERT_TRUE(WaitForOneLook());
  EXPECT_EQ(publisher.Text(), first) << "no time has passed";
  clock.Advance(5s);
  const Body second = NextAfter(first);
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
  static_cast<void>(publisher.Text());
  clock.Advance(1h);
  Run();
  ASSERT_TRUE(WaitForOneLook());
  EXPECT_EQ(state_clock.reads(), 0U);
}

TEST_F(PublisherTest, EveryScraperGetsAWholeBodyWhateverHappensMeanwhile) {
  Run();
  std::vector<std::jthread> threads;
  for (int scraper = 0; scraper < 3; ++scraper) {
    threads.emplace_back([this] {
      for (int i = 0; i < 20; ++i) {
        const Body body = publisher.Text();
        ASSERT_NE(body, nullptr);
        const auto parsed = ParseExposition(body->view());
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
