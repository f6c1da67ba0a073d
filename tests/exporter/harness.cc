#include "tests/exporter/harness.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string_view>

#include "tests/fakes/exposition_parser.h"

namespace cckm {
namespace {

const std::vector<double>& DefaultBounds() {
  static const std::vector<double> bounds = {
      1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400, 259200};
  return bounds;
}

std::vector<TargetSetup> OneTarget(const Harness::Setup& setup) {
  return {{.options = {.name = "cm",
                       .stale_after = setup.stale_after,
                       .max_series = setup.max_series,
                       .domain_histograms = setup.domain_histograms,
                       .tls_verification = true},
           .collectors = setup.collectors}};
}

PollerPlan PlanOf(const Harness::Setup& setup) {
  PollerPlan plan{
      .target = "cm", .collectors = {}, .schedule = setup.schedule, .max_connections = 8};
  for (const CollectorSetup& collector : setup.collectors) {
    plan.collectors.push_back({collector.family, collector.refresh_ids});
  }
  return plan;
}

// Leaves the exposition in the folder that CCKM_EXPOSITIONS names, where tests/run.sh has promtool
// look at it. Equal ones share a file.
void Keep(std::string_view exposition) {
  const char* folder = std::getenv("CCKM_EXPOSITIONS");
  if (folder == nullptr) return;
  const std::string name = std::to_string(std::hash<std::string_view>{}(exposition));
  std::ofstream(std::string(folder) + "/" + name + ".txt", std::ios::binary) << exposition;
}

}  // namespace

// Passes updates on and stops the poller at a moment of the fake clock.
class Harness::StopAt final : public PollListener {
 public:
  StopAt(PollListener& next, const Clock& clock) : next_(next), clock_(clock) {}

  void Arm(SteadyTime end, std::stop_source* stop) {
    end_ = end;
    stop_ = stop;
  }
  void OnUpdate(PollUpdate update) override {
    next_.OnUpdate(std::move(update));
    if (clock_.SteadyNow() >= end_) stop_->request_stop();
  }
  void OnLogin(const LoginUpdate& update) override { next_.OnLogin(update); }

 private:
  PollListener& next_;
  const Clock& clock_;
  SteadyTime end_{};
  std::stop_source* stop_ = nullptr;
};

Harness::Harness(Setup setup)
    : setup_(std::move(setup)),
      client_(clock,
              [this](const std::string& path) {
                const auto found = answers_.find(path);
                return found == answers_.end() ? StatusAnswer(404) : found->second;
              }),
      login_(setup_.make_login ? setup_.make_login(clock, random_) : nullptr),
      log_file_(std::fopen(setup_.log_file.c_str(), "w"), std::fclose),
      log_(log_file_.get(), setup_.log_level, LogFormat::kLogfmt, clock),
      bounds_(DefaultBounds()),
      state_(std::make_unique<StateStore>(OneTarget(setup_), bounds_, clock)),
      ledger_(bounds_),
      events_(log_, clock) {
  recorder_ = std::make_unique<Recorder>(Recorder::Parts{.ledger = ledger_,
                                                         .state = *state_,
                                                         .self_metrics = self_metrics_,
                                                         .status = status_,
                                                         .events = events_,
                                                         .clock = clock});
  stop_at_ = std::make_unique<StopAt>(*recorder_, clock);
  TokenSource& source = login_ != nullptr ? *login_ : token;
  poller_ = std::make_unique<Poller>(PlanOf(setup_), client_, source, clock, random_, *stop_at_);
  self_metrics_.AddTarget("cm", login_ != nullptr);
  for (const CollectorSetup& collector : setup_.collectors) {
    self_metrics_.AddCollector("cm", *collector.family);
  }
  status_.SetConfigLoaded(true, clock.Now());
}

void Harness::Answer(std::string_view family, const std::string& id, Result<HttpAnswer> answer) {
  answers_.insert_or_assign(std::string(FindFamily(family)->path) + "/" + id, std::move(answer));
}

void Harness::AnswerLogin(Result<HttpAnswer> answer) {
  answers_.insert_or_assign("/api/v1/auth/tokens", std::move(answer));
}

void Harness::PollFor(Nanoseconds length) {
  std::stop_source stop;
  dynamic_cast<StopAt&>(*stop_at_).Arm(clock.SteadyNow() + length, &stop);
  poller_->Run(stop.get_token());
}

std::string Harness::Scrape() {
  ByteBuffer body;
  TextWriter writer(body);
  Exposition({.state = *state_,
              .self_metrics = self_metrics_,
              .status = status_,
              .bounds = bounds_,
              .build_info = {.version = "1.2.3", .revision = "abc", .compiler = "test"},
              .process_metrics = false})
      .Render(writer);
  Keep(body.view());
  const auto parsed = ParseExposition(body.view());
  if (!parsed) ADD_FAILURE() << "not an exposition: " << parsed.error() << '\n' << body.view();
  return std::string(body.view());
}

std::string Harness::Scrape(std::string_view beginning) {
  std::istringstream lines(Scrape());
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(beginning)) found += line + '\n';
  }
  return found;
}

void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = std::string(CCKM_GOLDEN_DIR) + "/" + name;
  if (std::getenv("CCKM_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  const std::string golden((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
  EXPECT_EQ(text, golden) << "If the change is meant, run again with CCKM_UPDATE_GOLDEN=1.";
}

}  // namespace cckm
