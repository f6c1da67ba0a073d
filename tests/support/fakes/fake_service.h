// What the fakes of an appliance's parts have in common: answers with a Date by a clock of their
// own, each of which a test may replace, and lists in JSON.
//
// Thread-safety: none.

#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/fake_http_client.h"

namespace cckm {

// RFC 3339 in UTC with milliseconds.
inline std::string TimeText(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t seconds = whole.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole);
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                parts.tm_sec, static_cast<int>(milliseconds.count()));
  return text.data();
}

// The entry of that id; null without one.
template <typename Entry>
Entry* FindById(std::vector<Entry>& entries, std::string_view id) {
  const auto found = std::ranges::find(entries, id, &Entry::id);
  return found == entries.end() ? nullptr : &*found;
}

class FakeService {
 public:
  using MaybeAnswer = std::optional<Result<HttpResponse>>;

  virtual ~FakeService() = default;
  FakeService(const FakeService&) = delete;
  FakeService& operator=(const FakeService&) = delete;

  Nanoseconds skew{};  // its clock minus ours
  // Called before each answer; what it returns is sent instead.
  std::function<MaybeAnswer(const std::string& path)> fault = [](const std::string&) {
    return MaybeAnswer();
  };

  Result<HttpResponse> Answer(const std::string& path) {
    if (MaybeAnswer instead = fault(path)) return *instead;
    Result<HttpResponse> answer = Plain(path);
    answer->date = std::chrono::floor<std::chrono::seconds>(clock_.Now() + skew);
    return answer;
  }

 protected:
  explicit FakeService(const FakeClock& clock) : clock_(clock) {}

  // The number behind `name` in the path, such as "skip="; 0 without one.
  static std::int64_t NumberIn(const std::string& path, std::string_view name) {
    std::int64_t number = 0;
    const std::size_t begin = path.find(name) + name.size();
    std::from_chars(path.data() + begin, path.data() + path.size(), number);
    return number;
  }

  // The member `resources` with the entries of these places.
  template <typename Text>
  static std::string Resources(std::uint64_t begin, std::uint64_t end, const Text& text) {
    std::string body = R"("resources":[)";
    for (std::uint64_t place = begin; place < end; ++place) {
      if (place != begin) body += ',';
      body += text(static_cast<std::size_t>(place));
    }
    return body + "]";
  }

 private:
  virtual HttpResponse Plain(const std::string& path) = 0;

  const FakeClock& clock_;
};

}  // namespace cckm
