// An appliance's scheduler behind a FakeHttpClient: its configurations and runs, with the ways in
// which its lists may be odd.
//
// Thread-safety: none.

#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fakes/fake_service.h"

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

class FakeScheduler final : public FakeService {
 public:
  static constexpr std::string_view kConfigs = "/api/v1/scheduler/job-configs";
  static constexpr std::string_view kRuns = "/api/v1/scheduler/jobs";

  explicit FakeScheduler(const FakeClock& clock) : FakeService(clock) {}

  std::vector<FakeSchedule> schedules;
  std::vector<FakeRun> runs;  // the newest last
  bool tells_config_ids = true;
  bool sorts = true;             // false: the list of runs has the oldest first
  bool gives_whole_list = true;  // false: 400 for limit=-1
  std::uint64_t most_in_page = 1'000'000;

  static bool IsAsked(const std::string& path) { return path.starts_with("/api/v1/scheduler/"); }

  FakeRun* Find(std::string_view id) { return FindById(runs, id); }

 private:
  HttpResponse Plain(const std::string& path) override {
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
    const std::int64_t asked = NumberIn(path, "limit=");
    const auto skip = std::min(static_cast<std::uint64_t>(NumberIn(path, "skip=")), size);
    const std::uint64_t limit =
        std::min(asked < 0 ? size : static_cast<std::uint64_t>(asked), most_in_page);
    const std::uint64_t end = std::min(size, skip + limit);
    return JsonAnswer(R"({"skip":)" + std::to_string(skip) + R"(,"limit":)" +
                      std::to_string(asked) + R"(,"total":)" + std::to_string(size) + "," +
                      Resources(skip, end, text) + "}");
  }
};

}  // namespace cckm
