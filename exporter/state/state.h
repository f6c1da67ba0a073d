// The latest known state of targets, their collectors, refreshes and domains: plain data.
//
// Changed by StateStore only, read by the renderer and the status page through it.

#pragma once

#include <absl/container/inlined_vector.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/base/boxed_optional.h"
#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/model/family.h"
#include "collectors/model/finished_summary.h"
#include "collectors/model/refresh.h"
#include "collectors/poll/poll_settings.h"
#include "collectors/poll/poll_update.h"
#include "exporter/expectations/expectation_list.h"
#include "exporter/history/duration_histogram.h"
#include "exporter/history/history.h"
#include "exporter/metrics/label_value.h"
#include "exporter/metrics/shown_settings.h"
#include "exporter/state/keyed_store.h"
#include "exporter/state/schedules_state.h"

namespace cckm {

struct RefreshState;

// A domain, as its newest refresh and its finished ones describe it.
struct DomainState {
  explicit DomainState(LabelValue domain_id, const BucketBounds& bounds)
      : id(std::move(domain_id)), history(bounds) {}

  LabelValue id;
  // From the family's list of domains; empty where it does not tell.
  LabelValue name;
  LabelValue connection;
  // How often it has to be refreshed; none: nobody says so.
  BoxedOptional<ExpectedInterval> expected;

  const RefreshState* newest = nullptr;          // of the refreshes that name it
  DomainStatus status = DomainStatus::kUnknown;  // in that refresh, as last known
  bool is_listed = false;                        // by the family's list of domains
  bool is_deleted = false;     // the last list that tells has it no more, and an earlier one had it
  std::uint32_t named_by = 0;  // tracked refreshes that name it
  // What its newest refresh says of the domain, at most 200 characters; empty where it completed,
  // and until an answer is read again after a restart.
  std::string detail;

  DomainHistory history;
  // Enabled schedules that cover it; none where they are not known, or name no domains.
  std::optional<std::uint32_t> schedules;
  // The shortest interval of the enabled schedules that cover it; see ScheduleState::interval.
  std::optional<Nanoseconds> scheduled_interval;

  // The update that brought the domain, as counted by StateStore; 0 where its refresh was finished
  // when first seen.  Counters are shown at 0 until an exposition after that update was made.
  std::uint64_t first_update = 0;
};

// Of a domain that is not shown.
struct HiddenHistory {
  explicit HiddenHistory(const BucketBounds& bounds) : history(bounds) {}
  HiddenHistory(DomainHistory kept, SteadyTime now) : history(std::move(kept)), heard_of_at(now) {}

  DomainHistory history;
  SteadyTime heard_of_at{};  // when a list or a refresh told of the domain last, or it left
};

struct NamedDomain {
  const DomainState* domain;  // null for one that was deleted
  DomainStatus status;
};

struct RefreshState {
  using Domains = absl::InlinedVector<NamedDomain, 1>;  // most name one

  explicit RefreshState(LabelValue refresh_id) : id(std::move(refresh_id)) {}

  // As RefreshAnswer has it: needs no answer to stay known.
  bool is_final() const { return static_cast<bool>(finished); }

  LabelValue id;
  bool is_configured = false;  // else discovered
  bool is_watched = true;      // false: nobody will ask for it again
  bool is_vanished = false;    // not watched because the complete list has it no more
  bool unanswered = false;     // the latest request got no usable answer
  bool was_seen = false;       // at least one answer described it
  bool was_finished_when_first_seen = false;
  // It became the newest of some domain, whose detail only its next answer tells.
  bool owes_detail = false;
  RefreshStatus status = RefreshStatus::kUnknown;  // as last known
  AnomalySet counted_anomalies;
  BoxedOptional<std::string> unknown_status;  // as Refresh::unknown_status
  BoxedOptional<FinishedSummary> finished;    // as the last final answer said; none after another
  std::optional<WallTime> created_at;
  std::optional<WallTime> completed_at;
  SteadyTime answered_at{};  // of the latest usable answer
  Nanoseconds answer_gap{};  // between the latest two, where no request failed between them
  std::uint64_t units = 0;   // as Refresh::units
  Domains domains;
  BoxedOptional<LeftOutDomains> left_out;  // by max_domains
  std::uint64_t described_in_update = 0;   // as counted by StateStore
};

// Labels of domains whose ids are not fit to be one, by id: made before anybody has to wait.
using DomainLabels = std::map<std::string_view, LabelValue>;

// How a collector's last poll ended.
struct PollState {
  bool up = false;
  bool is_absent = false;  // the appliance does not have this family, which is optional
  bool polled_once = false;
  std::uint64_t first_ended_in_update = 0;  // as counted by StateStore; 0: none has ended
  Nanoseconds duration{};
  std::optional<WallTime> ended_at;
  std::optional<WallTime> succeeded_at;
  std::optional<Error> last_error;    // of the last poll; none after one without a fault
  std::optional<Error> error_so_far;  // of the open poll
};

// What the family's list of domains says of one that is not shown.
struct ListedDomain {
  LabelValue id;
  LabelValue name;
  LabelValue connection;
};

// Anomalies of refreshes that the list names and nobody can read, so that none of them is watched:
// each is counted once, for as many refreshes as this holds.
struct UnwatchedAnomalies {
  static constexpr std::size_t kMaxRefreshes = 10'000;
  std::map<std::string, AnomalySet, std::less<>> counted;
};

struct CollectorState {
  CollectorState(const Family& collector_family, const BucketBounds& bounds)
      : family(&collector_family), durations(EmptyRefreshDurations(bounds)) {}

