#include "collectors/decode/list_pieces.h"

#include <cstddef>
#include <utility>

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
      if (IsSign(sign)) return sign;
    }
    return '\0';
  }

  // Behind the sign that Next() returned.
  std::size_t at() const { return at_; }
  // Goes on `length` bytes from here, and behind the blanks there.
  void Skip(std::size_t length) {
    at_ += length;
    while (at_ < text_.size() && kBlanks.find(text_[at_]) != std::string_view::npos) ++at_;
  }
  // The string that Next() returned, as written.
  std::string_view string() const { return text_.substr(string_begin_, at_ - 1 - string_begin_); }

 private:
  static constexpr bool IsSign(char c) {
    return c == ',' || c == ':' || c == '{' || c == '}' || c == '[' || c == ']';
  }
  static constexpr std::string_view kBlanks = " \t\n\r";

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

// Goes behind the comma or bracket behind the entry that begins here, and returns the entry;
// nothing where its end cannot be told.
std::optional<std::string_view> NextEntry(std::string_view body, Scanner& scanner) {
  const std::size_t begin = scanner.at();
  Brackets brackets;
  while (const char sign = scanner.Next()) {
    if (brackets.depth() == 0 && (sign == ']' || sign == ',')) {
      return Trim(body.substr(begin, scanner.at() - 1 - begin));
    }
    if (!brackets.Take(sign)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ListPieces> SplitList(std::string_view body) {
  ListPieces pieces;
  auto frame = VisitList(body, {.take_known = [](std::string_view) { return std::size_t{0}; },
                                .take =
                                    [&](std::string_view entry) {
                                      pieces.entries.push_back(entry);
                                      return true;
                                    }});
  if (!frame) return std::nullopt;
  pieces.frame = std::move(*frame);
  return pieces;
}

std::optional<std::string> VisitList(std::string_view body, const ListVisitor& visitor) {
  Scanner scanner(body);
  if (!FindEntries(scanner)) return std::nullopt;
  const std::size_t begin = scanner.at();
  for (bool is_first = true;; is_first = false) {
    scanner.Skip(0);
    const std::size_t known = visitor.take_known(body.substr(scanner.at()));
    scanner.Skip(known);
    const auto entry = NextEntry(body, scanner);
    if (!entry) return std::nullopt;
    const bool ends_list = body[scanner.at() - 1] == ']';
    const bool is_taken = known != 0 && entry->empty();
    const bool list_is_empty = is_first && ends_list && known == 0 && entry->empty();
    const bool is_other = known == 0 && !entry->empty();
    if (!is_taken && !list_is_empty && !(is_other && visitor.take(*entry))) return std::nullopt;
    if (ends_list) break;
  }
  return std::string(body.substr(0, begin)).append(body.substr(scanner.at() - 1));
}

}  // namespace cckm
