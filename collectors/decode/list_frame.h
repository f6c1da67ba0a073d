// What a list says of itself, beside its entries.
//
// Called by the decoder of this library.  Thread-safety: pure functions.

#pragma once

#include <simdjson.h>

#include <optional>

#include "collectors/base/error.h"
#include "collectors/decode/decoder.h"

namespace cckm {

// The array of the list's entries, or nothing where there is none.
std::optional<simdjson::dom::array> Resources(simdjson::dom::object list);

// Go writes an empty list as null.
bool HasNullResources(simdjson::dom::object list);

// Fails with kSchema where one of the numbers is none.
Result<PageFrame> ReadPageFrame(simdjson::dom::object list);

}  // namespace cckm
