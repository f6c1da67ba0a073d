// What the exposition shows over the life of refreshes and domains, as deploy/docs/payload.md says.

#include <gtest/gtest.h>

#include <chrono>

#include "collectors/base/rfc3339.h"
#include "exporter/exposition/series_budget.h"
#include "tests/unit/exporter/app/harness.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

struct JobText {
  std::string status = "in_progress";
  std::string created = "2021-03-03T06:00:00Z";
  std::string completed = {};  // empty: not in the body
  std::vector<std::string> domains = {"d1"};
  std::vector<std::pair<std::string, std::string>> details = {};

  std::string Json() const {
    std::string text = R"({"overall_status":")" + status + R"(","createdAt":")" + created + '"';
    if (!completed.empty()) text += R"(,"completed_at":")" + completed + '"';
    text += R"(,"domains":[)";
    for (const std::string& domain : domains)
      text += (text.back() == '[' ? "\"" : ",\"") + domain + '"';
    text += R"(],"detailed_status":{)";
    for (const auto& [domain, detail] : details) {
      text += (text.back() == '{' ? "\"" : ",\"") + domain + "\":\"" + detail + '"';
    }
    return text + "}}";
  }
};

JobText Completed(std::string created, std::string completed) {
  return {.status = "completed",
          .created = std::move(created),
          .completed = std::move(completed),
          .details = {}};
}

Harness::Setup Watching(std::vector<std::string> ids) {
  return {.collectors = {{.family = FindFamily("dsm"), .refresh_ids = std::move(ids)}}};
}

// The value of the sample of that name and those labels, or "" if there is none.
std::string Value(Harness& exporter, const std::string& name, const std::string& more_labels) {
  const std::string series = name + "{target=\"cm\",cloud=\"dsm\"" + more_labels + "} ";
  const std::string line = exporter.Scrape(series);
  return line.empty() ? "" : line.substr(series.size(), line.size() - series.size() - 1);
}

std::string DomainStatusOf(Harness& exporter, const std::string& domain) {
  std::string states;
  for (const std::string_view state : kDomainShownNames) {
    if (Value(exporter, "cckm_domain_refresh_status",
              ",domain_id=\"" + domain + "\",status=\"" + std::string(state) + "\"") == "1") {
      states += state;
    }
  }
  return states;
}

std::string LastResultOf(Harness& exporter, const std::string& domain) {
  std::string results;
  for (const std::string_view result : kDomainResultNames) {
    if (Value(exporter, "cckm_domain_refresh_last_result",
              ",domain_id=\"" + domain + "\",result=\"" + std::string(result) + "\"") == "1") {
      results += result;
    }
  }
  return results;
}

std::string RefreshStatusOf(Harness& exporter, const std::string& id) {
  std::string states;
  for (const std::string_view state : kRefreshStatusNames) {
    if (Value(exporter, "cckm_refresh_status",
              ",refresh_id=\"" + id + "\",status=\"" + std::string(state) + "\"") == "1") {
      states += state;
    }
  }
  return states;
}

const std::string kOfD1 = ",domain_id=\"d1\"";

TEST(LifecycleTest, AConfiguredRefreshIsShownAsUnknownBeforeItsFirstAnswer) {
  Harness exporter(Watching({"r1"}));
  EXPECT_EQ(RefreshStatusOf(exporter, "r1"), "unknown");
  EXPECT_EQ(Value(exporter, "cckm_up", ""), "0");
  EXPECT_EQ(Value(exporter, "cckm_tracked_refreshes", ""), "1");
  EXPECT_EQ(Value(exporter, "cckm_refresh_duration_seconds_count", ",status=\"failed\""), "0");
}

