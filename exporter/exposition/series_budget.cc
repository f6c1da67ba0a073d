#include "exporter/exposition/series_budget.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <vector>

namespace cckm {
namespace {

enum Reason : std::size_t { kDomainHistogram, kFinishedRefresh, kRefresh, kDomain };

std::size_t SeriesOf(const RefreshState& refresh) {
  return kRefreshStatusNames.size() + kDomainStatusNames.size() + (refresh.created_at ? 1U : 0U) +
         (refresh.completed_at ? 1U : 0U);
}

std::size_t SeriesOf(const DomainState& domain) {
  constexpr std::size_t kAlways = 2;  // consecutive failures, information
  const bool started = domain.newest != nullptr && domain.newest->created_at.has_value();
  return kDomainShownNames.size() + kDomainResultNames.size() + kDomainEndNames.size() + kAlways +
         (started ? 1U : 0U) + (domain.history.first_seen_at ? 1U : 0U) +
         (domain.history.completed_at ? 1U : 0U) + (domain.history.last_success_at ? 1U : 0U) +
         (domain.history.last_duration ? 1U : 0U);
}

std::size_t SeriesOfAll(const TargetState& target, std::size_t histogram_series) {
  std::size_t total = 0;
  for (const CollectorState& collector : target.collectors) {
    for (const RefreshState& refresh : collector.refreshes) total += SeriesOf(refresh);
    for (const DomainState& domain : collector.domains)
      total += SeriesOf(domain) + histogram_series;
  }
  return total;
}

// The series that are too many, and what has been dropped of them.
struct Excess {
  std::size_t series;
  DroppedSeries& dropped;

  void Drop(Reason reason, std::size_t count) {
    dropped.series[reason] += count;
    series -= std::min(series, count);
  }
};

// Leaves out objects of all collectors, the last first, until nothing is too many.  `series_of` is
// 0 for an object that stays.
template <typename Object, typename SeriesOfObject>
void LeaveOutFromTheEnd(const TargetState& target, KeyedStore<Object> CollectorState::*store,
                        std::vector<LeftOut>& left_out, PositionSet LeftOut::*set, Reason reason,
                        Excess& excess, const SeriesOfObject& series_of) {
  for (std::size_t index = target.collectors.size(); index-- > 0;) {
    const KeyedStore<Object>& objects = target.collectors[index].*store;
    auto object = std::make_reverse_iterator(objects.end());
    for (std::size_t position = objects.size(); position-- > 0; ++object) {
      if (excess.series == 0) return;
      const std::size_t series = series_of(*object);
      if (series == 0) continue;
      (left_out[index].*set).Insert(position);
      excess.Drop(reason, series);
    }
  }
}

// What the order of finished refreshes needs, side by side: there may be a hundred thousand.
struct FinishedEntry {
  std::optional<WallTime> created_at;
  std::size_t series;
  std::size_t collector;
  std::size_t position;
};

std::vector<FinishedEntry> FinishedOldestLast(const TargetState& target) {
  std::vector<FinishedEntry> finished;
  for (std::size_t index = 0; index < target.collectors.size(); ++index) {
    const KeyedStore<RefreshState>& refreshes = target.collectors[index].refreshes;
    finished.reserve(finished.size() + refreshes.size());
    std::size_t position = 0;
    for (const RefreshState& refresh : refreshes) {
      if (refresh.is_final) {
        finished.push_back({refresh.created_at, SeriesOf(refresh), index, position});
      }
      ++position;
    }
  }
  std::ranges::stable_sort(finished, std::ranges::greater(), &FinishedEntry::created_at);
  return finished;
}

void LeaveOutFinished(const TargetState& target, std::vector<LeftOut>& left_out, Excess& excess) {
  if (excess.series == 0) return;
  const std::vector<FinishedEntry> finished = FinishedOldestLast(target);
  for (auto entry = finished.rbegin(); entry != finished.rend() && excess.series > 0; ++entry) {
    left_out[entry->collector].refreshes.Insert(entry->position);
    excess.Drop(kFinishedRefresh, entry->series);
  }
}

}  // namespace

SeriesBudget::SeriesBudget(const TargetState& target, std::size_t buckets, std::size_t own_series)
    : left_out_(target.collectors.size()) {
  const std::size_t histogram_series = target.options.domain_histograms ? buckets + 3 : 0;
  const std::size_t total = own_series + SeriesOfAll(target, histogram_series);
  if (total <= target.options.max_series) return;
  LeaveOut(target, total - target.options.max_series, histogram_series);
  for (std::size_t index = 0; index < left_out_.size(); ++index) {
    left_out_[index].refreshes.FindTail(target.collectors[index].refreshes.size());
    left_out_[index].domains.FindTail(target.collectors[index].domains.size());
  }
}

void SeriesBudget::LeaveOut(const TargetState& target, std::size_t series,
                            std::size_t histogram_series) {
  Excess excess{series, dropped_};
  LeaveOutFromTheEnd(target, &CollectorState::domains, left_out_, &LeftOut::histograms,
                     kDomainHistogram, excess,
                     [&](const DomainState&) { return histogram_series; });
  LeaveOutFinished(target, left_out_, excess);
  LeaveOutFromTheEnd(
      target, &CollectorState::refreshes, left_out_, &LeftOut::refreshes, kRefresh, excess,
      [](const RefreshState& refresh) { return refresh.is_final ? 0 : SeriesOf(refresh); });
  LeaveOutFromTheEnd(target, &CollectorState::domains, left_out_, &LeftOut::domains, kDomain,
                     excess, [](const DomainState& domain) { return SeriesOf(domain); });
}

}  // namespace cckm
