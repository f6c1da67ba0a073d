#include "exporter/exposition/series_budget.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "exporter/exposition/metric_row.h"
#include "exporter/exposition/state_metrics.h"

namespace cckm {
namespace {

enum Reason : std::size_t { kDomainHistogram, kFinishedRefresh, kRefresh, kDomain, kSchedule };

// The series that are too many, and what has been dropped of them.
struct Excess {
  std::size_t series;
  DroppedSeries& dropped;

  void Drop(Reason reason, std::size_t count) {
    dropped.series[reason] += count;
    series -= std::min(series, count);
  }
};

// Leaves out objects, the last first, until nothing is too many.
template <typename Object, typename SeriesOfObject>
void LeaveOutFromTheEnd(const KeyedStore<Object>& objects, PositionSet& left_out, Reason reason,
                        Excess& excess, const SeriesOfObject& series_of) {
  auto object = std::make_reverse_iterator(objects.end());
  for (std::size_t position = objects.size(); position-- > 0; ++object) {
    if (excess.series == 0) return;
    const std::size_t series = series_of(*object);
    if (series == 0) continue;
    left_out.Insert(position);
    excess.Drop(reason, series);
  }
}

// Leaves out objects of all collectors, the last first, until nothing is too many.  `series_of` is
// 0 for an object that stays.
template <typename Object, typename SeriesOfObject>
void LeaveOutFromTheEnd(const TargetState& target, KeyedStore<Object> CollectorState::*store,
                        std::vector<LeftOut>& left_out, PositionSet LeftOut::*set, Reason reason,
                        Excess& excess, const SeriesOfObject& series_of) {
  for (std::size_t index = target.collectors.size(); index-- > 0;) {
    LeaveOutFromTheEnd(target.collectors[index].*store, left_out[index].*set, reason, excess,
                       series_of);
  }
}

// What the order of finished refreshes needs, side by side: there may be a hundred thousand.
struct FinishedEntry {
  std::optional<WallTime> created_at;
  std::size_t series;
  std::size_t collector;
  std::size_t position;
};

std::vector<FinishedEntry> FinishedOldestLast(const TargetState& target, const SeriesScale& scale) {
  const MetricTable<RefreshState> metrics = RefreshMetrics();
  std::vector<FinishedEntry> finished;
  for (std::size_t index = 0; index < target.collectors.size(); ++index) {
    const KeyedStore<RefreshState>& refreshes = target.collectors[index].refreshes;
    finished.reserve(finished.size() + refreshes.size());
    std::size_t position = 0;
    for (const RefreshState& refresh : refreshes) {
      if (refresh.is_final()) {
        finished.push_back({refresh.created_at, metrics.Count(refresh, scale), index, position});
      }
      ++position;
    }
  }
  std::ranges::stable_sort(finished, std::ranges::greater(), &FinishedEntry::created_at);
  return finished;
}

void LeaveOutFinished(const TargetState& target, const SeriesScale& scale,
                      std::vector<LeftOut>& left_out, Excess& excess) {
  if (excess.series == 0) return;
  const std::vector<FinishedEntry> finished = FinishedOldestLast(target, scale);
  for (auto entry = finished.rbegin(); entry != finished.rend() && excess.series > 0; ++entry) {
    left_out[entry->collector].refreshes.Insert(entry->position);
    excess.Drop(kFinishedRefresh, entry->series);
  }
}

}  // namespace

void SeriesBudget::Update(const TargetState& target, std::size_t buckets, std::size_t always_shown,
                          SteadyTime now) {
  const SeriesScale scale{target.options, buckets};
  const std::size_t total = always_shown + Count(target, scale, now);
  const std::size_t too_many = total - std::min(total, target.options.shown.max_series);
  // Schedules are few, and counted anew each time.
  const bool has_schedules = target.schedules.schedules.size() != 0;
  if (!counts_changed_ && too_many == too_many_ && !has_schedules) return;
  too_many_ = too_many;
  const std::vector<LeftOut> before =
      std::exchange(left_out_, std::vector<LeftOut>(target.collectors.size()));
  left_out_schedules_ = {};
  dropped_ = {};
  if (too_many != 0) {
    LeaveOut(target, scale, too_many);
    FindTails(target);
  }
  ChangeWhatIsLeftOut(before);
}

// Series of all objects.
std::size_t SeriesBudget::Count(const TargetState& target, const SeriesScale& scale,
                                SteadyTime now) {
  counts_changed_ = tallies_.size() != target.collectors.size();
  tallies_.resize(target.collectors.size());
  std::size_t total = 0;
  for (const ScheduleState& schedule : target.schedules.schedules) {
    total += ScheduleMetrics().count_others(schedule);
  }
  for (std::size_t index = 0; index < tallies_.size(); ++index) {
    const CollectorState& collector = target.collectors[index];
    CollectorTally& tally = tallies_[index];
    counts_changed_ |= tally.refreshes.Update(collector.refreshes, target.options, now);
    counts_changed_ |= tally.domains.Update(collector.domains, target.options, now);
    total += tally.refreshes.counts().series + tally.domains.counts().series;
    total += collector.refreshes.size() * RefreshMetrics().count_histograms(scale);
    total += collector.domains.size() * DomainMetrics().count_histograms(scale);
  }
  return total;
}

void SeriesBudget::FindTails(const TargetState& target) {
  left_out_schedules_.FindTail(target.schedules.schedules.size());
  for (std::size_t index = 0; index < left_out_.size(); ++index) {
    const CollectorState& collector = target.collectors[index];
    left_out_[index].refreshes.FindTail(collector.refreshes.size());
    left_out_[index].domains.FindTail(collector.domains.size());
    left_out_[index].histograms.FindTail(collector.domains.size());
  }
}

// Positions are those of the same objects as before only where none has gone.
void SeriesBudget::ChangeWhatIsLeftOut(const std::vector<LeftOut>& before) {
  const LeftOut nothing;
  for (std::size_t index = 0; index < left_out_.size(); ++index) {
    CollectorTally& tally = tallies_[index];
    const LeftOut& former = index < before.size() ? before[index] : nothing;
    const bool is_same = former == left_out_[index];
    if (is_same && (former == nothing || !(tally.refreshes.moved() || tally.domains.moved()))) {
      continue;
    }
    tally.refreshes.ChangeAll();
    tally.domains.ChangeAll();
  }
}

// Whoever leaves out a domain has left out all histograms before.
void SeriesBudget::LeaveOut(const TargetState& target, const SeriesScale& scale,
                            std::size_t too_many) {
  const MetricTable<RefreshState> of_refresh = RefreshMetrics();
  const MetricTable<DomainState> of_domain = DomainMetrics();
  const std::size_t histograms = of_domain.count_histograms(scale);
  Excess excess{too_many, dropped_};
  LeaveOutFromTheEnd(target, &CollectorState::domains, left_out_, &LeftOut::histograms,
                     kDomainHistogram, excess, [&](const DomainState&) { return histograms; });
  LeaveOutFinished(target, scale, left_out_, excess);
  LeaveOutFromTheEnd(target, &CollectorState::refreshes, left_out_, &LeftOut::refreshes, kRefresh,
                     excess, [&](const RefreshState& refresh) {
                       return refresh.is_final() ? 0 : of_refresh.Count(refresh, scale);
                     });
  const MetricTable<ScheduleState> of_schedule = ScheduleMetrics();
  LeaveOutFromTheEnd(
      target.schedules.schedules, left_out_schedules_, kSchedule, excess,
      [&](const ScheduleState& schedule) { return of_schedule.count_others(schedule); });
  LeaveOutFromTheEnd(target, &CollectorState::domains, left_out_, &LeftOut::domains, kDomain,
                     excess,
                     [&](const DomainState& domain) { return of_domain.count_others(domain); });
}

std::size_t AlwaysShownSeriesOf(const TargetState& target, std::size_t buckets) {
  const SeriesScale scale{target.options, buckets};
  const MetricTable<CollectorState> of_collector = CollectorMetrics();
  std::size_t count = TargetMetrics().Count(target, scale);
  for (const CollectorState& collector : target.collectors) {
    count += of_collector.Count(collector, scale);
  }
  return count;
}

}  // namespace cckm
