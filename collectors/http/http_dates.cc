#include "collectors/http/http_dates.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "collectors/base/text.h"

namespace cckm {
namespace {

constexpr std::chrono::seconds kMaxWait = std::chrono::hours(24);

// A number too great for its type is a long time, too.
std::optional<Nanoseconds> ParseSeconds(const std::string& text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), IsDigit)) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc()) return kMaxWait;
  return std::chrono::seconds(std::min<std::int64_t>(seconds, kMaxWait.count()));
}

}  // namespace

std::optional<WallTime> ParseHttpDate(const std::string& text) {
  constexpr std::time_t kYear2262 = 9214646400;
  const std::time_t seconds = curl_getdate(text.c_str(), nullptr);  // -1 if unreadable
  if (seconds < 0 || seconds >= kYear2262) return std::nullopt;
  return WallTime(std::chrono::seconds(seconds));
}

std::optional<Nanoseconds> ParseRetryAfter(const std::string& text, WallTime now) {
  if (const auto length = ParseSeconds(text)) return length;
  // What begins like a number is none, and libcurl's reader of dates takes almost anything.
  if (text.empty() || IsDigit(text.front()) || text.front() == '-') return std::nullopt;
  const auto date = ParseHttpDate(text);
  if (!date || *date < now) return std::nullopt;
  return std::min<Nanoseconds>(*date - now, kMaxWait);
}

}  // namespace cckm
