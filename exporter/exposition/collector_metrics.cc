// The metrics of one collector.

#include <algorithm>
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

double UnlistedDomains(const Scene& /*scene*/, const CollectorState& collector) {
  return static_cast<double>(CountUnlisted(collector));
}

double UnreadableIdFiles(const Scene& /*scene*/, const CollectorState& collector) {
  return static_cast<double>(collector.unreadable_id_files);
}

double UnansweredRefreshes(const Scene& /*scene*/, const CollectorState& collector) {
  return static_cast<double>(
      std::ranges::count(collector.refreshes, true, &RefreshState::unanswered));
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

double TrackedRefreshes(const Scene& /*scene*/, const CollectorState& collector) {
  return static_cast<double>(
      std::ranges::count(collector.refreshes, true, &RefreshState::is_watched));
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
