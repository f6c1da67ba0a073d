// What a changed web configuration may do at once, and what waits for a restart.
//
// A file that is being written is read half-written now and then, and is valid YAML all the same.
// So what asks less of clients than before waits for a start; what asks more, who may come in, and
// how TLS is spoken take effect at once.
//
// Used by access_control.cc.  Thread-safety: pure functions.

#pragma once

#include <string_view>
#include <vector>

#include "exporter/config/web_config.h"

namespace cckm {

// In words, what of `next` asks less of clients than `now`, or turns TLS on or off; empty if
// nothing does.
std::vector<std::string_view> WhatWaitsForARestart(const WebConfig& now, const WebConfig& next);

// `next` with what waits for a restart as it is `now`.
WebConfig WithoutWhatWaits(const WebConfig& now, WebConfig next);

}  // namespace cckm
