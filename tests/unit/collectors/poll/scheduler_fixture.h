// A poller of one family and of the scheduler, over a fake network and a fake clock.
//
// Used by the tests of reading the scheduler.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/poll/poller.h"
#include "tests/support/fakes/fake_appliance.h"
#include "tests/support/fakes/fake_scheduler.h"
#include "tests/support/fakes/fakes.h"

namespace cckm {

class SchedulerTest : public ::testing::Test {
 protected:
  class Listener final : public PollListener {
   public:
    explicit Listener(const Clock& clock) : clock_(clock) {}
    void OnUpdate(PollUpdate update) override {
      if (stop != nullptr && clock_.SteadyNow() >= end) stop->request_stop();
      if (update.ended) ups.push_back(update.ended->up);
    }
    void OnLogin(const LoginUpdate& /*update*/) override {}
    void OnSchedules(ScheduleUpdate update) override { updates.push_back(std::move(update)); }

    SteadyTime end{};
    std::stop_source* stop = nullptr;
    std::vector<bool> ups;
    std::vector<ScheduleUpdate> updates;

   private:
    const Clock& clock_;
  };

  Result<HttpResponse> Answer(const std::string& path) {
    return FakeScheduler::IsAsked(path) ? scheduler_.Answer(path) : appliance_.Answer(path);
  }

  void RunFor(Nanoseconds length) {
    if (!poller_) {
      poller_ = std::make_unique<Poller>(plan_, client_, token_, clock_, random_, listener_);
    }
    std::stop_source stop;
    listener_.stop = &stop;
    listener_.end = clock_.SteadyNow() + length;
    poller_->Run(stop.get_token());
  }
  void RunForAnInterval() { RunFor(plan_.scheduler.interval); }

  // Paths asked of the scheduler since the last call.
  std::vector<std::string> NewPaths() {
    std::vector<std::string> paths;
    for (; seen_ < client_.paths().size(); ++seen_) {
      if (FakeScheduler::IsAsked(client_.paths()[seen_])) paths.push_back(client_.paths()[seen_]);
    }
    return paths;
  }

  const ScheduleReading& LastReading() const { return *listener_.updates.back().reading; }
  const KnownSchedule* Known(std::string_view id) const {
    const auto& all = LastReading().schedules;
    const auto found = std::ranges::find_if(
        all, [&](const KnownSchedule& known) { return known.schedule.id == id; });
    return found == all.end() ? nullptr : &*found;
  }
  // The newest run of a schedule and its status, as "r1 completed".
  std::string NewestRun(std::string_view id) const {
    const KnownSchedule* known = Known(id);
    if (known == nullptr) return "no schedule";
    if (!known->newest_run) return "none";
    return known->newest_run->id + " " +
           std::string(kRunStatusNames[static_cast<std::size_t>(known->newest_run->status)]);
  }
  std::uint64_t Errors(ErrorKind kind) const {
    std::uint64_t errors = 0;
    for (const ScheduleUpdate& update : listener_.updates) {
      errors += update.error_counts[static_cast<std::size_t>(kind)];
    }
    return errors;
  }
  void AddRun(const std::string& id, const std::string& schedule, Nanoseconds ago,
              const std::string& status = "completed") {
    scheduler_.runs.push_back({id, schedule, clock_.Now() - ago, status});
  }
  // So many runs of a schedule, one a second, the last one so long ago.
  void AddRuns(const std::string& schedule, int count, Nanoseconds ago) {
    for (int i = 0; i < count; ++i) {
      AddRun(schedule + "-run" + std::to_string(scheduler_.runs.size()), schedule,
             ago + std::chrono::seconds(count - i));
    }
  }

  FakeClock clock_;
  FakeRandom random_;
  FakeTokenSource token_;
  Listener listener_{clock_};
  FakeAppliance appliance_{clock_};
  FakeScheduler scheduler_{clock_};
  FakeHttpClient client_{clock_, [this](const std::string& path) { return Answer(path); }};
  PollerPlan plan_{
      .target = "cm",
      .collectors = {{{.family = FindFamily("dsm"), .refresh_ids = {"j"}, .domain_names = false}}},
      .schedule = {.poll_interval = std::chrono::seconds(15),
                   .recheck_interval = std::chrono::seconds(0),
                   .heartbeat_interval = std::chrono::seconds(60)},
      .scheduler = {.enabled = true},
      .max_connections = 8};
  std::unique_ptr<Poller> poller_;
  std::size_t seen_ = 0;
};

}  // namespace cckm
