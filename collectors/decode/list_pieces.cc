#include "collectors/decode/list_pieces.h"

#include <cstddef>

#include "collectors/base/text.h"

namespace cckm {
namespace {

constexpr std::string_view kEntries = "resources";
constexpr std::string_view kWrapper = "application/json";
// As simdjson's DOM parser has it; deeper entries are none.
constexpr std::size_t kDeepest = 1024;

// Reads a text that may be no JSON, from one bracket, comma or string to the next.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // The next sign at the current place, which is behind it then: one of {}[],: or '"' for a string;
  // '\0' at the end, or within a string that does not end.
  char Next() {
    while (at_ < text_.size()) {
      const char sign = text_[at_++];
      if (sign == '"') return SkipString() ? sign : '\0';
      if (kSigns.find(sign) != std::string_view::npos) return sign;
    }
    return '\0';
  }

  // Behind the sign that Next() returned.
  std::size_t at() const { return at_; }
  // The string that Next() returned, as written.
  std::string_view string() const { return text_.substr(string_begin_, at_ - 1 - string_begin_); }

 private:
  static constexpr std::string_view kSigns = "{}[],:";

  bool SkipString() {
    string_begin_ = at_;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return true;
      }
    }
    return false;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t string_begin_ = 0;
};

// Open brackets, each to be closed by its like.
class Brackets {
 public:
  // False if the sign closes another bracket than the last one, or is one too deep.
  bool Take(char sign) {
    if (sign == '{' || sign == '[') open_ += sign;
    if (open_.size() > kDeepest) return false;
    if (sign != '}' && sign != ']') return true;
    if (open_.empty() || open_.back() != (sign == '}' ? '{' : '[')) return false;
    open_.pop_back();
    return true;
  }
  std::size_t depth() const { return open_.size(); }

 private:
  std::string open_;
};

// Goes behind the opening bracket of the entries; false if there is none.
bool FindEntries(Scanner& scanner) {
  Brackets brackets;
  std::string_view last_string;
  bool is_value = false;    // what comes is the value of the key `last_string`
  std::size_t objects = 0;  // of those that may hold the entries, how many are open
  while (const char sign = scanner.Next()) {
    if (is_value && sign == '[' && brackets.depth() == objects && last_string == kEntries) {
      return true;
    }
    const bool is_root = sign == '{' && brackets.depth() == 0;
    const bool is_wrapped =
        sign == '{' && brackets.depth() == 1 && objects == 1 && is_value && last_string == kWrapper;
    if (is_root || is_wrapped) ++objects;
    if (!brackets.Take(sign) || brackets.depth() == 0) return false;
    if (brackets.depth() < objects) objects = brackets.depth();
    if (sign == '"' && !is_value) last_string = scanner.string();
    is_value = sign == ':';
  }
  return false;
}

}  // namespace

std::optional<ListPieces> SplitList(std::string_view body) {
  Scanner scanner(body);
  if (!FindEntries(scanner)) return std::nullopt;
  const std::size_t begin = scanner.at();
  ListPieces pieces;
  Brackets brackets;
  std::size_t entry_begin = begin;
  while (const char sign = scanner.Next()) {
    const bool ends_list = sign == ']' && brackets.depth() == 0;
    if (ends_list || (sign == ',' && brackets.depth() == 0)) {
      const auto entry = Trim(body.substr(entry_begin, scanner.at() - 1 - entry_begin));
      const bool is_first = pieces.entries.empty();
      if (entry.empty() && !(ends_list && is_first)) return std::nullopt;
      if (!entry.empty()) pieces.entries.push_back(entry);
      entry_begin = scanner.at();
    }
    if (ends_list) {
      pieces.frame.append(body.substr(0, begin)).append(body.substr(scanner.at() - 1));
      return pieces;
    }
    if (!brackets.Take(sign)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace cckm
