#include "collectors/decode/shortener.h"

#include "collectors/base/bounded_name.h"
#include "collectors/base/text.h"

namespace cckm {

std::string Shortener::Text(std::string_view text) const {
  const bool is_short = CutToCharacters(text, kMaxText).size() == text.size();
  if (is_short) return std::string(text);
  return std::string(CutToCharacters(WithoutSecrets(text), kMaxText));
}

std::string Shortener::Name(std::string_view raw) const {
  if (IsBoundedName(raw)) return std::string(raw);
  std::string name(raw);
  redact_(name);
  return BoundedName(name);
}

std::string Shortener::Quotation(std::string_view text) const {
  return InAscii(CutToCharacters(WithoutSecrets(text), kMaxText));
}

std::string Shortener::WithoutSecrets(std::string_view text) const {
  std::string shown(text);
  redact_(shown);
  RedactTokens(shown);
  return shown;
}

}  // namespace cckm
