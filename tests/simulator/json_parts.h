// What the JSON of all resources has in common.
//
// Thread-safety: pure functions, from any thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "tests/simulator/render.h"

namespace cckm::simulator {

using OrderedJson = nlohmann::ordered_json;

inline constexpr std::string_view kAccount = "kylo:kylo:admin:accounts:kylo";
inline constexpr std::string_view kApplication = "ncryptify:gemalto:admin:apps:kylo";
inline constexpr std::string_view kDevAccount = "ncryptify:gemalto:admin:accounts:gemalto";

// Compact; what is no UTF-8 is replaced.
inline std::string Dump(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

// With an empty `resources`.
inline OrderedJson EnvelopeJson(const Envelope& envelope) {
  return {{"skip", envelope.skip},
          {"limit", envelope.limit},
          {"total", envelope.total},
          {"resources", OrderedJson::array()}};
}

}  // namespace cckm::simulator
