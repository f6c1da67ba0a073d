#include "exporter/expectations/pattern.h"

#include <re2/re2.h>

#include <cstdint>
#include <utility>

#include "collectors/base/text.h"

namespace cckm {
namespace {

// Of a compiled pattern and of what it remembers while it matches.
constexpr std::int64_t kMaxMemory = std::int64_t{256} << 10U;

RE2::Options Options() {
  RE2::Options options;
  options.set_max_mem(kMaxMemory);
  options.set_log_errors(false);
  options.set_never_capture(true);
  return options;
}

re2::StringPiece PieceOf(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

tl::expected<Pattern, std::string> Pattern::Compile(std::string_view text) {
  if (text.size() > kMaxPattern) {
    return tl::make_unexpected("it is longer than " + std::to_string(kMaxPattern) + " bytes");
  }
  auto compiled = std::make_shared<const RE2>(PieceOf(text), Options());
  if (!compiled->ok()) return tl::make_unexpected(Printable(compiled->error()));
  return Pattern(std::move(compiled));
}

bool Pattern::Matches(std::string_view whole) const {
  return RE2::FullMatch(PieceOf(whole), *compiled_);
}

}  // namespace cckm
