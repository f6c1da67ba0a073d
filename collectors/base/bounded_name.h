// Names from outside made short: two different ones never become one.
//
// Called where answers are read, and by label values, which are bounded in the same way.
// Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cckm {

// In bytes.
inline constexpr std::size_t kMaxName = 256;

// True for text that ends in `~` and 16 hex digits.
bool EndsLikeAHash(std::string_view text);

// True for text that ends like a hash and is as long as only a cut name is.
bool LooksCut(std::string_view text);

// The beginning of `printable`, then `~` and 16 hex digits of the SHA-256 of `raw`: at most
// kMaxName bytes.
std::string CutWithHash(std::string_view printable, std::string_view raw);

// True for a name that BoundedName() leaves as it is: it has at most kMaxName bytes and does
// not look cut.
bool IsBoundedName(std::string_view raw);

// A valid UTF-8 name as it is, or cut, with U+FFFD in place of control characters.
std::string BoundedName(std::string_view raw);

}  // namespace cckm
