// A pattern for whole texts, in the syntax of RE2, whose time and memory are bounded.
//
// The one file that knows RE2.  Thread-safety: matching may go on in many threads at once.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace re2 {
class RE2;
}

namespace cckm {

inline constexpr std::size_t kMaxPattern = 500;  // bytes

class Pattern {
 public:
  // The error says what RE2 finds wrong, without its final dot.
  static tl::expected<Pattern, std::string> Compile(std::string_view text);

  // REQUIRES: valid UTF-8; in other text nothing is found.
  bool Matches(std::string_view whole) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace cckm
