#include "exporter/exposition/store_tally.h"

#include "exporter/exposition/state_metrics.h"

namespace cckm {

ObjectCounts& ObjectCounts::operator+=(const ObjectCounts& more) {
  series += more.series;
  unanswered += more.unanswered;
  watched += more.watched;
  unlisted += more.unlisted;
  return *this;
}

ObjectCounts& ObjectCounts::operator-=(const ObjectCounts& less) {
  series -= less.series;
  unanswered -= less.unanswered;
  watched -= less.watched;
  unlisted -= less.unlisted;
  return *this;
}

ObjectCounts CountsOf(const RefreshState& refresh) {
  return {.series = RefreshMetrics().count_others(refresh),
          .unanswered = refresh.unanswered ? 1U : 0U,
          .watched = refresh.is_watched ? 1U : 0U};
}

ObjectCounts CountsOf(const DomainState& domain) {
  return {.series = DomainMetrics().count_others(domain), .unlisted = domain.is_listed ? 0U : 1U};
}

SteadyTime TurnsAt(const RefreshState& refresh, const TargetOptions& options) {
  return StaleAt(refresh, options);
}

SteadyTime TurnsAt(const DomainState& domain, const TargetOptions& options) {
  return domain.newest == nullptr ? SteadyTime::max() : StaleAt(*domain.newest, options);
}

}  // namespace cckm
