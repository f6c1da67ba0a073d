#include "exporter/state/reduce_poll.h"

#include <tuple>
#include <utility>

namespace cckm {
namespace {

void ReduceEnd(const PollUpdate& update, std::uint64_t update_number, PollState& poll) {
  if (!update.errors.empty()) poll.error_so_far = update.errors.front();
  if (!update.ended) return;
  poll.last_error = std::exchange(poll.error_so_far, std::nullopt);
  if (!std::exchange(poll.polled_once, true)) poll.first_ended_in_update = update_number;
  poll.up = update.ended->up;
  poll.is_absent = update.ended->is_absent;
  poll.duration = update.ended->duration;
  poll.ended_at = update.ended->ended_at;
  if (poll.up) poll.succeeded_at = update.ended->ended_at;
  if (poll.is_absent) poll.succeeded_at.reset();
}

// Returns whether which domains are shown may change by it.
bool TakeListing(LabelledUpdate& labelled, CollectorState& collector) {
  const RefreshListing& listing = *labelled.update.listing;
  const auto bearing_on_domains = [&] {
    return std::tuple(collector.list_is_complete, collector.list_has_unreadable_entries,
                      collector.left_out_domains_are_all);
  };
  const auto before = bearing_on_domains();
  collector.list_is_complete = listing.is_complete;
  collector.list_is_truncated = listing.is_truncated;
  collector.list_has_unreadable_entries = listing.has_unreadable_entries;
  collector.left_out_domains_are_all = listing.left_out_domains_are_all;
  const auto left_out =
      std::exchange(collector.left_out_domains, std::move(labelled.left_out_domains));
  return before != bearing_on_domains() || left_out != collector.left_out_domains;
}

void ReduceLists(LabelledUpdate& labelled, StateReducer& reducer, CollectorState& collector) {
  const PollUpdate& update = labelled.update;
  Unwatch(collector, update.unwatched, false);
  Unwatch(collector, update.vanished, true);
  if (update.listing && TakeListing(labelled, collector)) reducer.NeedSweep();
  if (labelled.listing) reducer.ReduceDomainListing(std::move(*labelled.listing));
  if (!update.unwatched.empty() || !update.vanished.empty()) reducer.NeedSweep();
  if (update.ended) reducer.NeedSweepIfDue();
}

}  // namespace

LabelledUpdate::LabelledUpdate(const PollUpdate& told)
    : update(told), domains(LabelsOf(told.answers)) {
  if (told.domain_listing) listing = LabelledListingOf(*told.domain_listing);
  if (!told.listing) return;
  for (const std::string& id : told.listing->left_out_domains) {
    left_out_domains.emplace(LabelValue(id).text());
  }
}

std::vector<NewAnomalies> ReducePoll(LabelledUpdate& labelled, const UpdateMoment& moment,
                                     TargetState& target, CollectorState& collector) {
  const PollUpdate& update = labelled.update;
  target.observation = update.observation;
  StateReducer reducer = ReducerFor(target, collector, labelled.domains, moment);
  std::vector<NewAnomalies> anomalies;
  for (const std::string_view id : update.repeated) reducer.ReduceRepeated(id);
  for (const RefreshAnswer& answer : update.answers) {
    const AnomalySet found = reducer.Reduce(answer);
    if (!found.empty()) anomalies.push_back({answer.refresh.id, found});
  }
  ReduceLists(labelled, reducer, collector);
  reducer.Finish();
  ReduceEnd(update, moment.update_number, collector.poll);
  return anomalies;
}

void Unwatch(CollectorState& collector, const std::vector<std::string>& refresh_ids,
             bool vanished) {
  for (const std::string& id : refresh_ids) {
    const RefreshState* refresh = collector.refreshes.Find(LabelValue(id).text());
    if (refresh == nullptr) continue;
    RefreshState& changed = ChangeWithDomains(*refresh, collector);
    changed.is_watched = refresh->is_configured;
    changed.is_vanished = vanished && !refresh->is_configured;
  }
}

}  // namespace cckm
