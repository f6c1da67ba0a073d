// What is set up of a target, and how its state takes that, with what the ledger holds of it.
//
// Thread-safety: none; called by StateStore under its lock.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "collectors/model/family.h"
#include "exporter/history/collector_memory.h"
#include "exporter/state/state.h"
#include "exporter/state/update_moment.h"

namespace cckm {

struct CollectorSetup {
  const Family* family = nullptr;
  // Configured: shown from the start, unknown until answered.
  std::vector<std::string> refresh_ids = {};
  std::size_t unreadable_id_files = 0;
  bool discovers = false;
  // Of those in `memory`, what nobody will ask for again.
  std::vector<std::string> unwatched_ids = {};
  // What the ledger holds of it.  Its counts are taken only when the state does not know the
  // collector yet, of its refreshes those that the state does not know.
  std::shared_ptr<CollectorMemory> memory = {};
};

struct TargetSetup {
  TargetOptions options;
  std::vector<CollectorSetup> collectors;
  std::vector<AddressState> addresses = {};  // before the first request; empty: one address
};

// Collectors that stay keep what they counted, those that are no longer set up go.
void SetUp(TargetSetup setup, const UpdateMoment& moment, TargetState& target);

// Finds anew what is expected of the target's domains, after a change of what decides that.
void ExpectAnew(const UpdateMoment& moment, TargetState& target);

// The refreshes of a collector of the target that are configured from now on.
void SetUpRefreshIds(const std::vector<std::string>& refresh_ids, std::size_t unreadable_id_files,
                     const UpdateMoment& moment, const TargetState& target,
                     CollectorState& collector);

}  // namespace cckm
