#include "exporter/web/status/format.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "collectors/base/rfc3339.h"
#include "collectors/base/text.h"

namespace cckm {
namespace {

using std::chrono::floor;
using std::chrono::seconds;

struct Unit {
  std::int64_t seconds;
  std::string_view name;
};
constexpr std::array<Unit, 4> kUnits = {{{86'400, "d"}, {3'600, "h"}, {60, "min"}, {1, "s"}}};

// REQUIRES: at least ten seconds.
std::string InUnits(std::int64_t length) {
  std::size_t unit = 0;
  while (length < kUnits[unit].seconds) ++unit;
  std::string words = fmt::format("{} {}", length / kUnits[unit].seconds, kUnits[unit].name);
  if (unit + 1 == kUnits.size()) return words;
  const Unit& next = kUnits[unit + 1];
  const std::int64_t rest = length % kUnits[unit].seconds / next.seconds;
  if (rest != 0) words += fmt::format(" {} {}", rest, next.name);
  return words;
}

constexpr std::size_t kMaxShown = 200;
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

}  // namespace

std::string Grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string CountOf(std::size_t number, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", Grouped(number), number == 1 ? singular : plural);
}

std::string FormatApproximateDuration(Nanoseconds length) {
  if (length < Nanoseconds(0)) return "-" + FormatApproximateDuration(-length);
  if (length < std::chrono::milliseconds(1)) return "0 s";
  const auto in_ms = std::chrono::round<std::chrono::milliseconds>(length).count();
  if (in_ms < 1'000) return fmt::format("{} ms", in_ms);
  if (in_ms < 9'950) return fmt::format("{:.1f} s", static_cast<double>(in_ms) / 1e3);
  return InUnits(std::chrono::round<seconds>(length).count());
}

std::string FormatDistance(WallTime time, WallTime now) {
  const std::int64_t ahead = (floor<seconds>(time) - floor<seconds>(now)).count();
  if (ahead == 0) return "now";
  const std::int64_t length = ahead < 0 ? -ahead : ahead;
  const std::string words = length < 10 ? fmt::format("{} s", length) : InUnits(length);
  return ahead > 0 ? "in " + words : words + " ago";
}

std::string FormatTime(WallTime time) {
  std::string words = ToTheSecond(time);
  words.replace(words.find('T'), 1, " ");
  words.replace(words.size() - 1, 1, " UTC");
  return words;
}

std::string FormatShortTime(WallTime time, WallTime now) {
  constexpr std::size_t kDateCharacters = std::string_view("2021-03-03 ").size();
  const bool is_today = floor<std::chrono::days>(time) == floor<std::chrono::days>(now);
  return FormatTime(time).substr(is_today ? kDateCharacters : 0);
}

std::string ToTheSecond(WallTime time) { return FormatRfc3339(floor<seconds>(time)); }

std::string Shown(std::string_view foreign) {
  std::string shown = Printable(foreign);
  if (CountCharacters(shown) <= kMaxShown) return shown;
  shown.resize(CutToCharacters(shown, kMaxShown - 1).size());
  return shown.append(kEllipsis);
}

}  // namespace cckm
