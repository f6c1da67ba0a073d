// The latest known state of every configured target.
//
// This is where the two halves of the exporter meet: pollers' updates are applied here, and the
// publisher reads it for each exposition.  Nothing in here fetches, decodes, schedules or formats.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/mutex.h"
#include "collectors/poll/poll_update.h"
#include "exporter/state/reduce_poll.h"
#include "exporter/state/reduce_schedules.h"
#include "exporter/state/state.h"
#include "exporter/state/target_setup.h"
#include "exporter/state/update_moment.h"

namespace cckm {

// The state at one moment, valid while the reading function runs.
struct StateView {
  std::span<const TargetState> targets;
  SteadyTime now{};
  std::uint64_t updates = 0;  // that made the state what it is
  // Updates that an exposition has shown already; see DomainState::first_update.
  std::uint64_t shown_updates = 0;
};

class StateStore {
 public:
  // `bounds` and `clock` outlive this.
  StateStore(std::vector<TargetSetup> targets, const BucketBounds& bounds, const Clock& clock);
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;

  // Adds a target, or changes what is known of its setup; collectors that stay keep what they
  // counted, those that are no longer set up go.
  void SetTarget(TargetSetup setup);
  void RemoveTarget(std::string_view name);
  // What is expected of the domains of a target from now on; null: nothing.
  void SetExpectations(std::string_view target,
                       std::shared_ptr<const ExpectationList> expectations);
  // The refreshes of a collector that are configured from now on.
  void SetRefreshIds(std::string_view target, const Family& family,
                     const std::vector<std::string>& refresh_ids, std::size_t unreadable_id_files);

  // Takes out of the update the domains that its target has no room for (max_domains).  To be
  // called before anybody keeps what is in it.
  void LeaveOutDomains(PollUpdate& update);

  // Takes an update into its collector's state, and returns the anomalies found in it.  Counts what
  // is_counted_now.  An update of a collector that was removed has no effect.
  [[nodiscard]] std::vector<NewAnomalies> Apply(const PollUpdate& update);

  // Counts those of final answers that is_counted_now: all were applied before without it.
  void Count(const PollUpdate& update);

  // The domains of a collector that were met, or listed, for the first time since the last call.
  std::vector<MetDomain> TakeMetDomains(std::string_view target, const Family& family);

  // Of the refreshes of a collector that repeated their answers, those of which not all is known
  // any more, since the last call.
  std::vector<std::string> TakeWanted(std::string_view target, const Family& family);

  // The domains of a collector that nobody needs any more, by the text of their labels; see
  // unneeded_domains.h.
  std::set<std::string, std::less<>> UnneededDomains(std::string_view target, const Family& family);
  // Forgets what is remembered of those of these domains that nobody needs.
  void ForgetDomains(std::string_view target, const Family& family,
                     const std::vector<std::string>& domain_ids);

  // Takes what a login changed.
  void Apply(const LoginUpdate& update);

  // Takes a reading of the scheduler, and returns the schedules that cannot be read and were not
  // counted before.  To be called by one thread for each target.
  [[nodiscard]] std::vector<UnreadableSchedule> Apply(const ScheduleUpdate& update);

  // The update in which the last collector of all targets ended its first poll; none while some
  // have not.  An exposition of that update or a later one shows all of them as polled.
  std::optional<std::uint64_t> EveryTargetWasPolledInUpdate() const;

  // True if every collector's last poll was up, or met an optional family that is not there.
  bool EveryCollectorIsUp() const;

  using Reader = std::function<void(const StateView&)>;
  // Calls `reader` with the state; updates wait meanwhile.
  void Read(const Reader& reader) const;
  // The same for an exposition, after which everything in the state counts as shown.  Returns false
  // if counters that this exposition had to show at 0 wait for the next one.
  bool ReadForExposition(const Reader& reader);

 private:
  TargetState* FindTarget(std::string_view name) CCKM_REQUIRES(mutex_);
  CollectorState* Find(std::string_view target, const Family& family) CCKM_REQUIRES(mutex_);
  UpdateMoment BeginUpdate(SteadyTime now, WallTime wall_now) CCKM_REQUIRES(mutex_);
  UpdateMoment BeginUpdate() CCKM_REQUIRES(mutex_);
  bool HasRoomFor(std::size_t domains, std::string_view target);
  std::shared_ptr<ScheduleIntervals> TakeIntervals(std::string_view target);
  StateView View() const CCKM_REQUIRES(mutex_);

  // Constant after construction.
  const BucketBounds& bounds_;
  const Clock& clock_;

  mutable Mutex mutex_;
  // What follows of schedules at a moment is renewed before anybody reads it.
  mutable std::vector<TargetState> targets_ CCKM_GUARDED_BY(mutex_);
  std::uint64_t updates_ CCKM_GUARDED_BY(mutex_) = 0;
  std::uint64_t shown_updates_ CCKM_GUARDED_BY(mutex_) = 0;
};

}  // namespace cckm
