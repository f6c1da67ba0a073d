#include "exporter/history/duration_histogram.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace cckm {
namespace {

using namespace std::chrono_literals;

using Counts = std::vector<std::uint64_t>;

Counts CountsOf(const HistogramView& view) {
  return {view.cumulative.begin(), view.cumulative.end()};
}

TEST(BucketBoundsTest, AreWrittenAsFloatsAndEndWithInfinity) {
  const BucketBounds bounds({0.005, 0.1, 1, 2.5, 60, 86400, 1e15, 1e22});
  const std::vector<std::string> texts(bounds.texts().begin(), bounds.texts().end());
  EXPECT_EQ(texts, (std::vector<std::string>{"0.005", "0.1", "1.0", "2.5", "60.0", "86400.0",
                                             "1e+15", "1e+22", "+Inf"}));
  EXPECT_EQ(bounds.values().size(), 8U);
}

TEST(BucketBoundsTest, WithoutABoundThereIsStillInfinity) {
  const BucketBounds bounds({});
  ASSERT_EQ(bounds.texts().size(), 1U);
  EXPECT_EQ(bounds.texts()[0], "+Inf");
}

TEST(BucketBoundsTest, LeTextIsTheShortestThatReadsTheSame) {
  EXPECT_EQ(LeText(0), "0.0");
  EXPECT_EQ(LeText(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(LeText(std::numeric_limits<double>::infinity()), "+Inf");
}

TEST(DurationHistogramTest, IsAllZeroBeforeTheFirstObservation) {
  const BucketBounds bounds({1, 2});
  const DurationHistogram histogram(bounds);
  Counts scratch = {7, 7, 7, 7, 7, 7};
  const HistogramView view = histogram.View(scratch);
  EXPECT_EQ(CountsOf(view), (Counts{0, 0, 0}));
  EXPECT_EQ(view.le.size(), 3U);
  EXPECT_EQ(view.sum, 0);
}

TEST(DurationHistogramTest, ABoundBelongsToItsBucket) {
  struct Case {
    Nanoseconds duration;
    Counts cumulative;
  };
  const BucketBounds bounds({1, 2});
  for (const Case& row :
       {Case{0ns, {1, 1, 1}}, Case{1s, {1, 1, 1}}, Case{1s + 1ns, {0, 1, 1}}, Case{2s, {0, 1, 1}},
        Case{2s + 1ns, {0, 0, 1}}, Case{24h * 365, {0, 0, 1}}}) {
    DurationHistogram histogram(bounds);
    histogram.Observe(row.duration, {});
    Counts scratch;
    EXPECT_EQ(CountsOf(histogram.View(scratch)), row.cumulative) << row.duration.count();
  }
}

TEST(DurationHistogramTest, CountsAreCumulativeAndTheSumIsInSeconds) {
  const BucketBounds bounds({1, 2, 5});
  DurationHistogram histogram(bounds);
  for (const Nanoseconds duration : {500ms, 1500ms, 1500ms, 4000ms, 60000ms})
    histogram.Observe(duration, {});
  Counts scratch;
  const HistogramView view = histogram.View(scratch);
  EXPECT_EQ(CountsOf(view), (Counts{1, 3, 4, 5}));
  EXPECT_DOUBLE_EQ(view.sum, 67.5);
}

TEST(DurationHistogramTest, TheEmptyViewHidesWhatWasObserved) {
  const BucketBounds bounds({1});
  DurationHistogram histogram(bounds);
  histogram.Observe(1s, {});
  Counts scratch;
  const HistogramView view = histogram.EmptyView(scratch);
  EXPECT_EQ(CountsOf(view), (Counts{0, 0}));
  EXPECT_EQ(view.sum, 0);
}

TEST(DurationHistogramTest, HistogramsOfOneScratchDoNotMix) {
  const BucketBounds bounds({1});
  DurationHistogram one(bounds);
  DurationHistogram other(bounds);
  one.Observe(1s, {});
  Counts scratch;
  static_cast<void>(one.View(scratch));
  EXPECT_EQ(CountsOf(other.View(scratch)), (Counts{0, 0}));
}

TEST(DurationHistogramTest, WhatIsSavedAndRestoredIsShownAsBefore) {
  const BucketBounds bounds({1.0, 5.0});
  DurationHistogram saved(bounds);
  for (const int seconds : {1, 1, 3, 60}) saved.Observe(std::chrono::seconds(seconds), {});
  EXPECT_EQ(saved.Save().counts, (std::vector<std::uint64_t>{2, 1, 1}));
  EXPECT_EQ(saved.Save().sum_seconds, 65.0);

  DurationHistogram restored(bounds);
  restored.Restore(saved.Save());
  EXPECT_EQ(restored.Save(), saved.Save());
  restored.Observe(std::chrono::seconds(2), {});
  std::vector<std::uint64_t> scratch;
  EXPECT_EQ(restored.View(scratch).sum, 67.0);
  EXPECT_EQ(scratch, (std::vector<std::uint64_t>{2, 4, 5}));
}

TEST(DurationHistogramTest, NothingObservedIsSavedAsZeros) {
  const BucketBounds bounds({1.0});
  EXPECT_EQ(DurationHistogram(bounds).Save().counts, (std::vector<std::uint64_t>{0, 0}));
}

TEST(DurationHistogramTest, CountsSinceItsFirstObservation) {
  const BucketBounds bounds({1});
  DurationHistogram histogram(bounds);
  Counts scratch;
  EXPECT_EQ(histogram.View(scratch).created_at, std::nullopt);
  const WallTime first(1h);
  histogram.Observe(1s, {.counted_at = first});
  histogram.Observe(1s, {.counted_at = first + 1h});
  EXPECT_EQ(histogram.View(scratch).created_at, first);
}

TEST(DurationHistogramTest, EachBucketKeepsItsLatestExemplar) {
  const BucketBounds bounds({1, 60});
  DurationHistogram histogram(bounds);
  const auto observe = [&histogram](Nanoseconds duration, std::string_view id, Nanoseconds at) {
    histogram.Observe(duration, {.refresh_id = id, .finished_at = WallTime(at)});
  };
  observe(2h, "slow", 1h);
  observe(1s, "first", 1h);
  observe(500ms, "second", 2h);
  observe(700ms, "late news", 30min);
  Counts scratch;
  const HistogramView view = histogram.View(scratch);
  ASSERT_EQ(view.exemplars.size(), 2U);
  EXPECT_EQ(view.exemplars[0].bucket, 0U);
  EXPECT_EQ(view.exemplars[0].refresh_id.text(), "second");
  EXPECT_EQ(view.exemplars[0].value, 0.5);
  EXPECT_EQ(view.exemplars[0].at, WallTime(2h));
  EXPECT_EQ(view.exemplars[1].bucket, 2U) << "the one for +Inf";
  EXPECT_EQ(view.exemplars[1].refresh_id.text(), "slow");
  EXPECT_TRUE(histogram.EmptyView(scratch).exemplars.empty());
}

}  // namespace
}  // namespace cckm