TEST(LifecycleTest, ARefreshRunsAndCompletes) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1", JobText{}.Json());
  exporter.PollFor(1ms);
  EXPECT_EQ(DomainStatusOf(exporter, "d1"), "in_progress");
  EXPECT_EQ(LastResultOf(exporter, "d1"), "none");
  EXPECT_EQ(Value(exporter, "cckm_domain_refreshes_total", kOfD1 + ",status=\"completed\""), "0");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_duration_seconds_count", kOfD1), "0");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_started_timestamp_seconds", kOfD1), "1614751200");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_completed_timestamp_seconds", kOfD1), "");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_last_success_timestamp_seconds", kOfD1), "");
  exporter.AnswerJson("dsm", "r1",
                      Completed("2021-03-03T06:00:00Z", "2021-03-03T06:01:30.5Z").Json());
  exporter.PollFor(15s);
  EXPECT_EQ(DomainStatusOf(exporter, "d1"), "completed");
  EXPECT_EQ(LastResultOf(exporter, "d1"), "completed");
  EXPECT_EQ(Value(exporter, "cckm_domain_refreshes_total", kOfD1 + ",status=\"completed\""), "1");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_duration_seconds_sum", kOfD1), "90.5");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_last_duration_seconds", kOfD1), "90.5");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_completed_timestamp_seconds", kOfD1),
            "1614751290.5");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_last_success_timestamp_seconds", kOfD1),
            "1614751290.5");
}

TEST(LifecycleTest, ADomainsCountersAreShownAtZeroOnceBeforeTheyCount) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1", JobText{.domains = {}, .details = {}}.Json());
  exporter.PollFor(1ms);
  exporter.Scrape();
  // The domain is named for the first time by the answer that also finishes it.
  exporter.AnswerJson("dsm", "r1",
                      Completed("2021-03-03T06:00:00Z", "2021-03-03T06:00:09Z").Json());
  exporter.PollFor(15s);
  const std::string total =
      "cckm_domain_refreshes_total{target=\"cm\",cloud=\"dsm\",domain_id=\"d1\",status="
      "\"completed\"} ";
  const std::string count =
      "cckm_domain_refresh_duration_seconds_count{target=\"cm\",cloud=\"dsm\",domain_id=\"d1\"} ";
  const std::string first = exporter.Scrape();
  const std::string second = exporter.Scrape();
  EXPECT_NE(first.find(total + "0\n"), std::string::npos);
  EXPECT_NE(first.find(count + "0\n"), std::string::npos);
  EXPECT_NE(second.find(total + "1\n"), std::string::npos);
  EXPECT_NE(second.find(count + "1\n"), std::string::npos);
}

TEST(LifecycleTest, WhatWasFinishedWhenFirstSeenCountsAtOnce) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1",
                      Completed("2021-03-03T06:00:00Z", "2021-03-03T06:00:09Z").Json());
  exporter.PollFor(1ms);
  EXPECT_EQ(Value(exporter, "cckm_domain_refreshes_total", kOfD1 + ",status=\"completed\""), "1");
}

TEST(LifecycleTest, TheLastResultStaysWhileANewRefreshRuns) {
  Harness exporter(Watching({"r1", "r2"}));
  exporter.AnswerJson("dsm", "r1",
                      JobText{.status = "failed",
                              .completed = "2021-03-03T06:00:09Z",
                              .details = {{"d1", "no such host"}}}
                          .Json());
  exporter.AnswerJson("dsm", "r2",
                      JobText{.created = "2021-03-03T06:05:00Z", .details = {}}.Json());
  exporter.PollFor(1ms);
  EXPECT_EQ(DomainStatusOf(exporter, "d1"), "in_progress");
  EXPECT_EQ(LastResultOf(exporter, "d1"), "failed");
  EXPECT_EQ(Value(exporter, "cckm_domain_refreshes_total", kOfD1 + ",status=\"failed\""), "1");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_duration_seconds_count", kOfD1), "0");
}

TEST(LifecycleTest, TheNewestRefreshDecidesWhateverTheOrderOfTheAnswers) {
  Harness exporter(Watching({"new", "old"}));
  exporter.AnswerJson("dsm", "new",
                      Completed("2021-03-03T06:05:00Z", "2021-03-03T06:05:05Z").Json());
  exporter.AnswerJson(
      "dsm", "old",
      JobText{.status = "failed", .completed = "2021-03-03T06:00:09Z", .details = {}}.Json());
  exporter.PollFor(1ms);
  EXPECT_EQ(DomainStatusOf(exporter, "d1"), "completed");
  EXPECT_EQ(LastResultOf(exporter, "d1"), "completed");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_last_duration_seconds", kOfD1), "5");
  EXPECT_EQ(Value(exporter, "cckm_domain_refreshes_total", kOfD1 + ",status=\"failed\""), "1");
}

