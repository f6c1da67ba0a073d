// What a browser is allowed to do with the status page: run its own script, use its own style, ask
// this exporter, and nothing else.
//
// Thread-safety: pure functions.

#pragma once

#include <string>
#include <string_view>

namespace cckm {

// The text as a source of a Content-Security-Policy: 'sha256-...', with its quotes.
std::string HashSource(std::string_view text);

// The header Content-Security-Policy of the status page.
std::string PagePolicy();

}  // namespace cckm
