#include "collectors/session/login_body.h"

#include <string>

#include "collectors/base/text.h"

namespace cckm {
namespace {

// "\u00XX" is the longest that a character becomes.
constexpr std::size_t kMaxEscape = 6;

void AppendEscaped(std::string& body, std::string_view text) {
  body += '"';
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20) {
      body.append("\\u00").append(Hex(code));
      continue;
    }
    if (c == '"' || c == '\\') body += '\\';
    body += c;
  }
  body += '"';
}

}  // namespace

Secret LoginBody(const std::vector<LoginField>& fields) {
  // Room for everything at once: growing would leave copies behind.
  std::size_t room = 2;
  for (const auto& [name, value] : fields) room += (name.size() + value.size()) * kMaxEscape + 6;
  std::string body;
  body.reserve(room);
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    body += body.empty() ? '{' : ',';
    AppendEscaped(body, name);
    body += ':';
    AppendEscaped(body, value);
  }
  body += body.empty() ? "{}" : "}";
  return Secret(std::move(body));
}

}  // namespace cckm
