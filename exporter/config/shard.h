// Which of several exporters takes which target.
//
// Thread-safety: a pure function.

#pragma once

#include <string_view>

namespace cckm {

// The shard, counted from 0, that a target of this name belongs to: the same in every process and
// release.  When `count` grows by one, only the targets that move to the new shard move (rendezvous
// hashing). REQUIRES: count > 0.
unsigned ShardOf(std::string_view target_name, unsigned count);

}  // namespace cckm
