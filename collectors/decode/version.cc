#include <simdjson.h>

#include <string>

#include "collectors/decode/decoder.h"

namespace cckm {

// Some of simdjson's releases have quotation marks in SIMDJSON_VERSION.
std::string JsonLibraryVersion() {
  return "simdjson/" + std::to_string(simdjson::SIMDJSON_VERSION_MAJOR) + '.' +
         std::to_string(simdjson::SIMDJSON_VERSION_MINOR) + '.' +
         std::to_string(simdjson::SIMDJSON_VERSION_REVISION);
}

}  // namespace cckm
