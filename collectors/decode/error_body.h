// The appliance's error bodies: objects with a codeDesc, which may come with any status.
//
// Called by Decoder.  Thread-safety: pure functions.

#pragma once

#include <simdjson.h>

#include "collectors/base/error.h"
#include "collectors/decode/decoder.h"
#include "collectors/decode/shortener.h"

namespace cckm {

// Whether the object is one.
bool IsErrorBody(simdjson::dom::object object);

// What it says; empty fields where it says nothing.
ApiError ReadApiError(simdjson::dom::object object, const Shortener& shortener);

// Such a body in a successful answer, by what its code means.
Error ErrorOfBody(simdjson::dom::object object, const Shortener& shortener);

}  // namespace cckm
