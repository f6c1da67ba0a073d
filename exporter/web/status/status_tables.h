// The parts of the status page that grow with what is watched.
//
// Thread-safety: pure functions.

#pragma once

#include <string>
#include <string_view>

#include "exporter/web/status/status_model.h"

namespace cckm {

// Each appends one section to the document.
void AppendTargets(std::string& html, const StatusModel& model);
void AppendDomains(std::string& html, const StatusModel& model);
void AppendRefreshes(std::string& html, const StatusModel& model);

// A link to a place outside of this exporter, which is not told where it is followed from.
std::string LinkHtml(std::string_view name, std::string_view url);

}  // namespace cckm
