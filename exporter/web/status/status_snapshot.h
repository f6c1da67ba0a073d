// Copies from the state what people are shown.
//
// However large the state is, a bounded part of it is copied, and updates wait only for that long.
// Thread-safety: may be called from any thread.

#pragma once

#include <string_view>

#include "exporter/exposition/exposition.h"
#include "exporter/state/state_store.h"
#include "exporter/web/status/status_model.h"

namespace cckm {

struct StatusSources {
  const StateStore& state;
  const ExporterStatus& status;
  std::string_view version;
  Links links = {};
};

StatusModel TakeStatusSnapshot(const StatusSources& sources, const DroppedSeriesByTarget& dropped,
                               WallTime now);

}  // namespace cckm
