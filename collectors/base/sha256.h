// SHA-256.  Thread-safety: a pure function.

#pragma once

#include <array>
#include <string_view>

namespace cckm {

std::array<unsigned char, 32> Sha256(std::string_view text);

}  // namespace cckm
