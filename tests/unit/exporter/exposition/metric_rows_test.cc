// The rows that the metrics of the catalogue are made of: one for each, which writes what it
// counts.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collectors/base/clock.h"
#include "exporter/exposition/byte_buffer.h"
#include "exporter/exposition/collected_metrics.h"
#include "exporter/exposition/exporter_metrics.h"
#include "exporter/exposition/format_renderer.h"
#include "exporter/exposition/metric_row.h"
#include "exporter/exposition/process_metrics.h"
#include "exporter/exposition/series_budget.h"
#include "exporter/exposition/state_metrics.h"
#include "exporter/exposition/text_writer.h"
#include "tests/support/fakes/fake_clock.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

constexpr WallTime kTime = FakeClock::kStart;
constexpr std::size_t kBuckets = 2;

const BucketBounds& Bounds() {
  static const BucketBounds bounds{{1, 60}};
  return bounds;
}

std::size_t SeriesIn(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    if (!text.starts_with('#')) ++count;
    text.remove_prefix(text.find('\n') + 1);
  }
  return count;
}

void AddBareObjects(CollectorState& collector) {
  collector.refreshes.Add(RefreshState(LabelValue("bare")));
  collector.domains.Add(DomainState(LabelValue("bare"), Bounds()));
}

void AddFullObjects(CollectorState& collector) {
  RefreshState& refresh = collector.refreshes.Add(RefreshState(LabelValue("full")));
  refresh.created_at = kTime;
  refresh.completed_at = kTime;
  DomainState& domain = collector.domains.Add(DomainState(LabelValue("full"), Bounds()));
  domain.newest = &refresh;
  domain.history.newest_finished =
      NewestFinished{.order = {}, .completed_at = kTime, .duration = Nanoseconds(1)};
  domain.history.last_success_at = kTime;
  domain.history.first_seen_at = kTime;
  domain.expected = ExpectedInterval{.length = Nanoseconds(1)};
  domain.schedules = 1;
}

void AddSchedules(TargetState& target) {
  target.schedules.is_enabled = true;
  target.schedules.schedules.Add(ScheduleState(LabelValue("bare")));
  ScheduleState& schedule = target.schedules.schedules.Add(ScheduleState(LabelValue("full")));
  schedule.interval = Nanoseconds(1);
  schedule.run_created_at = kTime;
  schedule.next_run_at = kTime;
  schedule.last_due_at = kTime;
}

CollectorState& AddCollector(TargetState& target, std::string_view family) {
  return target.collectors.emplace_back(*FindFamily(family), Bounds());
}

// A target and collectors that have every value that may be missing, or none.
TargetState FullTarget(bool domain_histograms) {
  TargetState target;
  target.options.shown.max_series = 1'000'000;
  target.options.shown.domain_histograms = domain_histograms;
  target.observation.token.expires_at = kTime;
  target.observation.certificate_expires_at = kTime;
  target.observation.client_certificate_expires_at = kTime;
  target.observation.clock_skew = Nanoseconds(1);
  target.address_labels = {LabelValue("https://cm1"), LabelValue("https://cm2")};
  target.observation.addresses = {{.url = "https://cm1", .is_up = false},
                                  {.url = "https://cm2", .is_in_use = true}};
  CollectorState& collector = AddCollector(target, "dsm");
  collector.poll.polled_once = true;
  collector.poll.ended_at = kTime;
  collector.poll.succeeded_at = kTime;
  AddFullObjects(collector);
  AddSchedules(target);
  return target;
}

TargetState BareTarget() {
  TargetState target;
  target.options.shown.max_series = 1'000'000;
  CollectorState& collector = AddCollector(target, "dsm");
  collector.poll.is_absent = true;
  AddBareObjects(collector);
  return target;
}

TargetState MixedTarget() {
  TargetState target = FullTarget(true);
  AddBareObjects(target.collectors.front());
  CollectorState& second = AddCollector(target, "aws");
  second.poll.polled_once = true;
  AddFullObjects(second);
  AddBareObjects(second);
  return target;
}

const std::vector<TargetState>& Targets() {
  static const std::vector<TargetState> targets = [] {
    std::vector<TargetState> made;
    made.push_back(FullTarget(true));
    made.push_back(FullTarget(false));
    made.push_back(BareTarget());
    made.push_back(MixedTarget());
    return made;
  }();
  return targets;
}

