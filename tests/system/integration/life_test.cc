// A running exporter beside a running appliance: refreshes that end, tokens that expire, an
// appliance that goes and comes back.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>

#include "tests/support/fakes/raw_server.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

// How a refresh of two domains ends, and what that means for both.
struct End {
  std::string name;
  std::array<std::string, 2> results;
};

const End kEnds[] = {
    {"completed", {"completed", "completed"}},
    {"failed", {"failed", "failed"}},
    {"partial", {"completed", "failed"}},
    {"cancelled", {"cancelled", "cancelled"}},
};

// The refresh that ends so is named like its end, and its domains are partial-1 and partial-2.
std::string DomainOf(const End& end, std::size_t index) {
  return end.name + "-" + std::to_string(index + 1);
}

void AddDomain(Samples& samples, const std::string& domain, const std::string& status,
               const std::string& result) {
  const auto series = [&domain](const std::string& name, const std::string& label,
                                const std::string& value) {
    return Series("cckm_domain_" + name, {{"domain_id", domain}, {label, value}});
  };
  samples.emplace_back(series("refresh_status", "status", status), "1");
  samples.emplace_back(series("refresh_last_result", "result", result), "1");
  for (const char* ending : {"completed", "failed", "cancelled"}) {
    samples.emplace_back(series("refreshes_total", "status", ending), result == ending ? "1" : "0");
  }
  samples.emplace_back(
      Series("cckm_domain_refresh_duration_seconds_count", {{"domain_id", domain}}),
      result == "completed" ? "1" : "0");
}

Samples WhileEveryRefreshRuns() {
  Samples samples;
  for (const End& end : kEnds) {
    samples.emplace_back(
        Series("cckm_refresh_status", {{"refresh_id", end.name}, {"status", "in_progress"}}), "1");
    samples.emplace_back(Series("cckm_refresh_duration_seconds_count", {{"status", end.name}}),
                         "0");
    for (const std::size_t i : {0U, 1U}) {
      AddDomain(samples, DomainOf(end, i), "in_progress", "none");
    }
  }
  return samples;
}

Samples AfterEveryRefreshEnded() {
  Samples samples;
  for (const End& end : kEnds) {
    samples.emplace_back(
        Series("cckm_refresh_status", {{"refresh_id", end.name}, {"status", end.name}}), "1");
    samples.emplace_back(Series("cckm_refresh_duration_seconds_count", {{"status", end.name}}),
                         "1");
    for (const std::size_t i : {0U, 1U}) {
      AddDomain(samples, DomainOf(end, i), end.results[i], end.results[i]);
    }
  }
  return samples;
}

double NumberOf(const ExporterProcess& exporter, const std::string& series) {
  const std::string value = ValueOf(exporter.Scrape(), series);
  return value.empty() ? -1 : std::stod(value);
}

// Those that were answered, by id or through the list: which of them depends on how many refreshes
// ended within one poll.
double RequestsForRefreshes(const ExporterProcess& exporter) {
  double requests = 0;
  for (const char* endpoint : {"refresh", "refresh_list"}) {
    const double answered = NumberOf(
        exporter, Series("cckm_api_requests_total", {{"endpoint", endpoint}, {"code", "200"}}));
    requests += std::max(answered, 0.0);
  }
  return requests;
}

TEST(LifeTest, ARunningRefreshIsShownUntilItsEndAndItsEndIsCountedOnce) {
  const SimulatorProcess simulator{std::string(kToken)};
  ExporterSettings settings{.url = simulator.url(), .refresh_ids = {}};
  for (const End& end : kEnds) {
    simulator.StartRefresh(end.name, DomainOf(end, 0) + "," + DomainOf(end, 1));
    settings.refresh_ids.push_back(end.name);
  }
  const ExporterProcess exporter(settings);
  ASSERT_TRUE(exporter.Shows(WhileEveryRefreshRuns(), kPatience));

  for (const End& end : kEnds) simulator.FinishRefresh(end.name, end.name);
  ASSERT_TRUE(exporter.Shows(AfterEveryRefreshEnded()));

  // They are asked for again, each at least twice: one poll makes at most four requests, and a poll
  // that leaves some of them out is followed by one that does not.
  const double enough = RequestsForRefreshes(exporter) + 12;
  ASSERT_TRUE(Eventually(kPatience, [&] { return RequestsForRefreshes(exporter) >= enough; }));
  EXPECT_TRUE(exporter.Shows(AfterEveryRefreshEnded(), {}));
}