TEST(LifecycleTest, EveryEndIsObservedInTheRefreshHistogram) {
  Harness exporter(Watching({"r1", "r2", "r3", "r4"}));
  const std::string created = "2021-03-03T06:00:00Z";
  const std::string done = "2021-03-03T06:00:09Z";
  exporter.AnswerJson("dsm", "r1", Completed(created, done).Json());
  exporter.AnswerJson(
      "dsm", "r2",
      JobText{.status = "completed",
              .completed = done,
              .domains = {"d2", "d3"},
              .details = {{"d2", "broken"}, {"d3", "Domain synchronized successfully."}}}
          .Json());
  exporter.AnswerJson("dsm", "r3",
                      JobText{.status = "error", .completed = done, .details = {}}.Json());
  exporter.AnswerJson("dsm", "r4",
                      JobText{.status = "canceled", .completed = done, .details = {}}.Json());
  exporter.PollFor(1ms);
  for (const std::string_view end : kRefreshEndNames) {
    EXPECT_EQ(Value(exporter, "cckm_refresh_duration_seconds_sum",
                    ",status=\"" + std::string(end) + "\""),
              "9");
  }
  EXPECT_EQ(RefreshStatusOf(exporter, "r2"), "partial");
  EXPECT_EQ(DomainStatusOf(exporter, "d2"), "failed");
  EXPECT_EQ(DomainStatusOf(exporter, "d3"), "completed");
  EXPECT_EQ(Value(exporter, "cckm_refresh_domains", ",refresh_id=\"r2\",status=\"failed\""), "1");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_duration_seconds_count", ",domain_id=\"d3\""),
            "1");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_duration_seconds_count", ",domain_id=\"d2\""),
            "0");
  EXPECT_EQ(Value(exporter, "cckm_domain_refreshes_total", kOfD1 + ",status=\"cancelled\""), "1");
}

TEST(LifecycleTest, ANegativeDurationCountsButIsNotObserved) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1",
                      Completed("2021-03-03T06:00:09Z", "2021-03-03T06:00:00Z").Json());
  exporter.PollFor(1ms);
  EXPECT_EQ(Value(exporter, "cckm_domain_refreshes_total", kOfD1 + ",status=\"completed\""), "1");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_duration_seconds_count", kOfD1), "0");
  EXPECT_EQ(Value(exporter, "cckm_refresh_duration_seconds_count", ",status=\"completed\""), "0");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_last_duration_seconds", kOfD1), "");
  EXPECT_EQ(Value(exporter, "cckm_refresh_anomalies_total", ",kind=\"negative_duration\""), "1");
}

TEST(LifecycleTest, WithoutCompletionTimeTheUpdateTimeStandsInAfterOneMorePoll) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1",
                      R"({"overall_status":"completed","createdAt":"2021-03-03T06:00:00Z",
                                      "updatedAt":"2021-03-03T06:00:03Z","domains":["d1"]})");
  exporter.PollFor(1ms);
  EXPECT_EQ(RefreshStatusOf(exporter, "r1"), "completed");
  EXPECT_EQ(Value(exporter, "cckm_refresh_duration_seconds_count", ",status=\"completed\""), "0");
  EXPECT_EQ(Value(exporter, "cckm_refresh_completed_timestamp_seconds", ",refresh_id=\"r1\""), "");
  exporter.PollFor(15s);
  EXPECT_EQ(Value(exporter, "cckm_refresh_duration_seconds_sum", ",status=\"completed\""), "3");
  EXPECT_EQ(Value(exporter, "cckm_refresh_anomalies_total", ",kind=\"missing_completion_time\""),
            "1");
}

TEST(LifecycleTest, WithoutAnAnswerAStatusIsShownAsLastKnownAndThenAsUnknown) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1", JobText{}.Json());
  exporter.PollFor(1ms);
  exporter.Answer("dsm", "r1", Fail(ErrorKind::kConnect, "refused"));
  exporter.PollFor(4min + 45s);
  EXPECT_EQ(RefreshStatusOf(exporter, "r1"), "in_progress");
  EXPECT_EQ(Value(exporter, "cckm_unanswered_refreshes", ""), "1");
  EXPECT_EQ(Value(exporter, "cckm_up", ""), "0");
  exporter.PollFor(30s);
  EXPECT_EQ(RefreshStatusOf(exporter, "r1"), "unknown");
  EXPECT_EQ(DomainStatusOf(exporter, "d1"), "unknown");
  EXPECT_EQ(Value(exporter, "cckm_refresh_domains", ",refresh_id=\"r1\",status=\"unknown\""), "1");
  exporter.AnswerJson("dsm", "r1", JobText{}.Json());
  exporter.PollFor(15s);
  EXPECT_EQ(RefreshStatusOf(exporter, "r1"), "in_progress");
  EXPECT_EQ(Value(exporter, "cckm_unanswered_refreshes", ""), "0");
}