  const Family* family;
  bool discovers = false;
  std::size_t unreadable_id_files = 0;
  bool list_is_complete = false;   // the last discovery saw the whole list
  bool list_is_truncated = false;  // the last discovery met more than max_refreshes
  bool list_has_unreadable_entries = false;
  // Domains that were named by refreshes past max_refreshes in the last discovery, by the text of
  // their label.
  std::set<std::string, std::less<>> left_out_domains;
  bool left_out_domains_are_all = true;
  KeyedStore<RefreshState> refreshes;
  KeyedStore<DomainState> domains;
  // Of `domains`: in a later one, counts of some may wait to be shown.
  std::uint64_t version_without_waiting = 0;
  std::size_t named_domains = 0;              // of `domains`, those that a refresh names
  std::uint64_t named_changed_in_update = 0;  // when which those are changed last
  // Refreshes that repeated an answer of which not all is known any more.
  std::vector<std::string> wanted;
  // Of what the last sweep for objects that are shown no longer saw.
  struct Swept {
    std::uint64_t refreshes_version = 0;
    std::uint64_t domains_version = 0;
    std::size_t max_domains = 0;
    friend bool operator==(const Swept&, const Swept&) = default;
  };
  Swept swept;
  WallTime next_leaves_at = WallTime::min();  // a refresh, because it was shown for long enough
  std::uint64_t covered_version = 0;  // of `domains`, the last one that schedules were found for
  std::size_t left_out_changes = 0;   // that `dropped_domains` does not count yet
  std::size_t dropped_domains = 0;    // different ones that max_domains leaves out of `refreshes`
  RefreshDurations durations;
  UnwatchedAnomalies unwatched_anomalies;
  // Of domains that are not shown, so that one that comes back goes on where it was.
  std::map<std::string, HiddenHistory, std::less<>> hidden_histories;
  // What the ledger has to be told of domains.
  std::vector<MetDomain> met;
  bool has_domain_list = false;  // the family's list of domains was read
  // Those of its domains that are not shown, by the text of their label.
  std::map<std::string, ListedDomain, std::less<>> listed_unshown;
  bool has_whole_domain_list = false;  // a complete one was read
  bool domain_list_tells = false;      // and the last of those was not empty
  PollState poll;
};

// The refresh, to change it, where what is shown of the domains whose newest it is changes too.
RefreshState& ChangeWithDomains(const RefreshState& refresh, CollectorState& collector);

// The settings of a target that bear on what is shown.
struct TargetOptions {
  std::string name;
  ShownSettings shown = {};
  bool tls_verification = true;
  std::shared_ptr<const ExpectationList> expectations = {};  // null: none
  SchedulerSettings schedules = {};
};

// Shown domains that the family's last complete list of domains does not have.
std::size_t CountUnlisted(const CollectorState& collector);

struct TargetState {
  TargetOptions options;
  LabelValue label;                        // of the name
  std::vector<LabelValue> address_labels;  // of the addresses of a cluster
  std::vector<CollectorState> collectors;
  TargetObservation observation;     // has as many addresses as there are labels
  std::optional<Error> login_error;  // of the latest login, if no way of logging in was left
  SchedulesState schedules;
  std::shared_ptr<ScheduleIntervals> schedule_intervals;  // null: none, or in use
};

// Null where the target is, and where it has none of that family.
CollectorState* FindCollector(TargetState* target, const Family& family);

// A status is stale after so many polls without an answer, however soon stale_after is over.
inline constexpr int kPollsUntilStale = 3;

// When an unfinished refresh is without a usable answer for stale_after, and for three times as
// long as one took lately, unless one comes.  Never for one that was not found and that nobody asks
// for any more.
SteadyTime StaleAt(const RefreshState& refresh, const TargetOptions& options);
bool IsStale(const RefreshState& refresh, const TargetOptions& options, SteadyTime now);

// The state to show of a refresh: unknown where it is stale.
RefreshStatus ShownStatus(const RefreshState& refresh, const TargetOptions& options,
                          SteadyTime now);

// The state to show of a domain, as an index of kDomainShownNames.
inline constexpr std::array<std::string_view, 6> kDomainShownNames = {
    "in_progress", "completed", "failed", "cancelled", "unknown", "never"};
std::size_t ShownStatus(const DomainState& domain, const TargetOptions& options, SteadyTime now);

// True once the domain was without a success, or known without one, for kIntervalsUntilLate times
// what is expected.  `now` is compared with the appliance's clock as it is.
bool IsLate(const DomainState& domain, WallTime now);

}  // namespace cckm
