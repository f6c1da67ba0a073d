#include "exporter/metrics/self_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "tests/support/fakes/fake_clock.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

const Family& Dsm() { return *FindFamily("dsm"); }

PollUpdate UpdateOf(std::string_view target) {
  PollUpdate update;
  update.target = target;
  update.family = &Dsm();
  return update;
}

// The series of a family that has all of these labels; fails the test if it is not exactly one.
prometheus::ClientMetric Find(const SelfMetrics& metrics, Metric metric,
                              const std::vector<prometheus::ClientMetric::Label>& labels) {
  std::vector<prometheus::ClientMetric> found;
  for (const auto& collected : metrics.Collect()) {
    if (collected.metric != metric) continue;
    for (const auto& series : collected.family.metric) {
      const bool fits = std::ranges::all_of(labels, [&](const auto& label) {
        return std::ranges::find(series.label, label) != series.label.end();
      });
      if (fits) found.push_back(series);
    }
  }
  EXPECT_EQ(found.size(), 1U) << Describe(metric).name;
  return found.empty() ? prometheus::ClientMetric{} : found.front();
}

std::size_t SeriesOf(const SelfMetrics& metrics, Metric metric) {
  for (const auto& collected : metrics.Collect()) {
    if (collected.metric == metric) return collected.family.metric.size();
  }
  return 0;
}

TEST(SelfMetricsTest, WithoutATargetThereIsNoSeries) {
  const FakeClock clock;
  const SelfMetrics metrics(clock);
  for (const auto& collected : metrics.Collect()) EXPECT_TRUE(collected.family.metric.empty());
}

TEST(SelfMetricsTest, TheSchedulersRequestsErrorsAndUnreadableSchedulesHaveAnEmptyCloud) {
  const FakeClock clock;
  SelfMetrics metrics(clock);
  metrics.AddTarget("cm", false);
  metrics.AddScheduler("cm");
  EXPECT_EQ(SeriesOf(metrics, Metric::kApiErrorsTotal), kErrorKindNames.size());
  EXPECT_EQ(SeriesOf(metrics, Metric::kApiRequestDuration), 2U);
  EXPECT_EQ(Find(metrics, Metric::kRefreshAnomaliesTotal,
                 {{"cloud", ""}, {"kind", "unreadable_schedule"}})
                .counter.value,
            0);
  ScheduleUpdate update;
  update.target = "cm";
  update.requests = {{.endpoint = Endpoint::kScheduleList, .status = 403}};
  update.error_counts[static_cast<std::size_t>(ErrorKind::kForbidden)] = 1;
  metrics.Count(update);
  metrics.CountUnreadableSchedule("cm", nullptr);
  metrics.CountUnreadableSchedule("cm", &Dsm());
  EXPECT_EQ(Find(metrics, Metric::kApiRequestsTotal,
                 {{"cloud", ""}, {"endpoint", "schedule_list"}, {"code", "403"}})
                .counter.value,
            1);
  EXPECT_EQ(Find(metrics, Metric::kApiErrorsTotal, {{"cloud", ""}, {"reason", "forbidden"}})
                .counter.value,
            1);
  for (const char* cloud : {"", "dsm"}) {
    EXPECT_EQ(Find(metrics, Metric::kRefreshAnomaliesTotal, {{"cloud", cloud}}).counter.value, 1);
  }
}

TEST(SelfMetricsTest, WhatTheConfigurationTellsExistsAtZero) {
  const FakeClock clock;
  SelfMetrics metrics(clock);
  metrics.AddTarget("cm", false);
  metrics.AddCollector("cm", Dsm());
  EXPECT_EQ(SeriesOf(metrics, Metric::kTokenRenewalsTotal), 1U);
  EXPECT_EQ(SeriesOf(metrics, Metric::kTokenRenewalFailuresTotal), 1U);
  EXPECT_EQ(SeriesOf(metrics, Metric::kApiErrorsTotal), kErrorKindNames.size());
  EXPECT_EQ(SeriesOf(metrics, Metric::kRefreshAnomaliesTotal), kAnomalyNames.size());
  EXPECT_EQ(SeriesOf(metrics, Metric::kApiRequestDuration), 3U);
  EXPECT_EQ(SeriesOf(metrics, Metric::kApiRequestsTotal), 0U)
      << "a code is known by an answer only";
  for (const auto& collected : metrics.Collect()) {
    for (const auto& series : collected.family.metric) {
      EXPECT_EQ(series.counter.value, 0);
      EXPECT_EQ(series.histogram.sample_count, 0U);
    }
  }
}

TEST(SelfMetricsTest, CollectsInTheOrderOfTheCatalogueWithItsNamesAndLabels) {
  const FakeClock clock;
  SelfMetrics metrics(clock);
  metrics.AddTarget("cm", false);
  metrics.AddCollector("cm", Dsm());
  PollUpdate update = UpdateOf("cm");
  update.requests = {{Endpoint::kRefresh, 200, 1ms}};
  metrics.Count(update);
  const auto families = metrics.Collect();
  EXPECT_TRUE(std::ranges::is_sorted(families, {}, &SelfMetrics::CollectedFamily::metric));
  for (const auto& collected : families) {
    const MetricDescription& description = Describe(collected.metric);
    EXPECT_EQ(collected.family.name, description.name);
    for (const auto& series : collected.family.metric) {
      EXPECT_EQ(series.label.size(), description.label_count()) << description.name;
      for (const auto& label : series.label) {
        EXPECT_NE(std::ranges::find(description.labels, label.name), description.labels.end())
            << label.name;
      }
    }
  }
}

