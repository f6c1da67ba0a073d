// The control requests for schedules and for the nodes of the cluster; control.h lists them.
//
// Thread-safety: pure functions but for what they change in the appliance, from any thread.

#pragma once

#include <string_view>

#include "tests/simulator/appliance.h"
#include "tests/simulator/http_message.h"
#include "tests/simulator/query.h"

namespace cckm::simulator {

// /simulator/schedule
Response AddSchedule(Tenancy& tenancy, const Query& query, TimePoint now);

// /simulator/schedule/`rest`
Response ChangeSchedule(Tenancy& tenancy, std::string_view rest, const Query& query, TimePoint now);

// /simulator/node/`rest`
Response ChangeNode(Nodes& nodes, std::string_view rest, const Query& query);

}  // namespace cckm::simulator
