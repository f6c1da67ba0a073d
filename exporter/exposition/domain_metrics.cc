// The metrics of one domain.

#include <algorithm>
#include <array>

#include "exporter/exposition/state_metrics.h"

namespace cckm {
namespace {

// Counters are at 0 until one exposition has shown them so.
bool ShowsCounts(const Scene& scene, const DomainState& domain) {
  return domain.first_update <= scene.state.shown_updates;
}

std::size_t Status(const Scene& scene, const DomainState& domain) {
  return ShownStatus(domain, scene.target.options, scene.state.now);
}

std::size_t LastResult(const Scene& /*scene*/, const DomainState& domain) {
  return static_cast<std::size_t>(domain.history.last_result);
}

std::optional<double> StartedAt(const DomainState& domain) {
  return domain.newest == nullptr ? std::nullopt : UnixSecondsOf(domain.newest->created_at);
}

std::optional<double> CompletedAt(const DomainState& domain) {
  return UnixSecondsOf(domain.history.completed_at());
}

std::optional<double> LastSuccessAt(const DomainState& domain) {
  return UnixSecondsOf(domain.history.last_success_at);
}

std::optional<double> LastDuration(const DomainState& domain) {
  const auto duration = domain.history.last_duration();
  return duration ? std::optional(ToSeconds(*duration)) : std::nullopt;
}

void Totals(const Scene& scene, const DomainState& domain, std::span<double> numbers) {
  if (ShowsCounts(scene, domain)) std::ranges::copy(domain.history.totals, numbers.begin());
}

std::optional<WallTime> CreatedAt(const DomainState& domain) {
  return domain.history.first_seen_at;
}

double ConsecutiveFailures(const Scene& /*scene*/, const DomainState& domain) {
  return static_cast<double>(domain.history.failures.count());
}

std::optional<double> FirstSeenAt(const DomainState& domain) {
  return UnixSecondsOf(domain.history.first_seen_at);
}

HistogramView Durations(const Scene& scene, const DomainState& domain) {
  const DurationHistogram& durations = domain.history.durations;
  HistogramView view = ShowsCounts(scene, domain) ? durations.View(scene.scratch.counts)
                                                  : durations.EmptyView(scene.scratch.counts);
  view.exemplar_domain = domain.id;
  if (domain.history.first_seen_at) view.created_at = domain.history.first_seen_at;
  return view;
}

std::array<LabelView, 2> Names(const DomainState& domain) {
  return {domain.name, domain.connection};
}

std::optional<double> ExpectedInterval(const DomainState& domain) {
  return domain.expected ? std::optional(ToSeconds(domain.expected->length)) : std::nullopt;
}

LabelView ExpectedSeverity(const DomainState& domain) { return SeverityOf(*domain.expected); }

std::optional<double> Schedules(const DomainState& domain) {
  return domain.schedules ? std::optional(static_cast<double>(*domain.schedules)) : std::nullopt;
}

constexpr std::array kRows = std::to_array<MetricRow<DomainState>>({
    {Metric::kDomainRefreshStatus, States<DomainState>{kDomainShownNames, Status}},
    {Metric::kDomainRefreshLastResult, States<DomainState>{kDomainResultNames, LastResult}},
    {Metric::kDomainRefreshStartedTimestamp, AtMostOne<DomainState>{StartedAt}},
    {Metric::kDomainRefreshCompletedTimestamp, AtMostOne<DomainState>{CompletedAt}},
    {Metric::kDomainRefreshLastSuccessTimestamp, AtMostOne<DomainState>{LastSuccessAt}},
    {Metric::kDomainRefreshLastDuration, AtMostOne<DomainState>{LastDuration}},
    {Metric::kDomainRefreshesTotal, CounterEach<DomainState>{kDomainEndNames, Totals, CreatedAt}},
    {Metric::kDomainRefreshConsecutiveFailures, One<DomainState>{ConsecutiveFailures}},
    {Metric::kDomainFirstSeenTimestamp, AtMostOne<DomainState>{FirstSeenAt}},
    {Metric::kDomainRefreshDuration,
     OptionalHistogram<DomainState>{&ShownSettings::domain_histograms, Durations}},
    {Metric::kDomainInfo, Info<DomainState>{Names}},
    {Metric::kDomainExpectedInterval,
     AtMostOneLabelled<DomainState>{ExpectedInterval, ExpectedSeverity}},
    {Metric::kDomainSchedules, AtMostOne<DomainState>{Schedules}},
});

}  // namespace

MetricTable<DomainState> DomainMetrics() { return TableOf<kRows, DomainState>(); }

}  // namespace cckm
