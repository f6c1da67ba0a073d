// An appliance's jobs, lists and domains behind a FakeHttpClient, with the ways in which its lists
// may be odd.
//
// Thread-safety: none.

#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/model/family.h"
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

struct FakeJob {
  std::string id;
  WallTime created = FakeClock::kStart;
  std::optional<WallTime> completed = {};  // none: in progress
  std::vector<std::string> domains = {"d1"};
  std::string status = {};  // empty: in_progress or completed

  std::string Json() const {
    std::string text = R"({"id":")" + id + R"(","createdAt":")" + TimeText(created) + '"';
    if (completed) text += R"(,"completed_at":")" + TimeText(*completed) + '"';
    text += R"(,"overall_status":")";
    text += !status.empty() ? status : completed ? "completed" : "in_progress";
    text += R"(","domains":[)";
    for (const std::string& domain : domains) {
      text += (&domain == domains.data() ? "\"" : ",\"") + domain + '"';
    }
    return text + "]}";
  }
};

class FakeAppliance {
 public:
  using MaybeAnswer = std::optional<Result<HttpResponse>>;
  static constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

  explicit FakeAppliance(const FakeClock& clock) : clock_(clock) {}

  std::vector<FakeJob> jobs;         // of every family, in the order of its list
  std::vector<std::string> domains;  // entries of the domain list, as JSON
  Nanoseconds skew{};                // its clock minus ours
  std::uint64_t most_in_page = kUnlimited;
  bool ignores_limit = false;
  bool ignores_skip = false;
  // What the lists say of their length; nothing: they do not say.
  std::function<std::optional<std::uint64_t>(std::uint64_t)> total = [](std::uint64_t truth) {
    return std::optional(truth);
  };
  // Called before each answer; what it returns is sent instead.
  std::function<MaybeAnswer(const std::string& path)> fault = [](const std::string&) {
    return MaybeAnswer();
  };

  FakeJob* Find(std::string_view id) {
    const auto found = std::ranges::find(jobs, id, &FakeJob::id);
    return found == jobs.end() ? nullptr : &*found;
  }

  Result<HttpResponse> Answer(const std::string& path) {
    if (MaybeAnswer instead = fault(path)) return *instead;
    Result<HttpResponse> answer = Plain(path);
    answer->date = std::chrono::floor<std::chrono::seconds>(clock_.Now() + skew);
    return answer;
  }

 private:
  static std::uint64_t Number(const std::string& path, std::string_view name) {
    std::uint64_t number = 0;
    const std::size_t begin = path.find(name) + name.size();
    std::from_chars(path.data() + begin, path.data() + path.size(), number);
    return number;
  }

  template <typename Entries, typename Text>
  HttpResponse Page(const std::string& path, const Entries& entries, const Text& text) const {
    const std::uint64_t size = entries.size();
    const std::uint64_t skip =
        ignores_skip ? 0 : std::min<std::uint64_t>(Number(path, "skip="), size);
    const std::uint64_t limit = std::min(Number(path, "limit="), most_in_page);
    const std::uint64_t end = ignores_limit || limit > size - skip ? size : skip + limit;
    std::string body = "{";
    if (const auto told = total(size)) body += R"("total":)" + std::to_string(*told) + ',';
    body += R"("resources":[)";
    for (std::uint64_t i = skip; i < end; ++i) {
      if (i != skip) body += ',';
      body += text(entries[i]);
    }
    return JsonAnswer(body + "]}");
  }

  HttpResponse Plain(const std::string& path) {
    const std::size_t query = path.find('?');
    if (query == std::string::npos) {
      const FakeJob* job = Find(std::string_view(path).substr(path.rfind('/') + 1));
      return job == nullptr ? NotFoundAnswer() : JsonAnswer(job->Json());
    }
    const std::string_view list = std::string_view(path).substr(0, query);
    if (std::ranges::find(Families(), list, &Family::domain_list_path) != Families().end()) {
      return Page(path, domains, [](const std::string& entry) { return entry; });
    }
    return Page(path, jobs, [](const FakeJob& job) { return job.Json(); });
  }

  const FakeClock& clock_;
};

}  // namespace cckm
