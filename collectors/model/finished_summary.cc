#include "collectors/model/finished_summary.h"

#include <cstddef>

namespace cckm {

FinishedSummary SummaryOf(const Refresh& refresh, const DomainCounts& left_out) {
  FinishedSummary summary{.created_at = refresh.created_at,
                          .completed_at = refresh.completed_at,
                          .domains = left_out,
                          .status = refresh.status};
  for (const DomainRefresh& domain : refresh.domains) {
    ++summary.domains[static_cast<std::size_t>(domain.status)];
  }
  return summary;
}

bool Contradicts(FinishedSummary told, const FinishedSummary& held) {
  if (!told.created_at || !held.created_at) told.created_at = held.created_at;
  if (!told.completed_at || !held.completed_at) told.completed_at = held.completed_at;
  return told != held;
}

}  // namespace cckm
