#include "exporter/state/update_moment.h"

#include "exporter/state/domain_gate.h"

namespace cckm {

StateReducer ReducerFor(const TargetState& target, CollectorState& collector,
                        const DomainLabels& labels, const UpdateMoment& moment) {
  return {collector,
          {.bounds = moment.bounds,
           .labels = labels,
           .update_number = moment.update_number,
           .now = moment.now,
           .wall_now = moment.wall_now,
           .max_domains = MostDomainsOf(target, collector),
           .options = target.options}};
}

}  // namespace cckm
