#include "tests/simulator/cron.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <vector>

#include "tests/simulator/values.h"

namespace cckm::simulator {
namespace {

using std::chrono::sys_days;

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed",
                                                       "thu", "fri", "sat"};
constexpr int kMinutesOfDay = 24 * 60;
// From one leap day to the next there may be eight years, as around 2100.
constexpr int kHorizonDays = 8 * 366;

struct Field {
  unsigned least;
  unsigned most;
  std::span<const std::string_view> names;  // of the values from `least` on
  bool question_mark;
};
constexpr std::array<Field, 5> kFields = {{{0, 59, {}, false},
                                           {0, 23, {}, false},
                                           {1, 31, {}, true},
                                           {1, 12, kMonths, false},
                                           {0, 7, kWeekdays, true}}};

struct Range {
  unsigned first;
  unsigned last;
};

bool SameWord(std::string_view left, std::string_view right) {
  return std::ranges::equal(
      left, right, [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

std::optional<unsigned> ReadValue(std::string_view text, const Field& field) {
  const auto named = std::ranges::find_if(
      field.names, [&](std::string_view name) { return SameWord(text, name); });
  if (named != field.names.end()) {
    return field.least + static_cast<unsigned>(named - field.names.begin());
  }
  const auto number = ParseNumber(text, field.most);
  if (!number || *number < field.least) return std::nullopt;
  return static_cast<unsigned>(*number);
}

std::optional<Range> ReadRange(std::string_view text, const Field& field, bool stepped) {
  if (text == "*" || (text == "?" && field.question_mark)) return Range{field.least, field.most};
  const std::size_t dash = text.find('-');
  const auto first = ReadValue(text.substr(0, dash), field);
  if (!first) return std::nullopt;
  if (dash == std::string_view::npos) return Range{*first, stepped ? field.most : *first};
  const auto last = ReadValue(text.substr(dash + 1), field);
  if (!last || *last < *first) return std::nullopt;
  return Range{*first, *last};
}

// The parts between the separators, empty ones included.
std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

template <typename Values>
bool ReadField(std::string_view text, const Field& field, Values& values) {
  for (const std::string_view part : Split(text, ',')) {
    const std::size_t slash = part.find('/');
    const bool stepped = slash != std::string_view::npos;
    const auto range = ReadRange(part.substr(0, slash), field, stepped);
    const auto step = stepped ? ParseNumber(part.substr(slash + 1), 1000) : 1;
    if (!range || !step || *step == 0) return false;
    for (std::uint64_t value = range->first; value <= range->last; value += *step) {
      values.set(value);
    }
  }
  return true;
}

TimePoint At(sys_days day, int minute_of_day) {
  return TimePoint(day) + std::chrono::minutes(minute_of_day);
}

int MinuteOf(TimePoint time, sys_days day) {
  return static_cast<int>(std::chrono::floor<std::chrono::minutes>(time - TimePoint(day)).count());
}

bool IsAny(std::string_view field) { return field == "*" || field == "?"; }

}  // namespace

std::optional<Cron> Cron::Parse(std::string_view text) {
  std::vector<std::string_view> fields = Split(text, ' ');
  std::erase(fields, "");
  if (fields.size() != kFields.size()) return std::nullopt;
  Cron cron;
  const std::array<Values*, 5> values = {&cron.minutes_, &cron.hours_, &cron.days_, &cron.months_,
                                         &cron.weekdays_};
  for (std::size_t place = 0; place < kFields.size(); ++place) {
    if (!ReadField(fields[place], kFields[place], *values[place])) return std::nullopt;
  }
  if (cron.weekdays_.test(7)) cron.weekdays_.set(0);
  cron.any_day_ = IsAny(fields[2]);
  cron.any_weekday_ = IsAny(fields[4]);
  return cron;
}

TimePoint Cron::After(TimePoint time) const {
  const TimePoint first = std::chrono::floor<std::chrono::minutes>(time) + std::chrono::minutes(1);
  sys_days day = std::chrono::floor<std::chrono::days>(first);
  int from = MinuteOf(first, day);
  for (int tried = 0; tried < kHorizonDays; ++tried, day += std::chrono::days(1), from = 0) {
    const auto minute = IsDueOn(day) ? FirstFrom(from) : std::nullopt;
    if (minute) return At(day, *minute);
  }
  return kNever;
}

std::optional<TimePoint> Cron::Before(TimePoint time) const {
  const TimePoint last = std::chrono::ceil<std::chrono::minutes>(time) - std::chrono::minutes(1);
  sys_days day = std::chrono::floor<std::chrono::days>(last);
  int up_to = MinuteOf(last, day);
  for (int tried = 0; tried < kHorizonDays; ++tried, day -= std::chrono::days(1)) {
    const auto minute = IsDueOn(day) ? LastUpTo(up_to) : std::nullopt;
    if (minute) return At(day, *minute);
    up_to = kMinutesOfDay - 1;
  }
  return std::nullopt;
}

bool Cron::IsDueOn(sys_days day) const {
  const std::chrono::year_month_day date(day);
  if (!months_.test(static_cast<unsigned>(date.month()))) return false;
  const bool on_day = days_.test(static_cast<unsigned>(date.day()));
  const bool on_weekday = weekdays_.test(std::chrono::weekday(day).c_encoding());
  if (any_day_ || any_weekday_) return on_day && on_weekday;
  return on_day || on_weekday;
}

// Hour by hour, because most expressions name few of them.
std::optional<int> Cron::FirstFrom(int minute_of_day) const {
  for (int hour = minute_of_day / 60; hour < 24; ++hour) {
    if (!hours_.test(static_cast<std::size_t>(hour))) continue;
    for (int minute = std::max(minute_of_day - hour * 60, 0); minute < 60; ++minute) {
      if (minutes_.test(static_cast<std::size_t>(minute))) return hour * 60 + minute;
    }
  }
  return std::nullopt;
}

std::optional<int> Cron::LastUpTo(int minute_of_day) const {
  for (int hour = minute_of_day / 60; hour >= 0; --hour) {
    if (!hours_.test(static_cast<std::size_t>(hour))) continue;
    for (int minute = std::min(minute_of_day - hour * 60, 59); minute >= 0; --minute) {
      if (minutes_.test(static_cast<std::size_t>(minute))) return hour * 60 + minute;
    }
  }
  return std::nullopt;
}

}  // namespace cckm::simulator
