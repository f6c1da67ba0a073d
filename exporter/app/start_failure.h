// Why the exporter, or what it needs for one of its targets, could not start.
//
// Thread-safety: plain data.

#pragma once

#include <cstdint>
#include <string>

namespace cckm {

struct StartFailure {
  enum class Kind : std::uint8_t {
    kCannotListen,
    kNoResources,    // the system does not give a thread, a descriptor or memory
    kLedger,         // what is stored of a target cannot be read
    kDamagedLedger,  // what is stored of a target cannot be right
  };
  Kind kind;
  std::string message;
};

}  // namespace cckm