SeriesBudget BudgetOf(const TargetState& target, std::size_t always_shown) {
  SeriesBudget budget;
  budget.Update(target, kBuckets, always_shown, SteadyTime());
  return budget;
}

// What the exposition shows of the metric.
std::size_t SeriesWritten(Metric metric, const TargetState& target) {
  const StateView state{.targets = {&target, 1}};
  const std::vector<SeriesBudget> budgets = {BudgetOf(target, 0)};
  const ExporterStatus status;
  const BuildInfo build_info;
  const ExporterFacts facts{.status = status, .build_info = build_info};
  FormatRenderer renderer(ExpositionFormat::kText, NativeHistograms::kNo);
  const std::string text = Body(renderer.Render({state, budgets, {}, facts})).Joined();
  const std::string header = "# TYPE " + std::string(Describe(metric).name) + " ";
  const std::size_t begin = text.find(header);
  if (begin == std::string::npos) return 0;
  return SeriesIn(std::string_view(text).substr(begin, text.find("# HELP", begin) - begin));
}

// Calls `look` with each of the target's objects of a kind.
template <typename Look>
void ForEach(const TargetState& target, const Look& look, const TargetState* /*kind*/) {
  look(target);
}
template <typename Look>
void ForEach(const TargetState& target, const Look& look, const CollectorState* /*kind*/) {
  for (const CollectorState& collector : target.collectors) look(collector);
}
template <typename Look>
void ForEach(const TargetState& target, const Look& look, const RefreshState* /*kind*/) {
  for (const CollectorState& collector : target.collectors) {
    for (const RefreshState& refresh : collector.refreshes) look(refresh);
  }
}
template <typename Look>
void ForEach(const TargetState& target, const Look& look, const DomainState* /*kind*/) {
  for (const CollectorState& collector : target.collectors) {
    for (const DomainState& domain : collector.domains) look(domain);
  }
}

template <typename Look>
void ForEach(const TargetState& target, const Look& look, const ScheduleState* /*kind*/) {
  for (const ScheduleState& schedule : target.schedules.schedules) look(schedule);
}

// Of every object of the target, what max_series counts of the metric.
template <typename Object>
std::vector<std::size_t> SeriesCounted(const MetricRow<Object>& row, const TargetState& target) {
  const SeriesScale scale{target.options, kBuckets};
  std::vector<std::size_t> counted;
  const auto count = [&](const Object& object) {
    counted.push_back(std::visit(
        [&]<typename Shape>(const Shape& shape) {
          if constexpr (kIsHistogram<Shape>) return shape.Count(scale);
          if constexpr (!kIsHistogram<Shape>) return shape.Count(object);
        },
        row.shape));
  };
  ForEach(target, count, static_cast<const Object*>(nullptr));
  return counted;
}

template <typename Object>
void ExpectWrittenAsCounted(const MetricTable<Object>& table) {
  for (const MetricRow<Object>& row : table.rows) {
    SCOPED_TRACE(Describe(row.metric).name);
    std::vector<std::size_t> of_objects;
    for (const TargetState& target : Targets()) {
      const std::vector<std::size_t> counted = SeriesCounted(row, target);
      std::size_t sum = 0;
      for (const std::size_t series : counted) sum += series;
      EXPECT_EQ(SeriesWritten(row.metric, target), sum);
      of_objects.insert(of_objects.end(), counted.begin(), counted.end());
    }
    const auto [fewest, most] = std::ranges::minmax(of_objects);
    EXPECT_GT(most, 0U);
    if (std::holds_alternative<AtMostOne<Object>>(row.shape)) {
      EXPECT_EQ(std::pair(fewest, most), std::pair(std::size_t{0}, std::size_t{1}))
          << "objects with and without the value";
    }
  }
}

TEST(MetricRowsTest, EveryRowWritesAsManySeriesAsMaxSeriesCountsOfIt) {
  ExpectWrittenAsCounted(DomainMetrics());
  ExpectWrittenAsCounted(RefreshMetrics());
  ExpectWrittenAsCounted(CollectorMetrics());
  ExpectWrittenAsCounted(TargetMetrics());
  ExpectWrittenAsCounted(ScheduleMetrics());
}

