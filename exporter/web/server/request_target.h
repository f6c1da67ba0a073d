// What a request asks for and of whom: the target of its first line.
//
// Source: RFC 9112 section 3.2, RFC 3986 section 3.2.2.  Thread-safety: pure functions.

#pragma once

#include <optional>
#include <string_view>

namespace cckm {

struct RequestTarget {
  std::string_view path;       // raw, before the `?`; `/` where an absolute target has none
  std::string_view authority;  // host[:port] of an absolute target; empty for a path
};

// A path, or an absolute http or https URL with a host and without user information.  Nothing for
// all others.
std::optional<RequestTarget> ParseRequestTarget(std::string_view target);

}  // namespace cckm