TEST(LifecycleTest, AFinishedRefreshNeverBecomesStale) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1",
                      Completed("2021-03-03T06:00:00Z", "2021-03-03T06:00:09Z").Json());
  exporter.PollFor(6h);
  EXPECT_EQ(RefreshStatusOf(exporter, "r1"), "completed");
  EXPECT_EQ(DomainStatusOf(exporter, "d1"), "completed");
}

TEST(LifecycleTest, ARefreshThatIsNotFoundLeavesItsDomainsAsLastKnown) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1", JobText{}.Json());
  exporter.PollFor(1ms);
  exporter.Answer("dsm", "r1", NotFoundAnswer());
  exporter.PollFor(10min);
  EXPECT_EQ(RefreshStatusOf(exporter, "r1"), "not_found");
  EXPECT_EQ(DomainStatusOf(exporter, "d1"), "in_progress");
  EXPECT_EQ(Value(exporter, "cckm_up", ""), "0") << "the list is not found either";
  EXPECT_EQ(Value(exporter, "cckm_unanswered_refreshes", ""), "0");
}

TEST(LifecycleTest, AFinishedRefreshThatChangesIsAnAnomalyAndNotObservedAgain) {
  Harness::Setup setup = Watching({"r1"});
  setup.schedule.recheck_interval = 15s;
  Harness exporter(setup);
  exporter.AnswerJson("dsm", "r1",
                      Completed("2021-03-03T06:00:00Z", "2021-03-03T06:00:09Z").Json());
  exporter.PollFor(1ms);
  exporter.AnswerJson("dsm", "r1", JobText{}.Json());
  exporter.PollFor(30s);
  EXPECT_EQ(RefreshStatusOf(exporter, "r1"), "in_progress");
  exporter.AnswerJson("dsm", "r1",
                      Completed("2021-03-03T06:00:00Z", "2021-03-03T06:00:19Z").Json());
  exporter.PollFor(30s);
  EXPECT_EQ(RefreshStatusOf(exporter, "r1"), "completed");
  EXPECT_EQ(Value(exporter, "cckm_refresh_duration_seconds_sum", ",status=\"completed\""), "9");
  EXPECT_EQ(Value(exporter, "cckm_domain_refreshes_total", kOfD1 + ",status=\"completed\""), "1");
  EXPECT_EQ(Value(exporter, "cckm_refresh_anomalies_total", ",kind=\"changed_after_finish\""), "1");
}

TEST(LifecycleTest, ADomainThatNoRefreshNamesAnyMoreLeaves) {
  Harness exporter(Watching({"r1", "r2"}));
  exporter.AnswerJson(
      "dsm", "r1",
      JobText{.created = "2021-03-03T06:05:00Z", .domains = {"d1", "d2"}, .details = {}}.Json());
  exporter.AnswerJson("dsm", "r2",
                      JobText{.status = "running",
                              .domains = {"d1"},
                              .details = {{"d1", "x synchronized successfully"}}}
                          .Json());
  exporter.PollFor(1ms);
  EXPECT_EQ(DomainStatusOf(exporter, "d1"), "in_progress");
  EXPECT_EQ(DomainStatusOf(exporter, "d2"), "in_progress");
  exporter.AnswerJson(
      "dsm", "r1", JobText{.created = "2021-03-03T06:05:00Z", .domains = {}, .details = {}}.Json());
  exporter.PollFor(15s);
  EXPECT_EQ(DomainStatusOf(exporter, "d1"), "completed") << "the older refresh is its newest now";
  EXPECT_EQ(exporter.Scrape("cckm_domain_info").find("d2"), std::string::npos);
}

