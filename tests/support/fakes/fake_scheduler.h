// An appliance's scheduler behind a FakeHttpClient: its configurations and runs, with the ways in
// which its lists may be odd.
//
// Thread-safety: none.

#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fakes/fake_appliance.h"
#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/fake_http_client.h"

namespace cckm {

struct FakeSchedule {
  std::string id;
  std::string run_at = "0 * * * *";
  WallTime created = FakeClock::kStart - std::chrono::hours(24 * 30);
  std::string cloud = "dsm";
  std::string units = R"("domains":["d1"])";  // members of job_config_params
  bool disabled = false;
  std::string start_date = "0001-01-01T00:00:00Z";
  std::string end_date = "0001-01-01T00:00:00Z";
  std::string operation = "cckm_synchronization";

  std::string name() const { return "name-of-" + id; }
  std::string Json() const {
    return R"({"id":")" + id + R"(","name":")" + name() + R"(","operation":")" + operation +
           R"(","run_at":")" + run_at + R"(","createdAt":")" + TimeText(created) +
           R"(","disabled":)" + (disabled ? "true" : "false") + R"(,"start_date":")" + start_date +
           R"(","end_date":")" + end_date + R"(","job_config_params":{"cloud_name":")" + cloud +
           R"(",)" + units + "}}";
  }
};

struct FakeRun {
  std::string id;
  std::string schedule_id;
  WallTime created = FakeClock::kStart;
  std::string status = "completed";
  std::string operation = "cckm_synchronization";
  std::string created_text = {};  // in the place of `created`; empty: none
};

class FakeScheduler {
 public:
  static constexpr std::string_view kConfigs = "/api/v1/scheduler/job-configs";
  static constexpr std::string_view kRuns = "/api/v1/scheduler/jobs";
  using MaybeAnswer = FakeAppliance::MaybeAnswer;

  explicit FakeScheduler(const FakeClock& clock) : clock_(clock) {}

  std::vector<FakeSchedule> schedules;
  std::vector<FakeRun> runs;  // the newest last
  Nanoseconds skew{};         // its clock minus ours
  bool tells_config_ids = true;
  bool sorts = true;             // false: the list of runs has the oldest first
  bool gives_whole_list = true;  // false: 400 for limit=-1
  std::uint64_t most_in_page = 1'000'000;
  // Called before each answer; what it returns is sent instead.
  std::function<MaybeAnswer(const std::string& path)> fault = [](const std::string&) {
    return MaybeAnswer();
  };

  static bool IsAsked(const std::string& path) { return path.starts_with("/api/v1/scheduler/"); }

  FakeRun* Find(std::string_view id) {
    const auto found = std::ranges::find(runs, id, &FakeRun::id);
    return found == runs.end() ? nullptr : &*found;
  }

  Result<HttpResponse> Answer(const std::string& path) {
    if (MaybeAnswer instead = fault(path)) return *instead;
    Result<HttpResponse> answer = Plain(path);
    answer->date = std::chrono::floor<std::chrono::seconds>(clock_.Now() + skew);
    return answer;
  }

 private:
  HttpResponse Plain(const std::string& path) {
    if (path.starts_with(kConfigs)) {
      if (!gives_whole_list && path.find("limit=-1") != std::string::npos) return StatusAnswer(400);
      return Page(path, schedules.size(),
                  [this](std::size_t place) { return schedules[place].Json(); });
    }
    if (path.find('?') == std::string::npos) {
      const FakeRun* run = Find(std::string_view(path).substr(kRuns.size() + 1));
      return run == nullptr ? NotFoundAnswer() : JsonAnswer(Json(*run));
    }
    return Page(path, runs.size(), [this](std::size_t place) {
      return Json(sorts ? runs[runs.size() - 1 - place] : runs[place]);
    });
  }

  std::string Json(const FakeRun& run) const {
    std::string text = R"({"id":")" + run.id + R"(","name":"name-of-)" + run.schedule_id +
                       R"(","operation":")" + run.operation + R"(","status":")" + run.status +
                       R"(","createdAt":")" +
                       (run.created_text.empty() ? TimeText(run.created) : run.created_text) + '"';
    if (tells_config_ids) text += R"(,"job_config_id":")" + run.schedule_id + '"';
    return text + "}";
  }

  template <typename Text>
  HttpResponse Page(const std::string& path, std::uint64_t size, const Text& text) const {
    const auto number = [&path](const std::string& name) {
      return std::stoll(path.substr(path.find(name) + name.size()));
    };
    const std::int64_t asked = number("limit=");
    const auto skip = std::min(static_cast<std::uint64_t>(number("skip=")), size);
    const std::uint64_t limit =
        std::min(asked < 0 ? size : static_cast<std::uint64_t>(asked), most_in_page);
    const std::uint64_t end = std::min(size, skip + limit);
    std::string body = R"({"skip":)" + std::to_string(skip) + R"(,"limit":)" +
                       std::to_string(asked) + R"(,"total":)" + std::to_string(size) +
                       R"(,"resources":[)";
    for (std::uint64_t place = skip; place < end; ++place) {
      if (place != skip) body += ',';
      body += text(static_cast<std::size_t>(place));
    }
    return JsonAnswer(body + "]}");
  }

  const FakeClock& clock_;
};

}  // namespace cckm
