#include "exporter/exposition/series_budget.h"

#include <algorithm>
#include <vector>

namespace cckm {
namespace {

enum Reason : std::size_t { kDomainHistogram, kFinishedRefresh, kRefresh, kDomain };

std::size_t SeriesOf(const RefreshState& refresh) {
  return kRefreshStatusNames.size() + kDomainStatusNames.size() + (refresh.created_at ? 1U : 0U) +
         (refresh.completed_at ? 1U : 0U);
}

std::size_t SeriesOf(const DomainState& domain) {
  const bool started = domain.newest != nullptr && domain.newest->created_at.has_value();
  return kDomainShownNames.size() + kDomainResultNames.size() + kDomainEndNames.size() + 1U +
         (started ? 1U : 0U) + (domain.completed_at ? 1U : 0U) +
         (domain.last_success_at ? 1U : 0U) + (domain.last_duration ? 1U : 0U);
}

// What can be left out, in the order of need: the last goes first.
struct Candidates {
  std::vector<const RefreshState*> finished;  // newest first
  std::vector<const RefreshState*> unfinished;
  std::vector<const DomainState*> domains;
};

Candidates Collect(const TargetState& target) {
  Candidates all;
  for (const CollectorState& collector : target.collectors) {
    for (const RefreshState& refresh : collector.refreshes) {
      (refresh.settled ? all.finished : all.unfinished).push_back(&refresh);
    }
    for (const DomainState& domain : collector.domains) all.domains.push_back(&domain);
  }
  std::ranges::stable_sort(all.finished, [](const RefreshState* a, const RefreshState* b) {
    return a->created_at > b->created_at;
  });
  return all;
}

template <typename Object, typename Set, typename Size>
void LeaveOut(std::size_t& total, std::size_t most, const std::vector<const Object*>& objects,
              Set& hidden, std::size_t& dropped, const Size& size) {
  for (auto object = objects.rbegin(); object != objects.rend() && total > most; ++object) {
    const std::size_t series = size(**object);
    hidden.insert(*object);
    total -= series;
    dropped += series;
  }
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

}  // namespace

SeriesBudget::SeriesBudget(const TargetState& target, std::size_t buckets, std::size_t own_series) {
  const std::size_t histogram_series = target.options.domain_histograms ? buckets + 3 : 0;
  const std::size_t most = target.options.max_series;
  std::size_t total = own_series + SeriesOfAll(target, histogram_series);
  if (total <= most) return;
  const Candidates all = Collect(target);
  const auto size = [](const auto& object) { return SeriesOf(object); };
  const auto histogram_size = [&](const DomainState&) { return histogram_series; };
  LeaveOut(total, most, all.domains, without_histogram_, dropped_.series[kDomainHistogram],
           histogram_size);
  LeaveOut(total, most, all.finished, hidden_, dropped_.series[kFinishedRefresh], size);
  LeaveOut(total, most, all.unfinished, hidden_, dropped_.series[kRefresh], size);
  LeaveOut(total, most, all.domains, hidden_, dropped_.series[kDomain], size);
}

}  // namespace cckm
