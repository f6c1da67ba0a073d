#include "collectors/decode/token_reader.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/text.h"
#include "collectors/decode/json_reader.h"

namespace cckm {
namespace {

namespace dom = simdjson::dom;

// Empty where there is none that a header can carry.
Secret TokenMember(dom::object root, std::string_view name) {
  constexpr std::size_t kMaxTokenBytes = std::size_t{16} * 1024;
  const std::string_view text = StringMember(root, name).value_or("");
  const bool is_usable = text.size() <= kMaxTokenBytes && IsVisibleAscii(text);
  return Secret(is_usable ? std::string(text) : std::string());
}

// A length that Nanoseconds can hold, or nothing.
std::optional<Nanoseconds> SecondsMember(dom::object root, std::string_view name) {
  constexpr double kMaxSeconds = 1e9;
  const auto member = Member(root, name);
  double seconds = 0;
  if (!member || member->get(seconds) != simdjson::SUCCESS) return std::nullopt;
  return std::chrono::duration_cast<Nanoseconds>(
      std::chrono::duration<double>(std::clamp(seconds, -kMaxSeconds, kMaxSeconds)));
}

}  // namespace

Decoded<TokenGrant> ReadTokenGrant(dom::object root) {
  TokenGrant grant{.token = TokenMember(root, "jwt"),
                   .life = SecondsMember(root, "duration"),
                   .refresh_token = TokenMember(root, "refresh_token"),
                   .refresh_token_life = SecondsMember(root, "refresh_token_expires_in")};
  if (grant.token.empty()) {
    return tl::make_unexpected(DecodeFailure{
        .error = {ErrorKind::kSchema, "the answer to the login holds no usable token"}});
  }
  return grant;
}

}  // namespace cckm
