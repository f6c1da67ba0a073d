// The metrics of one refresh.

#include <array>

#include "exporter/exposition/state_metrics.h"

namespace cckm {
namespace {

std::size_t Status(const Scene& scene, const RefreshState& refresh) {
  return static_cast<std::size_t>(ShownStatus(refresh, scene.target.options, scene.state.now));
}

std::optional<double> CreatedAt(const RefreshState& refresh) {
  return UnixSecondsOf(refresh.created_at);
}

std::optional<double> CompletedAt(const RefreshState& refresh) {
  return UnixSecondsOf(refresh.completed_at);
}

void Domains(const Scene& scene, const RefreshState& refresh, std::span<double> numbers) {
  const bool is_stale = IsStale(refresh, scene.target.options, scene.state.now);
  const auto shown = [&](std::size_t status) {
    return is_stale ? static_cast<std::size_t>(DomainStatus::kUnknown) : status;
  };
  for (const NamedDomain& named : refresh.domains) {
    ++numbers[shown(static_cast<std::size_t>(named.status))];
  }
  if (!refresh.left_out) return;
  for (std::size_t status = 0; status < numbers.size(); ++status) {
    numbers[shown(status)] += refresh.left_out->counts[status];
  }
}

constexpr std::array kRows = std::to_array<MetricRow<RefreshState>>({
    {Metric::kRefreshStatus, States<RefreshState>{kRefreshStatusNames, Status}},
    {Metric::kRefreshCreatedTimestamp, AtMostOne<RefreshState>{CreatedAt}},
    {Metric::kRefreshCompletedTimestamp, AtMostOne<RefreshState>{CompletedAt}},
    {Metric::kRefreshDomains, OneEach<RefreshState>{kDomainStatusNames, Domains}},
});

}  // namespace

MetricTable<RefreshState> RefreshMetrics() { return TableOf<kRows, RefreshState>(); }

}  // namespace cckm
