#include "exporter/state/state_reducer.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "exporter/state/domain_gate.h"

namespace cckm {
namespace {

// Keeps what the domain's newest refresh says of it, and no memory for one that completed.
void KeepDetail(DomainState& domain, const DomainRefresh& named) {
  if (named.status != DomainStatus::kCompleted) {
    domain.detail = named.detail;
    return;
  }
  domain.detail.clear();
  domain.detail.shrink_to_fit();
}

// Nothing is new of a domain that is known, and was listed if it is now.
bool IsMet(const DomainHistory& history, bool is_listed) {
  return history.first_seen_at && (history.was_listed || !is_listed);
}

FinishedSummary SummaryOf(const RefreshAnswer& answer) {
  return cckm::SummaryOf(answer.refresh, answer.left_out.counts);
}

template <typename Map>
typename Map::node_type Extract(Map& map, std::string_view key) {
  const auto found = map.find(key);
  return found == map.end() ? typename Map::node_type() : map.extract(found);
}

// A time that is taken for none now was told before, whatever stands in for it.
bool ChangedAfterFinish(const RefreshState& state, const RefreshAnswer& answer) {
  if (!state.finished) return false;
  FinishedSummary told = SummaryOf(answer);
  if (answer.refresh.anomalies.Has(Anomaly::kBadTimestamp)) {
    told.created_at.reset();
    told.completed_at.reset();
  }
  return !answer.is_final || Contradicts(told, *state.finished);
}

}  // namespace

DomainLabels LabelsOf(const std::vector<RefreshAnswer>& answers) {
  DomainLabels labels;
  for (const RefreshAnswer& answer : answers) {
    for (const DomainRefresh& named : answer.refresh.domains) {
      if (!LabelValue::IsItself(named.domain_id))
        labels.try_emplace(named.domain_id, named.domain_id);
    }
  }
  return labels;
}

AnomalySet StateReducer::Reduce(const RefreshAnswer& answer) {
  const RefreshState* state = collector_.refreshes.Find(answer.refresh.id);
  if (state == nullptr) {
    // One that is shown no longer may still be looked at.
    if (answer.kind != RefreshAnswer::Kind::kRefresh) return ReduceUnwatched(answer.refresh);
    state = &collector_.refreshes.Add(RefreshState(LabelValue(answer.refresh.id)));
  }
  WatchAgain(*state);
  AnomalySet anomalies = answer.refresh.anomalies;
  if (answer.kind == RefreshAnswer::Kind::kNoUsableAnswer) {
    SetUnanswered(*state, !state->is_final());
  } else if (answer.kind == RefreshAnswer::Kind::kBehind) {
    SetUnanswered(*state, false);  // and what is known grows old all the same
  } else {
    ReduceUsable(ChangeWithDomains(*state, collector_), answer, anomalies);
  }
  anomalies.Remove(state->counted_anomalies);
  collector_.refreshes.ChangeUnseen(*state).counted_anomalies.Add(anomalies);
  return anomalies;
}

// Whoever is neither configured nor discovered was on the wire when it left.
void StateReducer::WatchAgain(const RefreshState& state) {
  const bool is_watched = state.is_configured || collector_.discovers;
  if (state.is_watched == is_watched && !state.is_vanished) return;
  RefreshState& changed = ChangeWithDomains(state, collector_);
  changed.is_watched = is_watched;
  changed.is_vanished = false;
}

void StateReducer::SetUnanswered(const RefreshState& state, bool unanswered) {
  if (state.unanswered != unanswered) collector_.refreshes.Change(state).unanswered = unanswered;
}

void StateReducer::NoteAnswer(RefreshState& state) const {
  const bool is_next_in_turn = state.was_seen && !state.unanswered && !state.is_final();
  state.answer_gap = is_next_in_turn ? setting_.now - state.answered_at : Nanoseconds::zero();
  state.unanswered = false;
  state.answered_at = setting_.now;
}

void StateReducer::ReduceUsable(RefreshState& state, const RefreshAnswer& answer,
                                AnomalySet& anomalies) {
  NoteAnswer(state);
  if (answer.kind == RefreshAnswer::Kind::kNotFound) {
    state.status = RefreshStatus::kNotFound;
    state.unknown_status.reset();
  } else {
    ReduceRefresh(state, answer, anomalies);
  }
}

AnomalySet StateReducer::ReduceUnwatched(const Refresh& refresh) {
  AnomalySet anomalies = refresh.anomalies;
  auto& counted = collector_.unwatched_anomalies.counted;
  if (anomalies.empty()) return {};
  if (counted.size() >= UnwatchedAnomalies::kMaxRefreshes && !counted.contains(refresh.id))
    return {};
  AnomalySet& before = counted[refresh.id];
  anomalies.Remove(before);
  before.Add(anomalies);
  return anomalies;
}

void StateReducer::ReduceRefresh(RefreshState& state, const RefreshAnswer& answer,
                                 AnomalySet& anomalies) {
  const Refresh& refresh = answer.refresh;
  if (ChangedAfterFinish(state, answer)) anomalies.Add(Anomaly::kChangedAfterFinish);
  const bool is_first_answer = !std::exchange(state.was_seen, true);
  state.described_in_update = setting_.update_number;
  state.owes_detail = false;
  if (is_first_answer) state.was_finished_when_first_seen = IsFinished(refresh.status);
  state.status = refresh.status;
  state.unknown_status.reset();
  if (!refresh.unknown_status.empty()) state.unknown_status = refresh.unknown_status;
  state.finished.reset();
  if (answer.is_final) state.finished = SummaryOf(answer);
  if (refresh.created_at < state.created_at) newest_may_have_changed_ = true;
  state.created_at = refresh.created_at;
  state.completed_at = refresh.completed_at;
  if (refresh.units != 0) state.units = refresh.units;
  ReduceLeftOut(state, answer.left_out);
  RenewDomains(state, refresh, is_first_answer);
  if (Leaves(state)) is_sweep_needed_ = true;
  if (!answer.is_final) return;
  TakeFinished(refresh, CountedAt(answer), collector_.durations,
               [&](std::size_t position) -> DomainHistory& {
                 const DomainState* domain = state.domains[position].domain;
                 return domain != nullptr ? collector_.domains.Change(*domain).history
                                          : HistoryOf(refresh.domains[position].domain_id);
               });
}

void StateReducer::ReduceLeftOut(RefreshState& state, const LeftOutDomains& left_out) {
  const bool is_some = left_out.counts != DomainCounts{};
  if (!is_some && !state.left_out) return;
  state.left_out.reset();
  if (is_some) state.left_out = left_out;
  ++collector_.left_out_changes;
}

void StateReducer::TakeStored(const RefreshAnswer& answer) {
  const Refresh& refresh = answer.refresh;
  TakeFinished(refresh, CountedAt(answer), collector_.durations,
               [&](std::size_t position) -> DomainHistory& {
                 return HistoryOf(refresh.domains[position].domain_id);
               });
}

std::optional<WallTime> StateReducer::CountedAt(const RefreshAnswer& answer) const {
  return answer.is_counted_now ? std::optional(setting_.wall_now) : std::nullopt;
}

void StateReducer::RestoreExemplar(const Refresh& refresh) {
  cckm::RestoreExemplar(refresh, collector_.durations);
  for (const DomainRefresh& named : refresh.domains) {
    cckm::RestoreExemplar(refresh, named.status, HistoryOf(named.domain_id));
  }
}

// A domain that is shown no longer is counted where its history rests.
DomainHistory& StateReducer::HistoryOf(std::string_view raw_id, bool is_listed) {
  const LabelValue id = LabelOf(raw_id);
  const DomainState* domain = collector_.domains.Find(id.text());
  DomainHistory& history =
      domain != nullptr ? collector_.domains.Change(*domain).history : HiddenHistoryOf(id.text());
  Meet(raw_id, history, is_listed);
  return history;
}

// Notes since when a domain is known and whether it was listed, and what of that is new.
void StateReducer::Meet(std::string_view raw_id, DomainHistory& history, bool is_listed) {
  if (IsMet(history, is_listed)) return;
  if (!history.first_seen_at) history.first_seen_at = setting_.wall_now;
  history.was_listed = history.was_listed || is_listed;
  collector_.met.push_back({.domain_id = std::string(raw_id),
                            .first_seen_at = *history.first_seen_at,
                            .was_listed = history.was_listed});
}

void StateReducer::MeetShown(std::string_view raw_id, const DomainState& domain, bool is_listed) {
  if (!IsMet(domain.history, is_listed)) {
    Meet(raw_id, collector_.domains.Change(domain).history, is_listed);
  }
}

LabelValue StateReducer::LabelOf(std::string_view raw_id) const {
  const auto made = setting_.labels.find(raw_id);
  return made == setting_.labels.end() ? LabelValue(raw_id) : made->second;
}

void StateReducer::Name(const DomainState& domain) {
  if (collector_.domains.ChangeUnseen(domain).named_by++ != 0) return;
  ++collector_.named_domains;
  collector_.named_changed_in_update = setting_.update_number;
}

void StateReducer::Unname(const DomainState& domain) {
  if (--collector_.domains.ChangeUnseen(domain).named_by != 0) return;
  --collector_.named_domains;
  collector_.named_changed_in_update = setting_.update_number;
}

void StateReducer::RenewDomains(RefreshState& state, const Refresh& refresh, bool is_first_answer) {
  const RefreshState::Domains before(state.domains);
  state.domains.clear();
  state.domains.reserve(refresh.domains.size());
  for (const DomainRefresh& named : refresh.domains) {
    // Most answers name the same domains in the same order as the one before.
    const std::size_t position = state.domains.size();
    const DomainState* expected = position < before.size() ? before[position].domain : nullptr;
    const DomainState* domain = FindOrAddDomain(named.domain_id, expected, state, is_first_answer);
    state.domains.push_back({domain, named.status});
    if (domain == nullptr) continue;
    Name(*domain);
    ConsiderNewest(*domain, state, named.status);
    if (domain->newest == &state) KeepDetail(collector_.domains.ChangeUnseen(*domain), named);
  }
  ReleaseDomains(state, before);
}

// Takes back that `state` names the domains it named before its current ones.
void StateReducer::ReleaseDomains(const RefreshState& state, const RefreshState::Domains& before) {
  for (const NamedDomain& named : before) {
    if (named.domain != nullptr) Unname(*named.domain);
  }
  if (std::ranges::equal(before, state.domains, {}, &NamedDomain::domain, &NamedDomain::domain))
    return;
  std::set<const DomainState*> current;
  for (const NamedDomain& named : state.domains) current.insert(named.domain);
  for (const NamedDomain& named : before) {
    if (named.domain == nullptr || current.contains(named.domain)) continue;
    LoseNewest(*named.domain, state);
    newest_may_have_changed_ = true;
  }
}

// `expected`, which may be null, is where to look first.  Null for a domain that exists no more,
// unless a refresh that was not known before names it.
const DomainState* StateReducer::FindOrAddDomain(std::string_view raw_id,
                                                 const DomainState* expected,
                                                 const RefreshState& named_by,
                                                 bool is_first_answer) {
  const bool is_expected = expected != nullptr && expected->id.text() == raw_id;
  if (is_expected && LabelValue::IsItself(raw_id)) return expected;
  LabelValue id = LabelOf(raw_id);
  if (const DomainState* domain = collector_.domains.Find(id.text())) return domain;
  if (StaysAway(id.text(), named_by, is_first_answer)) return nullptr;
  DomainState& added =
      AddDomain(std::move(id), named_by.was_finished_when_first_seen ? 0 : setting_.update_number);
  Meet(raw_id, added.history, false);
  return &added;
}

DomainState& StateReducer::AddDomain(LabelValue id, std::uint64_t first_update) {
  DomainState& domain = collector_.domains.Add(DomainState(std::move(id), setting_.bounds));
  domain.first_update = first_update;
  if (auto hidden = Extract(collector_.hidden_histories, domain.id.text())) {
    domain.history = std::move(hidden.mapped().history);
    // What was shown before needs no beginning at 0.
    if (domain.history.totals != DomainEndCounts{}) domain.first_update = 0;
  }
  if (auto listed = Extract(collector_.listed_unshown, domain.id.text())) {
    TakeListed(domain, std::move(listed.mapped()));
  }
  Expect(domain, *collector_.family, setting_.options.expectations.get());
  return domain;
}

CollectorState::Swept StateReducer::ToSweep() const {
  return {.refreshes_version = collector_.refreshes.version(),
          .domains_version = collector_.domains.version(),
          .max_domains = setting_.max_domains};
}

void StateReducer::NeedSweepIfDue() {
  is_sweep_needed_ = is_sweep_needed_ || collector_.swept != ToSweep() ||
                     setting_.wall_now >= collector_.next_leaves_at;
}

// What a sweep changes is looked at by the next.
void StateReducer::Finish() {
  if (is_sweep_needed_ || newest_may_have_changed_) {
    collector_.swept = ToSweep();
    RemoveRefreshes();
    FindNewest();
    RemoveDomains();
    AddNeverRefreshed();
  }
  CountLeftOutIfDue();
}

// To count looks at all refreshes: of many changes, some wait for more, or for the end of the poll.
void StateReducer::CountLeftOutIfDue() {
  constexpr std::size_t kShare = 8;
  std::size_t& changes = collector_.left_out_changes;
  const bool are_many = changes * kShare >= collector_.refreshes.size();
  if (changes == 0 || (!is_sweep_needed_ && !are_many)) return;
  collector_.dropped_domains = CountLeftOut(collector_.refreshes);
  changes = 0;
}

}  // namespace cckm
