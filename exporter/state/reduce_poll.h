// Reduces what a poll told into the state of its collector.
//
// Thread-safety: none; called by StateStore, where it says so under its lock.

#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collectors/poll/poll_update.h"
#include "exporter/state/state.h"
#include "exporter/state/state_reducer.h"
#include "exporter/state/update_moment.h"

namespace cckm {

// Anomalies of a refresh that were not counted before.
struct NewAnomalies {
  std::string refresh_id;
  AnomalySet kinds;
};

// What an update says, with labels in the place of texts: made before anybody has to wait.
struct LabelledUpdate {
  explicit LabelledUpdate(const PollUpdate& told);

  const PollUpdate& update;  // outlives this
  DomainLabels domains;
  std::optional<LabelledListing> listing;
  std::set<std::string, std::less<>> left_out_domains;
};

// Takes the update with its listings, which it moves, and returns the anomalies found in it.
std::vector<NewAnomalies> ReducePoll(LabelledUpdate& labelled, const UpdateMoment& moment,
                                     TargetState& target, CollectorState& collector);

// Those are shown as last known from now on: a while longer if they `vanished` from the list.
void Unwatch(CollectorState& collector, const std::vector<std::string>& refresh_ids, bool vanished);

}  // namespace cckm