TEST(SelfMetricsTest, CountsRequestsByEndpointAndCode) {
  const FakeClock clock;
  SelfMetrics metrics(clock);
  PollUpdate update = UpdateOf("cm");
  update.requests = {{Endpoint::kRefresh, 200, 10ms},
                     {Endpoint::kRefresh, 200, 20ms},
                     {Endpoint::kRefresh, 404, 5ms},
                     {Endpoint::kRefresh, 0, 10s},
                     {Endpoint::kRefreshList, 200, 40s}};
  metrics.Count(update);
  const auto requests = [&](const std::string& endpoint, const std::string& code) {
    return Find(metrics, Metric::kApiRequestsTotal,
                {{"target", "cm"}, {"cloud", "dsm"}, {"endpoint", endpoint}, {"code", code}})
        .counter.value;
  };
  EXPECT_EQ(requests("refresh", "200"), 2);
  EXPECT_EQ(requests("refresh", "404"), 1);
  EXPECT_EQ(requests("refresh", "none"), 1);
  EXPECT_EQ(requests("refresh_list", "200"), 1);
  const auto refresh =
      Find(metrics, Metric::kApiRequestDuration, {{"endpoint", "refresh"}}).histogram;
  EXPECT_EQ(refresh.sample_count, 4U);
  EXPECT_DOUBLE_EQ(refresh.sample_sum, 10.035);
  EXPECT_EQ(refresh.bucket.front().cumulative_count, 1U) << "5 ms lie in the first bucket";
  const auto list =
      Find(metrics, Metric::kApiRequestDuration, {{"endpoint", "refresh_list"}}).histogram;
  EXPECT_EQ(list.bucket[list.bucket.size() - 2].cumulative_count, 0U);
  EXPECT_EQ(list.bucket.back().cumulative_count, 1U) << "40 s lie beyond the last bound";
}

TEST(SelfMetricsTest, CountsEachKindOfErrorUnderItsName) {
  const FakeClock clock;
  SelfMetrics metrics(clock);
  metrics.AddCollector("cm", Dsm());
  PollUpdate update = UpdateOf("cm");
  for (std::size_t kind = 0; kind < kErrorKindNames.size(); ++kind) {
    update.error_counts[kind] = static_cast<std::uint32_t>(kind + 1);
  }
  metrics.Count(update);
  metrics.Count(update);
  for (std::size_t kind = 0; kind < kErrorKindNames.size(); ++kind) {
    const std::string reason(kErrorKindNames[kind]);
    EXPECT_EQ(Find(metrics, Metric::kApiErrorsTotal, {{"reason", reason}}).counter.value,
              2 * static_cast<double>(kind + 1));
  }
}

TEST(SelfMetricsTest, CountsEachAnomalyOfASetOnce) {
  const FakeClock clock;
  SelfMetrics metrics(clock);
  metrics.AddCollector("cm", Dsm());
  AnomalySet anomalies;
  anomalies.Add(Anomaly::kIdMismatch);
  anomalies.Add(Anomaly::kChangedAfterFinish);
  metrics.Count("cm", Dsm(), anomalies);
  for (const std::string_view kind : kAnomalyNames) {
    const bool is_in_set = kind == "id_mismatch" || kind == "changed_after_finish";
    EXPECT_EQ(
        Find(metrics, Metric::kRefreshAnomaliesTotal, {{"kind", std::string(kind)}}).counter.value,
        is_in_set ? 1 : 0)
        << kind;
  }
}

TEST(SelfMetricsTest, TargetsAreCountedApart) {
  const FakeClock clock;
  SelfMetrics metrics(clock);
  metrics.AddCollector("a", Dsm());
  metrics.AddCollector("b", Dsm());
  PollUpdate update = UpdateOf("b");
  update.error_counts[0] = 1;
  metrics.Count(update);
  EXPECT_EQ(
      Find(metrics, Metric::kApiErrorsTotal, {{"target", "a"}, {"reason", "dns"}}).counter.value,
      0);
  EXPECT_EQ(
      Find(metrics, Metric::kApiErrorsTotal, {{"target", "b"}, {"reason", "dns"}}).counter.value,
      1);
}

TEST(SelfMetricsTest, LosesNoCountOfSeveralThreads) {
  const FakeClock clock;
  SelfMetrics metrics(clock);
  PollUpdate update = UpdateOf("cm");
  update.requests = {{Endpoint::kRefresh, 200, 1ms}};
  update.error_counts[0] = 1;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) metrics.Count(update);
      });
    }
    for (int i = 0; i < 20; ++i) static_cast<void>(metrics.Collect());
  }
  EXPECT_EQ(Find(metrics, Metric::kApiRequestsTotal, {}).counter.value, 400);
  EXPECT_EQ(Find(metrics, Metric::kApiErrorsTotal, {}).counter.value, 400);
}

}  // namespace
}  // namespace cckm