// Fewer series than a target has by one leave something out, as many leave nothing out.
TEST(MetricRowsTest, MaxSeriesIsReachedByWhatAllRowsWrite) {
  for (const TargetState& target : Targets()) {
    std::size_t written = 0;
    for (const auto& row : DomainMetrics().rows) written += SeriesWritten(row.metric, target);
    for (const auto& row : RefreshMetrics().rows) written += SeriesWritten(row.metric, target);
    for (const auto& row : ScheduleMetrics().rows) written += SeriesWritten(row.metric, target);
    const std::size_t others = target.options.shown.max_series - written;
    const auto dropped = [&](std::size_t always_shown) {
      return std::ranges::max(BudgetOf(target, always_shown).dropped().series);
    };
    EXPECT_EQ(dropped(others), 0U);
    EXPECT_GT(dropped(others + 1), 0U);
  }
}

TEST(MetricRowsTest, WhatIsNeverLeftOutIsCountedAsItIsWritten) {
  for (const TargetState& target : Targets()) {
    std::size_t written = 0;
    for (const auto& row : CollectorMetrics().rows) written += SeriesWritten(row.metric, target);
    for (const auto& row : TargetMetrics().rows) written += SeriesWritten(row.metric, target);
    EXPECT_EQ(AlwaysShownSeriesOf(target, kBuckets), written);
  }
}

// Every family of them has a series.
CollectedFamilies AllCollected() {
  const FakeClock clock;
  SelfMetrics self_metrics(clock);
  self_metrics.AddTarget("cm", true);
  self_metrics.AddCollector("cm", *FindFamily("dsm"));
  PollUpdate update = UpdateOf("cm", "dsm");
  update.requests.push_back({.endpoint = Endpoint::kRefresh, .status = 200});
  self_metrics.Count(update);
  return self_metrics.Collect();
}

TEST(MetricRowsTest, WhatThisProcessCountsItselfIsCountedAsItIsWritten) {
  const CollectedFamilies families = AllCollected();
  ByteBuffer body;
  TextWriter writer(body);
  for (const auto& family : families) {
    EXPECT_TRUE(RenderCollectedFamily(family.metric, families, writer));
  }
  EXPECT_EQ(SeriesByTarget(families).at("cm"), SeriesIn(body.view()));
}

template <typename Object>
std::ptrdiff_t RowsOf(const MetricTable<Object>& table, Metric metric) {
  return std::ranges::count(table.rows, metric, &MetricRow<Object>::metric);
}

TEST(MetricRowsTest, EveryMetricOfTheCatalogueIsRenderedByExactlyOneRow) {
  const CollectedFamilies collected = AllCollected();
  const ExporterStatus status;
  const BuildInfo build_info;
  const ExporterFacts facts{
      .status = status, .build_info = build_info, .process = ProcessMetrics().Read()};
  for (const MetricDescription& row : Catalogue()) {
    const Metric metric = row.metric;
    ByteBuffer body;
    TextWriter writer(body);
    const std::ptrdiff_t rows =
        RowsOf(DomainMetrics(), metric) + RowsOf(RefreshMetrics(), metric) +
        RowsOf(CollectorMetrics(), metric) + RowsOf(TargetMetrics(), metric) +
        RowsOf(ScheduleMetrics(), metric) +
        std::ranges::count(collected, metric, &SelfMetrics::CollectedFamily::metric) +
        (RenderExporterFamily(metric, facts, writer) ? 1 : 0);
    EXPECT_EQ(rows, 1) << row.name;
  }
}

// The labels of a metric are those of the objects that its row is for.
template <typename Object>
void ExpectLabels(const MetricTable<Object>& table, const std::vector<std::string_view>& labels) {
  for (const MetricRow<Object>& row : table.rows) {
    const MetricDescription& description = Describe(row.metric);
    EXPECT_TRUE(std::ranges::equal(std::span(description.labels).first(labels.size()), labels))
        << description.name;
  }
}

TEST(MetricRowsTest, TheLabelsOfAMetricBeginWithThoseOfItsObjects) {
  ExpectLabels(DomainMetrics(), {"target", "cloud", "domain_id"});
  ExpectLabels(RefreshMetrics(), {"target", "cloud", "refresh_id"});
  ExpectLabels(CollectorMetrics(), {"target", "cloud"});
  ExpectLabels(TargetMetrics(), {"target"});
  ExpectLabels(ScheduleMetrics(), {"target", "schedule_id"});
}

}  // namespace
}  // namespace cckm
