// Reduces what a poll learned of one refresh into its collector's state: the rules of
// deploy/docs/payload.md and metrics.md.
//
// Thread-safety: none; called by StateStore under its lock.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/poll/poll_update.h"
#include "exporter/state/state.h"

namespace cckm {

DomainLabels LabelsOf(const std::vector<RefreshAnswer>& answers);

// A domain list with labels in the place of texts.
struct LabelledListing {
  struct Domain {
    std::string raw_id;  // as the appliance wrote it
    ListedDomain listed;
  };
  bool is_complete = false;
  bool tells_what_is_gone = true;
  std::vector<Domain> domains;
};
LabelledListing LabelledListingOf(const DomainListing& listing);

// Finds anew what is expected of a domain: to be called when its names or what decides changed.
// `expectations` may be null.
void Expect(DomainState& domain, const Family& family, const ExpectationList* expectations);
// The same where no expectation matches: what the domain's schedules plan is expected.
void ExpectAsScheduled(DomainState& domain);

// Notes what the list says of a shown domain.
void TakeListed(DomainState& domain, ListedDomain listed);

class StateReducer {
 public:
  struct Setting {
    const BucketBounds& bounds;
    const DomainLabels& labels;       // of some of the answers' domains
    std::uint64_t update_number = 0;  // from 1
    SteadyTime now{};
    WallTime wall_now{};
    std::size_t max_domains = 0;   // of this collector: what its target's others leave
    const TargetOptions& options;  // of the target
  };

  StateReducer(CollectorState& collector, const Setting& setting)
      : collector_(collector), setting_(setting) {}

  // Takes one answer, and counts it if it is_counted_now.  Returns the anomalies that were not
  // counted before.
  AnomalySet Reduce(const RefreshAnswer& answer);

  // Takes that an unfinished refresh is said to be as it was; what is not known of it any more is
  // CollectorState::wanted.
  void ReduceRepeated(std::string_view refresh_id);

  // Shows again what a refresh that was counted before a restart is the exemplar of.
  void RestoreExemplar(const Refresh& refresh);

  // Takes again a final answer that was taken before without being counted, and counts it if it
  // is_counted_now.
  void TakeStored(const RefreshAnswer& answer);

  // Takes the family's list of domains: their names, and which of them exist.
  void ReduceDomainListing(LabelledListing listing);

  // Finds anew what is expected of every domain.
  void ExpectAnew();

  // Has Finish() look at everything, because what is watched or listed has changed.
  void NeedSweep() { is_sweep_needed_ = true; }
  // The same if anything changed since it did so last, or something was shown for long enough.
  void NeedSweepIfDue();

  // To be called at the end: removes refreshes that are shown no longer, finds the newest refresh
  // of domains that lost theirs or whose newest turned out to be older, and decides which domains
  // are shown.
  void Finish();

 private:
  void WatchAgain(const RefreshState& state);
  void SetUnanswered(const RefreshState& state, bool unanswered);
  void NoteAnswer(RefreshState& state) const;
  void NoteRepetition(const RefreshState& state);
  bool IsWhole(const RefreshState& state) const;
  void ReduceUsable(RefreshState& state, const RefreshAnswer& answer, AnomalySet& anomalies);
  void ReduceRefresh(RefreshState& state, const RefreshAnswer& answer, AnomalySet& anomalies);
  void CountLeftOutIfDue();
  void ReduceLeftOut(RefreshState& state, const LeftOutDomains& left_out);
  std::optional<WallTime> CountedAt(const RefreshAnswer& answer) const;
  AnomalySet ReduceUnwatched(const Refresh& refresh);
  void RenewDomains(RefreshState& state, const Refresh& refresh, bool is_first_answer);
  void ReleaseDomains(const RefreshState& state, const RefreshState::Domains& before);
  LabelValue LabelOf(std::string_view raw_id) const;
  void Name(const DomainState& domain);
  void Unname(const DomainState& domain);
  void ConsiderNewest(const DomainState& domain, const RefreshState& refresh, DomainStatus status);
  void LoseNewest(const DomainState& domain, const RefreshState& refresh);
  const DomainState* FindOrAddDomain(std::string_view raw_id, const DomainState* expected,
                                     const RefreshState& named_by, bool is_first_answer);
  bool IsNewTo(std::string_view domain, const RefreshState& refresh) const;
  DomainHistory& HistoryOf(std::string_view raw_id, bool is_listed = false);
  DomainHistory& HiddenHistoryOf(std::string_view id);
  void Meet(std::string_view raw_id, DomainHistory& history, bool is_listed);
  void MeetShown(std::string_view raw_id, const DomainState& domain, bool is_listed);
  DomainState& AddDomain(LabelValue id, std::uint64_t first_update);
  CollectorState::Swept ToSweep() const;
  bool Leaves(const RefreshState& refresh) const;
  void NoteWhenItLeaves(const RefreshState& refresh);
  // The creation of the newest refresh that completed, by its units.
  using NewestByUnits = std::map<std::uint64_t, std::optional<WallTime>>;
  NewestByUnits NewestCompleted() const;
  void RemoveRefreshes();
  void FindNewest();
  bool ShowsNeverRefreshed() const;
  bool IsDeleted(std::string_view unshown) const;
  bool StaysAway(std::string_view unshown, const RefreshState& named_by, bool is_first_answer);
  void SetListed(const LabelledListing& listing);
  void TakeListedAndExpect(const DomainState& domain, ListedDomain listed);
  void NoteListed(const LabelledListing::Domain& named, const DomainState* shown,
                  bool list_is_complete);
  bool IsKept(const DomainState& domain) const;
  std::size_t RoomForNeverRefreshed() const;
  void RemoveDomains();
  void HideDomain(const DomainState& leaving, std::size_t shown);
  void AddNeverRefreshed();

  CollectorState& collector_;
  const Setting setting_;
  bool is_sweep_needed_ = false;          // something may be shown no longer, or from now on
  bool newest_may_have_changed_ = false;  // of some domain, to a refresh that is not in the update
};

}  // namespace cckm
