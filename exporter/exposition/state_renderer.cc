#include "exporter/exposition/state_renderer.h"

#include <algorithm>
#include <array>

namespace cckm {
namespace {

// Where a sample is made: the object's surroundings, and its position among its kind.
struct Place {
  const StateView& state;
  const TargetState& target;
  const SeriesBudget& budget;
  std::vector<std::uint64_t>& scratch;
  const LeftOut* left_out = nullptr;  // of the collector
  std::size_t position = 0;
};

template <typename Object>
using Render = void (*)(const Place&, const Object&, LabelViews, ExpositionWriter&);

template <typename Object>
struct Row {
  Metric metric;
  Render<Object> render;
};

void SampleIf(ExpositionWriter& writer, LabelViews labels, const std::optional<WallTime>& time) {
  if (time) writer.Sample(labels, ToUnixSeconds(*time));
}

// --- One domain: labels target, cloud, domain_id ---

bool ShowsCounts(const Place& place, const DomainState& domain) {
  return domain.first_update <= place.state.shown_updates;
}

void DomainStatusSet(const Place& place, const DomainState& domain, LabelViews labels,
                     ExpositionWriter& writer) {
  writer.StateSet(labels, kDomainShownNames,
                  ShownStatus(domain, place.target.options, place.state.now));
}

void DomainLastResult(const Place& /*place*/, const DomainState& domain, LabelViews labels,
                      ExpositionWriter& writer) {
  writer.StateSet(labels, kDomainResultNames, static_cast<std::size_t>(domain.history.last_result));
}

void DomainStarted(const Place& /*place*/, const DomainState& domain, LabelViews labels,
                   ExpositionWriter& writer) {
  if (domain.newest != nullptr) SampleIf(writer, labels, domain.newest->created_at);
}

void DomainCompleted(const Place& /*place*/, const DomainState& domain, LabelViews labels,
                     ExpositionWriter& writer) {
  SampleIf(writer, labels, domain.history.completed_at);
}

void DomainLastSuccess(const Place& /*place*/, const DomainState& domain, LabelViews labels,
                       ExpositionWriter& writer) {
  SampleIf(writer, labels, domain.history.last_success_at);
}

void DomainLastDuration(const Place& /*place*/, const DomainState& domain, LabelViews labels,
                        ExpositionWriter& writer) {
  if (domain.history.last_duration) writer.Sample(labels, ToSeconds(*domain.history.last_duration));
}

void DomainTotals(const Place& place, const DomainState& domain, LabelViews labels,
                  ExpositionWriter& writer) {
  std::array<double, kDomainEndNames.size()> totals{};
  if (ShowsCounts(place, domain)) std::ranges::copy(domain.history.totals, totals.begin());
  writer.Counters(labels, kDomainEndNames, totals, domain.history.first_seen_at);
}

void DomainConsecutiveFailures(const Place& /*place*/, const DomainState& domain, LabelViews labels,
                               ExpositionWriter& writer) {
  writer.Sample(labels, static_cast<double>(domain.history.failures.count()));
}

void DomainFirstSeen(const Place& /*place*/, const DomainState& domain, LabelViews labels,
                     ExpositionWriter& writer) {
  SampleIf(writer, labels, domain.history.first_seen_at);
}

void DomainDurations(const Place& place, const DomainState& domain, LabelViews labels,
                     ExpositionWriter& writer) {
  if (!place.target.options.domain_histograms) return;
  if (place.left_out->histograms.Has(place.position)) return;
  HistogramView view = ShowsCounts(place, domain)
                           ? domain.history.durations.View(place.scratch)
                           : domain.history.durations.EmptyView(place.scratch);
  view.exemplar_domain = domain.id;
  if (domain.history.first_seen_at) view.created_at = domain.history.first_seen_at;
  writer.Histogram(labels, view);
}

void DomainInfo(const Place& /*place*/, const DomainState& domain, LabelViews labels,
                ExpositionWriter& writer) {
  writer.Sample(
      std::array<LabelView, 5>{labels[0], labels[1], labels[2], domain.name, domain.connection}, 1);
}

constexpr std::array<Row<DomainState>, 11> kDomainFamilies = {{
    {Metric::kDomainRefreshStatus, DomainStatusSet},
    {Metric::kDomainRefreshLastResult, DomainLastResult},
    {Metric::kDomainRefreshStartedTimestamp, DomainStarted},
    {Metric::kDomainRefreshCompletedTimestamp, DomainCompleted},
    {Metric::kDomainRefreshLastSuccessTimestamp, DomainLastSuccess},
    {Metric::kDomainRefreshLastDuration, DomainLastDuration},
    {Metric::kDomainRefreshesTotal, DomainTotals},
    {Metric::kDomainRefreshConsecutiveFailures, DomainConsecutiveFailures},
    {Metric::kDomainFirstSeenTimestamp, DomainFirstSeen},
    {Metric::kDomainRefreshDuration, DomainDurations},
    {Metric::kDomainInfo, DomainInfo},
}};

// --- One refresh: labels target, cloud, refresh_id ---

void RefreshStatusSet(const Place& place, const RefreshState& refresh, LabelViews labels,
                      ExpositionWriter& writer) {
  const RefreshStatus status = ShownStatus(refresh, place.target.options, place.state.now);
  writer.StateSet(labels, kRefreshStatusNames, static_cast<std::size_t>(status));
}

void RefreshCreated(const Place& /*place*/, const RefreshState& refresh, LabelViews labels,
                    ExpositionWriter& writer) {
  SampleIf(writer, labels, refresh.created_at);
}

void RefreshCompleted(const Place& /*place*/, const RefreshState& refresh, LabelViews labels,
                      ExpositionWriter& writer) {
  SampleIf(writer, labels, refresh.completed_at);
}

void RefreshDomains(const Place& place, const RefreshState& refresh, LabelViews labels,
                    ExpositionWriter& writer) {
  const bool is_stale = IsStale(refresh, place.target.options, place.state.now);
  std::array<double, kDomainStatusNames.size()> counts{};
  const auto shown = [&](std::size_t status) {
    return is_stale ? static_cast<std::size_t>(DomainStatus::kUnknown) : status;
  };
  for (const NamedDomain& named : refresh.domains) {
    ++counts[shown(static_cast<std::size_t>(named.status))];
  }
  for (std::size_t status = 0; status < counts.size(); ++status) {
    counts[shown(status)] += refresh.left_out.counts[status];
  }
  writer.Samples(labels, kDomainStatusNames, counts);
}

constexpr std::array<Row<RefreshState>, 4> kRefreshFamilies = {{
    {Metric::kRefreshStatus, RefreshStatusSet},
    {Metric::kRefreshCreatedTimestamp, RefreshCreated},
    {Metric::kRefreshCompletedTimestamp, RefreshCompleted},
    {Metric::kRefreshDomains, RefreshDomains},
}};

// --- One collector: labels target, cloud ---

void CollectorDurations(const Place& place, const CollectorState& collector, LabelViews labels,
                        ExpositionWriter& writer) {
  for (std::size_t end = 0; end < kRefreshEndNames.size(); ++end) {
    writer.Histogram(std::array<LabelView, 3>{labels[0], labels[1], kRefreshEndNames[end]},
                     collector.durations[end].View(place.scratch));
  }
}

void CollectorUp(const Place& /*place*/, const CollectorState& collector, LabelViews labels,
                 ExpositionWriter& writer) {
  if (!collector.poll.is_absent) writer.Sample(labels, collector.poll.up ? 1 : 0);
}

void CollectorUnreadableIdFiles(const Place& /*place*/, const CollectorState& collector,
                                LabelViews labels, ExpositionWriter& writer) {
  writer.Sample(labels, static_cast<double>(collector.unreadable_id_files));
}

void CollectorUnanswered(const Place& /*place*/, const CollectorState& collector, LabelViews labels,
                         ExpositionWriter& writer) {
  const auto count = std::ranges::count_if(collector.refreshes,
                                           [](const RefreshState& r) { return r.unanswered; });
  writer.Sample(labels, static_cast<double>(count));
}

void CollectorPollDuration(const Place& /*place*/, const CollectorState& collector,
                           LabelViews labels, ExpositionWriter& writer) {
  if (collector.poll.polled_once) writer.Sample(labels, ToSeconds(collector.poll.duration));
}

void CollectorLastPoll(const Place& /*place*/, const CollectorState& collector, LabelViews labels,
                       ExpositionWriter& writer) {
  SampleIf(writer, labels, collector.poll.ended_at);
}

void CollectorLastSuccess(const Place& /*place*/, const CollectorState& collector,
                          LabelViews labels, ExpositionWriter& writer) {
  SampleIf(writer, labels, collector.poll.succeeded_at);
}

void CollectorTracked(const Place& /*place*/, const CollectorState& collector, LabelViews labels,
                      ExpositionWriter& writer) {
  const auto count = std::ranges::count(collector.refreshes, true, &RefreshState::is_watched);
  writer.Sample(labels, static_cast<double>(count));
}

void CollectorTruncated(const Place& /*place*/, const CollectorState& collector, LabelViews labels,
                        ExpositionWriter& writer) {
  writer.Sample(labels, collector.list_is_truncated ? 1 : 0);
}

void CollectorDroppedDomains(const Place& /*place*/, const CollectorState& collector,
                             LabelViews labels, ExpositionWriter& writer) {
  writer.Sample(labels, static_cast<double>(collector.dropped_domains));
}

void CollectorUnlistedDomains(const Place& /*place*/, const CollectorState& collector,
                              LabelViews labels, ExpositionWriter& writer) {
  writer.Sample(labels, static_cast<double>(CountUnlisted(collector)));
}

constexpr std::array<Row<CollectorState>, 11> kCollectorFamilies = {{
    {Metric::kRefreshDuration, CollectorDurations},
    {Metric::kUp, CollectorUp},
    {Metric::kUnlistedDomains, CollectorUnlistedDomains},
    {Metric::kRefreshIdFilesUnreadable, CollectorUnreadableIdFiles},
    {Metric::kUnansweredRefreshes, CollectorUnanswered},
    {Metric::kPollDuration, CollectorPollDuration},
    {Metric::kLastPollTimestamp, CollectorLastPoll},
    {Metric::kLastSuccessfulPollTimestamp, CollectorLastSuccess},
    {Metric::kTrackedRefreshes, CollectorTracked},
    {Metric::kDiscoveryTruncated, CollectorTruncated},
    {Metric::kDroppedDomains, CollectorDroppedDomains},
}};

// --- One target: label target ---

void TargetDropped(const Place& place, const TargetState& /*target*/, LabelViews labels,
                   ExpositionWriter& writer) {
  std::array<double, kDropReasonNames.size()> dropped{};
  std::ranges::copy(place.budget.dropped().series, dropped.begin());
  writer.Samples(labels, kDropReasonNames, dropped);
}

void TargetAuthenticated(const Place& place, const TargetState& target, LabelViews labels,
                         ExpositionWriter& writer) {
  const TokenState& token = target.observation.token;
  const bool has_expired = token.held_until && *token.held_until <= place.state.now;
  writer.Sample(labels, token.is_held && !has_expired ? 1 : 0);
}

void TargetTokenExpiry(const Place& /*place*/, const TargetState& target, LabelViews labels,
                       ExpositionWriter& writer) {
  SampleIf(writer, labels, target.observation.token.expires_at);
}

void TargetCertificateExpiry(const Place& /*place*/, const TargetState& target, LabelViews labels,
                             ExpositionWriter& writer) {
  SampleIf(writer, labels, target.observation.certificate_expires_at);
}

void TargetClientCertificateExpiry(const Place& /*place*/, const TargetState& target,
                                   LabelViews labels, ExpositionWriter& writer) {
  SampleIf(writer, labels, target.observation.client_certificate_expires_at);
}

void TargetTlsVerification(const Place& /*place*/, const TargetState& target, LabelViews labels,
                           ExpositionWriter& writer) {
  writer.Sample(labels, target.options.tls_verification ? 1 : 0);
}

void TargetClockSkew(const Place& /*place*/, const TargetState& target, LabelViews labels,
                     ExpositionWriter& writer) {
  const auto& clock_skew = target.observation.clock_skew;
  if (clock_skew) writer.Sample(labels, ToSeconds(*clock_skew));
}

constexpr std::array<Row<TargetState>, 7> kTargetFamilies = {{
    {Metric::kDroppedSeries, TargetDropped},
    {Metric::kAuthenticated, TargetAuthenticated},
    {Metric::kTokenExpiryTimestamp, TargetTokenExpiry},
    {Metric::kTlsCertificateExpiryTimestamp, TargetCertificateExpiry},
    {Metric::kTlsClientCertificateExpiryTimestamp, TargetClientCertificateExpiry},
    {Metric::kTlsVerificationEnabled, TargetTlsVerification},
    {Metric::kClockSkew, TargetClockSkew},
}};

template <typename Object, std::size_t kSize>
Render<Object> FindRow(const std::array<Row<Object>, kSize>& rows, Metric metric) {
  const auto* row = std::ranges::find(rows, metric, &Row<Object>::metric);
  return row == rows.end() ? nullptr : row->render;
}

// Renders those of the collector's objects that the budget shows.
template <typename Object>
void RenderObjects(Render<Object> render, const KeyedStore<Object>& objects,
                   const PositionSet& left_out, Place place, const CollectorState& collector,
                   ExpositionWriter& writer) {
  for (const Object& object : objects) {
    if (left_out.HasAllFrom(place.position)) return;
    if (!left_out.Has(place.position)) {
      render(place, object,
             std::array<LabelView, 3>{place.target.label, collector.family->name, object.id},
             writer);
    }
    ++place.position;
  }
}

void RenderCollector(Metric metric, const Place& place, const CollectorState& collector,
                     ExpositionWriter& writer) {
  if (const auto render = FindRow(kDomainFamilies, metric)) {
    RenderObjects(render, collector.domains, place.left_out->domains, place, collector, writer);
  } else if (const auto render_refresh = FindRow(kRefreshFamilies, metric)) {
    RenderObjects(render_refresh, collector.refreshes, place.left_out->refreshes, place, collector,
                  writer);
  } else if (const auto render_collector = FindRow(kCollectorFamilies, metric)) {
    render_collector(place, collector,
                     std::array<LabelView, 2>{place.target.label, collector.family->name}, writer);
  }
}

bool IsOfState(Metric metric) {
  return FindRow(kDomainFamilies, metric) != nullptr ||
         FindRow(kRefreshFamilies, metric) != nullptr ||
         FindRow(kCollectorFamilies, metric) != nullptr ||
         FindRow(kTargetFamilies, metric) != nullptr;
}

}  // namespace

bool RenderStateFamily(Metric metric, const StateView& state, const SeriesBudgets& budgets,
                       ExpositionWriter& writer) {
  if (!IsOfState(metric)) return false;
  writer.BeginFamily(Describe(metric));
  std::vector<std::uint64_t> scratch;
  for (std::size_t i = 0; i < state.targets.size(); ++i) {
    const TargetState& target = state.targets[i];
    Place place{state, target, budgets[i], scratch};
    if (const auto render = FindRow(kTargetFamilies, metric)) {
      render(place, target, std::array<LabelView, 1>{target.label}, writer);
      continue;
    }
    for (std::size_t index = 0; index < target.collectors.size(); ++index) {
      place.left_out = &place.budget.left_out()[index];
      RenderCollector(metric, place, target.collectors[index], writer);
    }
  }
  return true;
}

std::size_t FixedSeriesOf(const TargetState& target, std::size_t buckets) {
  // up, unlisted, unreadable, unanswered, tracked, truncated, dropped
  constexpr std::size_t kAlwaysOfCollector = 7;
  constexpr std::size_t kAlwaysOfTarget = 2;  // authenticated, TLS verification
  const std::size_t histograms = kRefreshEndNames.size() * (buckets + 3);
  const TargetObservation& observation = target.observation;
  std::size_t count =
      kAlwaysOfTarget + kDropReasonNames.size() + (observation.clock_skew ? 1U : 0U) +
      (observation.token.expires_at ? 1U : 0U) + (observation.certificate_expires_at ? 1U : 0U) +
      (observation.client_certificate_expires_at ? 1U : 0U);
  for (const CollectorState& collector : target.collectors) {
    count += kAlwaysOfCollector - (collector.poll.is_absent ? 1U : 0U) + histograms +
             (collector.poll.polled_once ? 2U : 0U) + (collector.poll.succeeded_at ? 1U : 0U);
  }
  return count;
}

}  // namespace cckm
