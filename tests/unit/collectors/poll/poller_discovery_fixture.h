// A poller of one family that is discovered, over a fake network and a fake clock.
//
// Used by the tests of discovery and of lists.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/poll/poller.h"
#include "tests/support/fakes/fake_appliance.h"
#include "tests/support/fakes/fakes.h"

namespace cckm {

class PollerDiscoveryTest : public ::testing::Test {
 protected:
  class StopAt final : public PollListener {
   public:
    StopAt(RecordingListener& next, const Clock& clock) : next_(next), clock_(clock) {}
    void OnUpdate(PollUpdate update) override {
      if (clock_.SteadyNow() >= end) stop->request_stop();
      next_.OnUpdate(std::move(update));
    }
    void OnLogin(const LoginUpdate& update) override { next_.OnLogin(update); }
    SteadyTime end{};
    std::stop_source* stop = nullptr;

   private:
    RecordingListener& next_;
    const Clock& clock_;
  };

  void RunFor(Nanoseconds length) {
    if (!poller_) {
      poller_ = std::make_unique<Poller>(plan_, client_, token_, clock_, random_, stop_at_);
    }
    std::stop_source stop;
    stop_at_.stop = &stop;
    stop_at_.end = clock_.SteadyNow() + length;
    poller_->Run(stop.get_token());
  }

  // A completed one, as a ledger gives it back.
  static KnownRefresh Known(const FakeJob& job) {
    return {.id = job.id,
            .summary = {.created_at = job.created,
                        .completed_at = job.completed,
                        .domains = {0, static_cast<std::uint32_t>(job.domains.size())},
                        .status = RefreshStatus::kCompleted}};
  }

  std::size_t Count(std::string_view part) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        client_.paths(),
        [&](const std::string& path) { return path.find(part) != std::string::npos; }));
  }
  // "a+ b-": final answers that count, and that do not.
  std::string FinalAnswers() const {
    std::string text;
    for (const PollUpdate& update : listener_.updates) {
      for (const RefreshAnswer& answer : update.answers) {
        if (answer.is_final) text += answer.refresh.id + (answer.counts ? "+ " : "- ");
      }
    }
    return text;
  }
  RefreshListing LastListing() const {
    RefreshListing last;
    for (const PollUpdate& update : listener_.updates) last = update.listing.value_or(last);
    return last;
  }
  std::uint64_t SchemaErrors() const {
    std::uint64_t errors = 0;
    for (const PollUpdate& update : listener_.updates) {
      errors += update.error_counts[static_cast<std::size_t>(ErrorKind::kSchema)];
    }
    return errors;
  }
  void AddJobs(std::string_view prefix, int count) {
    for (int i = 0; i < count; ++i) {
      appliance_.jobs.push_back({.id = std::string(prefix) + std::to_string(i)});
    }
  }
  CollectorPlan& Plan() { return plan_.collectors[0]; }

  FakeClock clock_;
  FakeRandom random_;
  FakeTokenSource token_;
  RecordingListener listener_;
  StopAt stop_at_{listener_, clock_};
  FakeAppliance appliance_{clock_};
  FakeHttpClient client_{clock_,
                         [this](const std::string& path) { return appliance_.Answer(path); }};
  PollerPlan plan_{.target = "cm",
                   .collectors = {{{.family = FindFamily("dsm"),
                                    .domain_names = false,
                                    .discovery = {.enabled = true}}}},
                   .schedule = {.poll_interval = std::chrono::seconds(15),
                                .recheck_interval = std::chrono::seconds(0),
                                .heartbeat_interval = std::chrono::seconds(60)},
                   .max_connections = 8};
  std::unique_ptr<Poller> poller_;
};

}  // namespace cckm
