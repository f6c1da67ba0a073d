#include "collectors/cron/cron_fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collectors/base/text.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxBytes = 256;
// Longest piece of an expression that a message quotes.
constexpr std::size_t kMaxQuotedBytes = 40;

constexpr std::array<std::string_view, 12> kMonthNames = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdayNames = {"sun", "mon", "tue", "wed",
                                                           "thu", "fri", "sat"};
constexpr unsigned kSunday = 0;
constexpr unsigned kSundayAsSeven = 7;

struct FieldRule {
  std::string_view name;
  std::string_view allowed;  // as messages say it
  unsigned lowest;
  unsigned highest;
  std::span<const std::string_view> names;  // of the values from the lowest upwards
  bool is_day;                              // ? may stand for *
};

enum FieldIndex : std::size_t { kMinute, kHour, kDayOfMonth, kMonth, kDayOfWeek, kFieldCount };

constexpr std::array<FieldRule, kFieldCount> kRules = {{
    {"minute", "0 to 59", 0, 59, {}, false},
    {"hour", "0 to 23", 0, 23, {}, false},
    {"day of month", "1 to 31", 1, 31, {}, true},
    {"month", "1 to 12 and jan to dec", 1, 12, kMonthNames, false},
    {"day of week", "0 to 7 and sun to sat", kSunday, kSundayAsSeven, kWeekdayNames, true},
}};

std::string Quoted(std::string_view text) {
  const bool is_long = text.size() > kMaxQuotedBytes;
  return '"' + InAscii(text.substr(0, kMaxQuotedBytes)) + (is_long ? "...\"" : "\"");
}

tl::unexpected<Error> Refuse(const FieldRule& rule, std::string_view piece,
                             std::string_view problem) {
  return Fail(ErrorKind::kSchema, std::string(rule.name) + " " + Quoted(piece) + " " +
                                      std::string(problem) + "; allowed are " +
                                      std::string(rule.allowed));
}

std::vector<std::string_view> SplitAtBlanks(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (text = Trim(text); !text.empty(); text = Trim(text)) {
    pieces.push_back(TakeFirst(text, text.find_first_of(kWhiteSpace)));
  }
  return pieces;
}

// Nothing but digits, of which a small number is made.
std::optional<unsigned> ReadNumber(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<unsigned> ReadValue(const FieldRule& rule, std::string_view text) {
  const auto named = std::ranges::find_if(
      rule.names, [text](std::string_view name) { return EqualsWithoutCase(name, text); });
  if (named != rule.names.end()) {
    return rule.lowest + static_cast<unsigned>(named - rule.names.begin());
  }
  const auto number = ReadNumber(text);
  if (!number) return Refuse(rule, text, rule.names.empty() ? "is no number" : "is no value");
  if (*number < rule.lowest || *number > rule.highest) return Refuse(rule, text, "is out of range");
  return *number;
}

struct Range {
  unsigned first;
  unsigned last;
};

// *, a value, or two values with a hyphen between them.  A value that a step follows begins a range
// that ends with the field.
Result<Range> ReadRange(const FieldRule& rule, std::string_view text, bool has_step) {
  if (text == "*") return Range{rule.lowest, rule.highest};
  const std::size_t hyphen = text.find('-');
  const auto first = ReadValue(rule, text.substr(0, hyphen));
  if (!first) return tl::make_unexpected(first.error());
  if (hyphen == std::string_view::npos) return Range{*first, has_step ? rule.highest : *first};
  auto last = ReadValue(rule, text.substr(hyphen + 1));
  if (!last) return tl::make_unexpected(last.error());
  const bool ends_on_sunday = &rule == &kRules[kDayOfWeek] && *last == kSunday;
  if (ends_on_sunday && *first > kSunday) *last = kSundayAsSeven;
  if (*first > *last) return Refuse(rule, text, "ends before it begins");
  return Range{*first, *last};
}

// One element of a list.
Result<std::uint64_t> ReadElement(const FieldRule& rule, std::string_view text) {
  const std::size_t slash = text.find('/');
  const bool has_step = slash != std::string_view::npos;
  const auto range = ReadRange(rule, text.substr(0, slash), has_step);
  if (!range) return tl::make_unexpected(range.error());
  const auto step = has_step ? ReadNumber(text.substr(slash + 1)) : std::optional(1U);
  if (!step || *step == 0) return Refuse(rule, text, "has a step that is no number above 0");
  std::uint64_t values = 0;
  for (std::uint64_t value = range->first; value <= range->last; value += *step) {
    values |= std::uint64_t{1} << value;
  }
  return values;
}

bool IsGiven(std::string_view field) { return field != "*" && field != "?"; }

Result<std::uint64_t> ReadField(const FieldRule& rule, std::string_view field) {
  std::uint64_t values = 0;
  for (const std::string_view text : Split(rule.is_day && field == "?" ? "*" : field, ',')) {
    const auto element = ReadElement(rule, text);
    if (!element) return tl::make_unexpected(element.error());
    values |= *element;
  }
  return values;
}

// Sunday as 0 alone.
std::uint64_t FoldSunday(std::uint64_t days_of_week) {
  constexpr std::uint64_t kSeventh = std::uint64_t{1} << kSundayAsSeven;
  const bool has_seventh = (days_of_week & kSeventh) != 0;
  return (days_of_week & ~kSeventh) | (has_seventh ? 1U << kSunday : 0U);
}

}  // namespace

Result<CronFields> ParseCronFields(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return Fail(ErrorKind::kSchema, "the expression has " + std::to_string(text.size()) +
                                        " bytes; allowed are " + std::to_string(kMaxBytes));
  }
  const auto fields = SplitAtBlanks(text);
  if (fields.size() != kFieldCount) {
    return Fail(ErrorKind::kSchema,
                "the expression " + Quoted(text) + " has " + std::to_string(fields.size()) +
                    " fields; allowed are five: minute, hour, day of month, month, day of week");
  }
  std::array<std::uint64_t, kFieldCount> values = {};
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto field = ReadField(kRules[i], fields[i]);
    if (!field) return tl::make_unexpected(field.error());
    values[i] = *field;
  }
  return CronFields{.minutes = values[kMinute],
                    .hours = values[kHour],
                    .days_of_month = values[kDayOfMonth],
                    .months = values[kMonth],
                    .days_of_week = FoldSunday(values[kDayOfWeek]),
                    .either_day = IsGiven(fields[kDayOfMonth]) && IsGiven(fields[kDayOfWeek])};
}

}  // namespace cckm
