#include <simdjson.h>

#include "collectors/decode/decoder.h"

namespace cckm {

std::string JsonLibraryVersion() { return "simdjson/" SIMDJSON_STRINGIFY(SIMDJSON_VERSION); }

}  // namespace cckm