TEST(LifeTest, TheObservedDurationIsTheOneThatTheApplianceTells) {
  const SimulatorProcess simulator{std::string(kToken)};
  simulator.StartRefresh("r1", "a");
  const ExporterProcess exporter({.url = simulator.url()});
  ASSERT_TRUE(exporter.Shows(
      {{Series("cckm_refresh_status", {{"refresh_id", "r1"}, {"status", "in_progress"}}), "1"}},
      kPatience));
  simulator.FinishRefresh("r1", "completed");
  const Samples counted = {
      {Series("cckm_domain_refresh_duration_seconds_count", {{"domain_id", "a"}}), "1"}};
  ASSERT_TRUE(exporter.Shows(counted));
  const std::string exposition = exporter.Scrape();
  const auto value_of = [&exposition](const std::string& name, const std::string& label,
                                      const std::string& value) {
    return std::stod(ValueOf(exposition, Series(name, {{label, value}})));
  };
  const double duration = value_of("cckm_domain_refresh_last_duration_seconds", "domain_id", "a");
  EXPECT_GT(duration, 0);
  EXPECT_EQ(value_of("cckm_domain_refresh_duration_seconds_sum", "domain_id", "a"), duration);
  EXPECT_EQ(value_of("cckm_refresh_duration_seconds_sum", "status", "completed"), duration);
  EXPECT_NEAR(value_of("cckm_refresh_completed_timestamp_seconds", "refresh_id", "r1") -
                  value_of("cckm_refresh_created_timestamp_seconds", "refresh_id", "r1"),
              duration, 0.001);
}

TEST(LifeTest, AnExpiredTokenIsAnErrorUntilTheFileHoldsAnother) {
  const SimulatorProcess simulator("a-token-of-nobody");
  simulator.StartRefresh("r1", "a");
  const ExporterProcess exporter({.url = simulator.url()});
  const std::string authenticated = R"(cckm_authenticated{target="cm"})";
  const std::string auth_errors = Series("cckm_api_errors_total", {{"reason", "auth"}});
  const Samples good = {{authenticated, "1"}, {Series("cckm_up"), "1"}};
  const Samples refused = {{authenticated, "0"}, {Series("cckm_up"), "0"}};
  const auto renew = [&] { exporter.folder().Write("token", simulator.LogIn(), 0600); };

  renew();
  ASSERT_TRUE(exporter.Shows(good));
  const double errors_before = NumberOf(exporter, auth_errors);
  simulator.ExpireTokens();
  ASSERT_TRUE(exporter.Shows(refused));
  EXPECT_GT(NumberOf(exporter, auth_errors), errors_before);
  EXPECT_EQ(exporter.Get("/-/healthy").status, 200);
  renew();
  EXPECT_TRUE(exporter.Shows(good));
}

TEST(LifeTest, AnApplianceThatGoesTakesUpWithItAndBringsItBack) {
  auto simulator = std::make_unique<SimulatorProcess>(std::string(kToken));
  const int port = simulator->port();
  simulator->StartRefresh("r1", "a");
  ExporterProcess exporter({.url = simulator->url()});
  const std::string running =
      Series("cckm_refresh_status", {{"refresh_id", "r1"}, {"status", "in_progress"}});
  const std::string unanswered = Series("cckm_unanswered_refreshes");
  ASSERT_TRUE(
      exporter.Shows({{Series("cckm_up"), "1"}, {running, "1"}, {unanswered, "0"}}, kPatience));

  simulator.reset();
  // The refresh stays as it was last known.
  ASSERT_TRUE(exporter.Shows({{Series("cckm_up"), "0"}, {running, "1"}, {unanswered, "1"}}));
  EXPECT_EQ(exporter.Get("/-/healthy").status, 200);
  EXPECT_EQ(exporter.Get("/-/ready").status, 200);
  EXPECT_GT(NumberOf(exporter, Series("cckm_api_errors_total", {{"reason", "connect"}})), 0);

  simulator = std::make_unique<SimulatorProcess>(std::string(kToken), port);
  simulator->StartRefresh("r1", "a");
  EXPECT_TRUE(exporter.Shows({{Series("cckm_up"), "1"}, {running, "1"}, {unanswered, "0"}}));
}

TEST(LifeTest, ItIsReadyOnceTheFirstPollIsOverHoweverItWent) {
  auto appliance = std::make_unique<RawServer>(std::vector<RawScript>{{ReadRequest(), Hang()}});
  const ExporterProcess exporter({.url = appliance->url()});
  const auto is_asked = [&appliance] { return !appliance->Requests().empty(); };
  ASSERT_TRUE(Eventually(kPatience, is_asked));
  EXPECT_EQ(exporter.Get("/-/ready").status, 503);
  EXPECT_EQ(exporter.Get("/-/healthy").status, 200);
  EXPECT_EQ(exporter.Get("/metrics").status, 200);
  appliance.reset();
  EXPECT_TRUE(Eventually(kPatience, [&] { return exporter.Get("/-/ready").status == 200; }));
  EXPECT_TRUE(exporter.Shows({{Series("cckm_up"), "0"}}));
}

}  // namespace
}  // namespace cckm
