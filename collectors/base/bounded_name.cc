#include "collectors/base/bounded_name.h"

#include <span>

#include "collectors/base/sha256.h"
#include "collectors/base/text.h"

namespace cckm {
namespace {

constexpr std::size_t kHashDigits = 16;
// Cutting loses at most three bytes more, of a character that does not fit whole.
constexpr std::size_t kShortestCut = kMaxName - 3;

std::string HashDigits(std::string_view raw) {
  const auto digest = Sha256(raw);
  return Hex(std::span(digest).first(kHashDigits / 2));
}

}  // namespace

bool EndsLikeAHash(std::string_view text) {
  if (text.size() <= kHashDigits) return false;
  return text[text.size() - kHashDigits - 1] == '~' &&
         text.find_first_not_of(kHexDigits, text.size() - kHashDigits) == std::string_view::npos;
}

bool LooksCut(std::string_view text) {
  return text.size() >= kShortestCut && text.size() <= kMaxName && EndsLikeAHash(text);
}

std::string CutWithHash(std::string_view printable, std::string_view raw) {
  return std::string(CutUtf8(printable, kMaxName - kHashDigits - 1)) + '~' + HashDigits(raw);
}

bool IsBoundedName(std::string_view raw) { return raw.size() <= kMaxName && !LooksCut(raw); }

std::string BoundedName(std::string_view raw) {
  return IsBoundedName(raw) ? std::string(raw) : CutWithHash(Printable(raw), raw);
}

}  // namespace cckm
