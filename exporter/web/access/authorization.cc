#include "exporter/web/access/authorization.h"
#include "collectors/base/text.h"

#include <algorithm>
#include <cstdint>

namespace cckm {
namespace {

constexpr std::string_view kScheme = "basic";
constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// What follows the scheme and its spaces.
std::optional<std::string_view> AfterScheme(std::string_view header) {
  const std::string_view scheme = header.substr(0, header.find(' '));
  const bool is_basic = EqualsWithoutCase(scheme, kScheme);
  if (!is_basic || scheme.size() == header.size()) return std::nullopt;
  header.remove_prefix(scheme.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

// RFC 4648 section 4, with padding, and nothing in the bits that are left over (section 3.5).
std::optional<Secret> DecodeBase64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  text.remove_suffix(padding);
  std::string bytes;
  bytes.reserve(text.size());  // one allocation, so that no copy is left behind
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t value = kLetters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count));
    bits &= (1U << count) - 1U;
  }
  if (bits != 0) return std::nullopt;
  return Secret(std::move(bytes));
}

}  // namespace

std::optional<BasicCredentials> ParseBasicAuthorization(std::string_view header) {
  const auto encoded = AfterScheme(header);
  if (!encoded) return std::nullopt;
  const auto decoded = DecodeBase64(*encoded);
  if (!decoded) return std::nullopt;
  const std::string_view text = decoded->Reveal();
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return BasicCredentials{std::string(text.substr(0, colon)),
                          Secret(std::string(text.substr(colon + 1)))};
}

}  // namespace cckm
