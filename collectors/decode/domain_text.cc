#include "collectors/decode/domain_text.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "collectors/base/text.h"
#include "collectors/decode/word_reader.h"

namespace cckm {
namespace {

constexpr std::string_view kSuccessEnding = "synchronized successfully";

constexpr std::array<std::string_view, 6> kSuccessTexts = {
    "success", "successful", "succeeded", "completed", "complete", "synchronized"};

// A word, or two in a row.  A stem is the beginning of any word.
struct Words {
  std::string_view first;
  std::string_view second = {};
  bool is_stem = false;
};

constexpr bool kStem = true;

constexpr std::array<Words, 3> kNegations = {{{"not"}, {"cannot"}, {"never"}}};

// "not" and its like count, too.
constexpr std::array<Words, 46> kFailures = {{
    {"fail", {}, kStem},
    {"error", {}, kStem},
    {"err"},
    {"exception", {}, kStem},
    {"fatal", {}, kStem},
    {"panic", {}, kStem},
    {"denied"},
    {"refused"},
    {"rejected"},
    {"forbidden"},
    {"unauthorized"},
    {"unauthorised"},
    {"un", "authorized"},
    {"unauthenticated"},
    {"timeout", {}, kStem},
    {"timed", "out"},
    {"time", "out"},
    {"exceeded"},
    {"throttled"},
    {"throttling"},
    {"unable"},
    {"could", "not"},
    {"invalid", {}, kStem},
    {"incorrect"},
    {"wrong"},
    {"expired"},
    {"revoked"},
    {"unreachable"},
    {"inaccessible"},
    {"unavailable"},
    {"disabled"},
    {"unsupported"},
    {"unknown", "authority"},
    {"no", "such"},
    {"insufficient"},
    {"unsuccessful", {}, kStem},
    {"incomplete"},
    {"aborted"},
    {"interrupted"},
    {"disconnected"},
    {"connection", "reset"},
    {"connection", "closed"},
    {"broken"},
    {"corrupt", {}, kStem},
    {"unexpected"},
    {"mismatch", {}, kStem},
}};

bool Matches(const Words& row, std::string_view before, std::string_view word) {
  if (!row.second.empty()) return before == row.first && word == row.second;
  return row.is_stem ? word.starts_with(row.first) : word == row.first;
}

// "couldn't" holds the word "not".
bool IsContraction(std::string_view word) { return word.ends_with("n't"); }

// Whether some word of the text stands in one of the tables.
bool HasWordOf(std::string_view text, std::span<const Words> table,
               std::span<const Words> other_table = {}) {
  WordReader words(text);
  std::string before;
  while (words.Next()) {
    const std::string_view word = words.word();
    const auto matches = [&](const Words& row) { return Matches(row, before, word); };
    if (IsContraction(word) || std::ranges::any_of(table, matches) ||
        std::ranges::any_of(other_table, matches)) {
      return true;
    }
    before = word;
  }
  return false;
}

// Without blanks around it and without a final dot.
std::string_view Core(std::string_view text) {
  text = Trim(text);
  if (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

// Whether it ends in the words of the ending, not within a longer word.
bool EndsInSuccess(std::string_view core) {
  if (core.size() < kSuccessEnding.size()) return false;
  const std::size_t begin = core.size() - kSuccessEnding.size();
  if (!EqualsWithoutCase(core.substr(begin), kSuccessEnding)) return false;
  return begin == 0 || !IsLetter(core[begin - 1]);
}

bool SaysSuccess(std::string_view text, std::span<const std::string> success_texts) {
  const std::string_view core = Core(text);
  const auto is_core = [&](std::string_view known) { return EqualsWithoutCase(core, Core(known)); };
  if (std::ranges::any_of(kSuccessTexts, is_core)) return true;
  if (std::ranges::any_of(success_texts, is_core)) return true;
  return EndsInSuccess(core) && !HasWordOf(core, kNegations);
}

}  // namespace

DomainText ReadDomainText(std::string_view text, bool texts_are_documented,
                          std::span<const std::string> success_texts) {
  if (Trim(text).empty()) return DomainText::kNone;
  if (SaysSuccess(text, success_texts)) return DomainText::kSuccess;
  if (texts_are_documented || HasWordOf(text, kFailures, kNegations)) return DomainText::kFailure;
  return DomainText::kOther;
}

}  // namespace cckm
