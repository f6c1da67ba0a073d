// The page at `/`: what runs, how each collector stands, and where to look next.
//
// Thread-safety: pure functions.

#pragma once

#include <string>
#include <string_view>

#include "exporter/state/state_store.h"

namespace cckm {

// The text with the characters that HTML gives a meaning written as character references.
std::string EscapeHtml(std::string_view text);

// The whole document, without scripts.
std::string IndexPage(const StateStore& state, std::string_view telemetry_path,
                      std::string_view version, WallTime now);

}  // namespace cckm