TEST(LifecycleTest, AnUnknownStatusIsShownCountedAndWatchedOn) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1", JobText{.status = "QUEUED_V2", .details = {}}.Json());
  exporter.PollFor(1min);
  EXPECT_EQ(RefreshStatusOf(exporter, "r1"), "unknown");
  EXPECT_EQ(Value(exporter, "cckm_refresh_anomalies_total", ",kind=\"unknown_status\""), "1");
  EXPECT_GE(exporter.client().paths().size(), 4U);
}

TEST(LifecycleTest, HostileDomainIdsBecomeDistinctHarmlessLabels) {
  Harness exporter(Watching({"r1"}));
  const std::string injection = R"(a\"} 1\nfake_metric{x=\")";
  exporter.AnswerJson("dsm", "r1",
                      JobText{.domains = {injection, "tab\\there", std::string(300, 'x'),
                                          std::string(301, 'x'), "caf\\u00e9"},
                              .details = {}}
                          .Json());
  exporter.PollFor(1ms);
  const std::string info = exporter.Scrape("cckm_domain_info");
  EXPECT_EQ(std::count(info.begin(), info.end(), '\n'), 5);
  EXPECT_EQ(exporter.Scrape("fake_metric"), "");
  EXPECT_NE(info.find("caf\xC3\xA9"), std::string::npos);
  ExpectGolden("hostile_domain_ids.txt", info);
}

TEST(LifecycleTest, WithoutDomainHistogramsTheyAreLeftOut) {
  Harness::Setup setup = Watching({"r1"});
  setup.domain_histograms = false;
  Harness exporter(setup);
  exporter.AnswerJson("dsm", "r1",
                      Completed("2021-03-03T06:00:00Z", "2021-03-03T06:00:09Z").Json());
  exporter.PollFor(1ms);
  EXPECT_EQ(exporter.Scrape("cckm_domain_refresh_duration_seconds"), "");
  EXPECT_EQ(Value(exporter, "cckm_domain_refreshes_total", kOfD1 + ",status=\"completed\""), "1");
}

TEST(LifecycleTest, MaxSeriesLeavesOutInItsOrderAndSaysHowMuch) {
  Harness::Setup setup = Watching({"r1", "r2", "r3"});
  Harness unlimited(setup);
  const auto answer = [](Harness& exporter) {
    exporter.AnswerJson("dsm", "r1",
                        Completed("2021-03-03T06:00:00Z", "2021-03-03T06:00:09Z").Json());
    exporter.AnswerJson("dsm", "r2",
                        Completed("2021-03-03T05:00:00Z", "2021-03-03T05:00:09Z").Json());
    exporter.AnswerJson("dsm", "r3", JobText{.domains = {"d1", "d2"}, .details = {}}.Json());
    exporter.PollFor(1ms);
  };
  answer(unlimited);
  const std::string all = unlimited.Scrape();
  std::size_t series = 0;
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("target=\"cm\"") != std::string::npos) ++series;
  }
  struct Case {
    std::size_t less;
    std::string dropped;  // domain_histogram, finished_refresh, refresh, domain
  };
  // A histogram is 18 + 3 series; a finished refresh 14, a running one 13, a domain 17 or 20.
  for (const Case& row : {Case{0, "0 0 0 0"}, Case{1, "21 0 0 0"}, Case{22, "42 0 0 0"},
                          Case{43, "42 14 0 0"}, Case{57, "42 28 0 0"}, Case{71, "42 28 13 0"},
                          Case{84, "42 28 13 17"}, Case{100000, "42 28 13 37"}}) {
    setup.max_series = series > row.less ? series - row.less : 1;
    Harness exporter(setup);
    answer(exporter);
    std::string dropped;
    for (const std::string_view reason : kDropReasonNames) {
      if (reason == "schedule") continue;
      const std::string line = exporter.Scrape("cckm_dropped_series{target=\"cm\",reason=\"" +
                                               std::string(reason) + "\"} ");
      dropped += (dropped.empty() ? "" : " ") +
                 line.substr(line.rfind(' ') + 1, line.size() - line.rfind(' ') - 2);
    }
    EXPECT_EQ(dropped, row.dropped) << "with " << row.less << " series too many";
  }
}

}  // namespace
}  // namespace cckm
