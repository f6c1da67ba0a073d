// The metrics of one collector.

#include <array>

#include "exporter/exposition/state_metrics.h"

namespace cckm {
namespace {

HistogramView Durations(const Scene& scene, const CollectorState& collector, std::size_t end) {
  return collector.durations[end].View(scene.scratch.counts);
}

std::optional<double> Up(const CollectorState& collector) {
  return collector.poll.is_absent ? std::nullopt : std::optional(collector.poll.up ? 1.0 : 0.0);
}

const CollectorTally& TallyOf(const Scene& scene, const CollectorState& collector) {
  const auto index = &collector - scene.target.collectors.data();
  return scene.budget.tallies()[static_cast<std::size_t>(index)];
}

double UnlistedDomains(const Scene& scene, const CollectorState& collector) {
  if (!collector.has_whole_domain_list) return 0;
  return static_cast<double>(TallyOf(scene, collector).domains.counts().unlisted);
}

double UnreadableIdFiles(const Scene& /*scene*/, const CollectorState& collector) {
  return static_cast<double>(collector.unreadable_id_files);
}

double UnansweredRefreshes(const Scene& scene, const CollectorState& collector) {
  return static_cast<double>(TallyOf(scene, collector).refreshes.counts().unanswered);
}

std::optional<double> PollDuration(const CollectorState& collector) {
  const PollState& poll = collector.poll;
  return poll.polled_once ? std::optional(ToSeconds(poll.duration)) : std::nullopt;
}

std::optional<double> LastPollAt(const CollectorState& collector) {
  return UnixSecondsOf(collector.poll.ended_at);
}

std::optional<double> LastSuccessAt(const CollectorState& collector) {
  return UnixSecondsOf(collector.poll.succeeded_at);
}

double TrackedRefreshes(const Scene& scene, const CollectorState& collector) {
  return static_cast<double>(TallyOf(scene, collector).refreshes.counts().watched);
}

double ListIsTruncated(const Scene& /*scene*/, const CollectorState& collector) {
  return collector.list_is_truncated ? 1 : 0;
}

double DroppedDomains(const Scene& /*scene*/, const CollectorState& collector) {
  return static_cast<double>(collector.dropped_domains);
}

constexpr std::array kRows = std::to_array<MetricRow<CollectorState>>({
    {Metric::kRefreshDuration, HistogramEach<CollectorState>{kRefreshEndNames, Durations}},
    {Metric::kUp, AtMostOne<CollectorState>{Up}},
    {Metric::kUnlistedDomains, One<CollectorState>{UnlistedDomains}},
    {Metric::kRefreshIdFilesUnreadable, One<CollectorState>{UnreadableIdFiles}},
    {Metric::kUnansweredRefreshes, One<CollectorState>{UnansweredRefreshes}},
    {Metric::kPollDuration, AtMostOne<CollectorState>{PollDuration}},
    {Metric::kLastPollTimestamp, AtMostOne<CollectorState>{LastPollAt}},
    {Metric::kLastSuccessfulPollTimestamp, AtMostOne<CollectorState>{LastSuccessAt}},
    {Metric::kTrackedRefreshes, One<CollectorState>{TrackedRefreshes}},
    {Metric::kDiscoveryTruncated, One<CollectorState>{ListIsTruncated}},
    {Metric::kDroppedDomains, One<CollectorState>{DroppedDomains}},
});

}  // namespace

MetricTable<CollectorState> CollectorMetrics() { return TableOf<kRows, CollectorState>(); }

}  // namespace cckm
