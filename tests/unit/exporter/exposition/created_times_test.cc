// Which counters and histograms of a whole exposition say since when they count, read with code
// that protoc made of the format's definition.

#include <google/protobuf/util/delimited_message_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "metrics.pb.h"
#include "tests/support/fakes/fake_clock.h"
#include "tests/unit/exporter/exposition/one_target.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;
using io::prometheus::client::Metric;
using io::prometheus::client::MetricFamily;

std::optional<WallTime> CreatedOf(const Metric& metric) {
  const bool is_known = metric.has_counter() ? metric.counter().has_created_timestamp()
                                             : metric.histogram().has_created_timestamp();
  if (!is_known) return std::nullopt;
  const auto& time = metric.has_counter() ? metric.counter().created_timestamp()
                                          : metric.histogram().created_timestamp();
  return WallTime(std::chrono::seconds(time.seconds()) + std::chrono::nanoseconds(time.nanos()));
}

class CreatedTimesTest : public ::testing::Test {
 protected:
  // Of every counter and histogram: by the family's name and the values of its labels.
  std::map<std::string, std::optional<WallTime>> Created() {
    static_cast<void>(target.publisher.Publish());
    const auto body = target.publisher.BodyOf({ExpositionFormat::kProtobuf});
    const std::string bytes = body->Joined();
    google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
    std::map<std::string, std::optional<WallTime>> created;
    MetricFamily family;
    for (bool at_end = false;
         google::protobuf::util::ParseDelimitedFromZeroCopyStream(&family, &stream, &at_end);) {
      for (const Metric& metric : family.metric()) {
        if (!metric.has_counter() && !metric.has_histogram()) continue;
        std::string series = family.name();
        for (const auto& label : metric.label()) series += " " + label.value();
        created.emplace(series, CreatedOf(metric));
      }
      family.Clear();
    }
    return created;
  }

  FakeClock clock;
  OneTarget target{{"r1"}, clock, clock};
};

TEST_F(CreatedTimesTest, WhatCountsRequestsCountsSinceItsCollectorCame) {
  const WallTime first = clock.Now();
  target.self_metrics.AddTarget("cm", true);
  target.self_metrics.AddCollector("cm", *FindFamily("dsm"));
  clock.Advance(1h);
  target.self_metrics.AddCollector("cm", *FindFamily("aws"));
  target.self_metrics.AddTarget("cm", true);
  target.self_metrics.AddCollector("cm", *FindFamily("dsm"));
  PollUpdate update = UpdateOf("cm", "dsm", {});
  update.requests.push_back({.endpoint = Endpoint::kRefresh, .status = 503, .duration = 1s});
  target.self_metrics.Count(update);
  const auto created = Created();
  for (const char* series :
       {"cckm_api_errors_total cm  auth", "cckm_api_request_duration_seconds cm  token",
        "cckm_token_renewals_total cm", "cckm_token_renewal_failures_total cm",
        "cckm_api_errors_total cm dsm tls", "cckm_api_request_duration_seconds cm dsm refresh",
        "cckm_refresh_anomalies_total cm dsm id_mismatch",
        "cckm_api_requests_total cm dsm refresh 503"}) {
    ASSERT_TRUE(created.contains(series)) << series;
    EXPECT_EQ(created.at(series), first) << series << ": changes of a target begin nothing";
  }
  EXPECT_EQ(created.at("cckm_api_errors_total cm aws tls"), first + 1h);
}

TEST_F(CreatedTimesTest, ATargetThatComesBackCountsFromThenOn) {
  target.self_metrics.AddTarget("cm", false);
  target.self_metrics.RemoveTarget("cm");
  clock.Advance(1h);
  target.self_metrics.AddTarget("cm", false);
  EXPECT_EQ(Created().at("cckm_token_renewals_total cm"), clock.Now());
}

TEST_F(CreatedTimesTest, WhatCountsForTheProcessCountsSinceItBegan) {
  const auto began_at = ProcessMetrics().began_at();
  ASSERT_TRUE(began_at);
  EXPECT_LT(*began_at, SystemClock().Now());
  const auto created_at = Created().at("cckm_ledger_write_failures_total");
  ASSERT_TRUE(created_at);
  // The system tells it as a difference of two clocks, which are read one after the other.
  EXPECT_LT(std::chrono::abs(*created_at - *began_at), 1s);
}

TEST_F(CreatedTimesTest, TheHistogramOfRefreshesCountsSinceItsFirstObservation) {
  EXPECT_EQ(Created().at("cckm_refresh_duration_seconds cm dsm completed"), std::nullopt);
  clock.Advance(1h);
  static_cast<void>(target.state.Apply(Counted(UpdateOf("cm", "dsm", {Finished("r1", {"d1"})}))));
  const auto created = Created();
  EXPECT_NE(created.at("cckm_refresh_duration_seconds cm dsm completed"), std::nullopt);
  EXPECT_EQ(created.at("cckm_refresh_duration_seconds cm dsm failed"), std::nullopt);
}

TEST_F(CreatedTimesTest, WhatCountsForADomainCountsSinceTheExporterKnewOfIt) {
  PollUpdate first = UpdateOf("cm", "dsm", {Running("r1", {"d1"})});
  static_cast<void>(target.state.Apply(first));
  PollUpdate later = UpdateOf("cm", "dsm", {Finished("r1", {"d1"})});
  later.wall_time += 1h;
  static_cast<void>(target.state.Apply(Counted(later)));
  const auto created = Created();
  EXPECT_EQ(created.at("cckm_domain_refreshes_total cm dsm d1 completed"), FakeClock::kStart);
  EXPECT_EQ(created.at("cckm_domain_refreshes_total cm dsm d1 failed"), FakeClock::kStart);
  EXPECT_EQ(created.at("cckm_domain_refresh_duration_seconds cm dsm d1"), FakeClock::kStart);
}

TEST_F(CreatedTimesTest, EveryCounterHasOne) {
  target.self_metrics.AddTarget("cm", true);
  target.self_metrics.AddCollector("cm", *FindFamily("dsm"));
  static_cast<void>(target.state.Apply(UpdateOf("cm", "dsm", {Running("r1", {"d1"})})));
  for (const auto& [series, created_at] : Created()) {
    if (series.find("_total") == std::string::npos) continue;
    EXPECT_TRUE(created_at) << series;
  }
}

}  // namespace
}  // namespace cckm
