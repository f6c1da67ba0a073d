// What went wrong, as a value: a kind of a closed set and one sentence for a person.
//
// The kinds are the values of the label `reason` of cckm_api_errors_total, in the order in which
// they are exported.  Anybody may include this.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace cckm {

enum class ErrorKind : std::uint8_t {
  kDns,
  kConnect,
  kReset,
  kTimeout,
  kTls,
  kRedirect,
  kHttpStatus,
  kContentType,
  kTooLarge,
  kJson,
  kSchema,
  kAuth,
  kForbidden,
  kNotFound,
  kRateLimited,
  kInternal,
};

// Label values, indexed by ErrorKind.
inline constexpr std::array<std::string_view, 16> kErrorKindNames = {
    "dns",         "connect",      "reset",        "timeout",  "tls",    "redirect",
    "http_status", "content_type", "too_large",    "json",     "schema", "auth",
    "forbidden",   "not_found",    "rate_limited", "internal",
};

constexpr std::string_view ErrorKindName(ErrorKind kind) {
  return kErrorKindNames[static_cast<std::size_t>(kind)];
}

struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string message;  // one sentence without a final dot; never contains a secret

  friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> Fail(ErrorKind kind, std::string message) {
  return tl::make_unexpected(Error{kind, std::move(message)});
}

}  // namespace cckm
