// The part of state_reducer.h about answers that say what the answers before said.

#include <algorithm>

#include "exporter/state/state_reducer.h"

namespace cckm {

void StateReducer::ReduceRepeated(std::string_view refresh_id) {
  const RefreshState* state = collector_.refreshes.Find(refresh_id);
  const bool is_running = state != nullptr && state->was_seen && !state->is_final() &&
                          state->status == RefreshStatus::kInProgress;
  if (is_running) {
    WatchAgain(*state);
    NoteRepetition(*state);
  }
  if (!is_running || !IsWhole(*state)) collector_.wanted.emplace_back(refresh_id);
}

// What is shown of the refresh and its domains stays, unless it was unanswered or stale, or will be
// stale earlier.
void StateReducer::NoteRepetition(const RefreshState& state) {
  const bool was_unanswered = state.unanswered;
  const SteadyTime stale_at = StaleAt(state, setting_.options);
  NoteAnswer(collector_.refreshes.ChangeUnseen(state));
  const bool is_stale_earlier = StaleAt(state, setting_.options) < stale_at;
  if (was_unanswered || stale_at <= setting_.now || is_stale_earlier) {
    ChangeWithDomains(state, collector_);
  }
}

// Whether the same answer would change nothing now: domains that were left out may have room, those
// that were deleted may be there again.
bool StateReducer::IsWhole(const RefreshState& state) const {
  const bool may_have_room = collector_.named_domains < setting_.max_domains ||
                             state.described_in_update <= collector_.named_changed_in_update;
  if (state.owes_detail || (state.left_out && may_have_room)) return false;
  return std::ranges::none_of(state.domains,
                              [](const NamedDomain& named) { return named.domain == nullptr; });
}

}  // namespace cckm
