// What the contract promises and this release cannot do yet.
//
// It is read and checked like everything else and then refused.  Removing a row enables it.
// Thread-safety: pure functions.

#pragma once

#include <string_view>

namespace cckm {

inline constexpr std::string_view kNotSupportedYet = "is not supported yet";

// True where this release refuses the key with this value.  The key is a dotted path of the
// configuration (targets[0].tls_config.ca_file) or a flag (--web.config.file).
bool IsNotSupportedYet(std::string_view key, std::string_view value);

}  // namespace cckm
