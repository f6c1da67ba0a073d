// Why a ledger could not be opened.  Thread-safety: plain data.

#pragma once

#include <cstdint>
#include <string>

namespace cckm {

struct LedgerOpenFailure {
  enum class Kind : std::uint8_t {
    kLocked,       // another process holds it
    kUnusable,     // it is damaged, of another kind, or written by a newer version
    kCannotWrite,  // the folder or the file cannot be made, read or written
  };
  Kind kind = Kind::kUnusable;
  std::string message;  // one sentence without a final dot: which file, what, and what to do
};

}  // namespace cckm
