#include "tests/unit/exporter/app/harness.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string_view>

#include "tests/support/fakes/exposition_parser.h"

namespace cckm {
namespace {

// What the ledger holds of a collector that is about to start, read as exporter/app does.
CollectorMemory MemoryOf(const Ledger& ledger, const CollectorSetup& collector, WallTime now) {
  WantedRefreshes wanted{.refresh_ids = collector.refresh_ids, .finished_since = std::nullopt};
  if (collector.discovers) wanted.finished_since = now - std::chrono::hours(24);
  auto memory = ledger.Restore("cm", *collector.family, wanted);
  EXPECT_TRUE(memory);
  return std::move(*memory);
}

std::vector<KnownRefresh> KnownOf(const CollectorMemory& memory) {
  std::vector<KnownRefresh> known;
  for (const RefreshAnswer& answer : memory.refreshes) {
    known.push_back(
        {.id = answer.refresh.id, .summary = SummaryOf(answer.refresh, answer.left_out.counts)});
  }
  return known;
}

std::vector<TargetSetup> OneTarget(const Harness::Setup& setup, const Ledger& ledger) {
  std::vector<CollectorSetup> collectors = setup.collectors;
  for (CollectorSetup& collector : collectors) {
    collector.memory = std::make_shared<CollectorMemory>(MemoryOf(ledger, collector, setup.start));
    std::vector<KnownRefresh> known = KnownOf(*collector.memory);
    collector.unwatched_ids =
        TakeOutOldest(known, collector.refresh_ids, setup.discovery.max_refreshes);
  }
  return {{.options = {.name = "cm",
                       .shown = {.stale_after = setup.stale_after,
                                 .max_series = setup.max_series,
                                 .max_domains = setup.max_domains,
                                 .domain_histograms = setup.domain_histograms},
                       .tls_verification = true,
                       .schedules = setup.schedules},
           .collectors = collectors}};
}

PollerPlan PlanOf(const Harness::Setup& setup, const Ledger& ledger) {
  PollerPlan plan{.target = "cm",
                  .collectors = {},
                  .schedule = setup.schedule,
                  .scheduler = setup.schedules,
                  .max_connections = 8};
  for (const CollectorSetup& collector : setup.collectors) {
    CollectorPlan& added =
        plan.collectors.emplace_back(CollectorPlan{{.family = collector.family,
                                                    .refresh_ids = collector.refresh_ids,
                                                    .domain_names = setup.domain_names,
                                                    .discovery = setup.discovery}});
    added.discovery.enabled = collector.discovers;
    const CollectorMemory memory = MemoryOf(ledger, collector, setup.start);
    added.baseline = memory.baseline;
    added.known = KnownOf(memory);
    TakeOutOldest(added.known, added.refresh_ids, added.discovery.max_refreshes);
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
  std::vector<std::string> TakeWanted(std::string_view target, const Family& family) override {
    return next_.TakeWanted(target, family);
  }
  void OnLogin(const LoginUpdate& update) override { next_.OnLogin(update); }
  void OnSchedules(ScheduleUpdate update) override { next_.OnSchedules(std::move(update)); }

 private:
  PollListener& next_;
  const Clock& clock_;
  SteadyTime end_{};
  std::stop_source* stop_ = nullptr;
};

const std::vector<double>& Harness::Bounds() {
  static const std::vector<double> bounds = {
      1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400, 259200};
  return bounds;
}

Harness::Harness(Setup setup)
    : clock(setup.start),
      setup_(std::move(setup)),
      client_(clock,
              [this](const std::string& path) {
                if (setup_.respond) return WithIdOf(path, setup_.respond(path));
                const auto found = answers_.find(path);
                return found == answers_.end() ? Result<HttpResponse>(NotFoundAnswer())
                                               : WithIdOf(path, found->second);
              }),
      login_(setup_.make_login ? setup_.make_login(clock, random_) : nullptr),
      log_file_(std::fopen(setup_.log_file.c_str(), "w"), std::fclose),
      log_(log_file_.get(), setup_.log_level, LogFormat::kLogfmt, clock),
      bounds_(Bounds()),
      memory_ledger_(bounds_),
      ledger_(setup_.ledger != nullptr ? *setup_.ledger : memory_ledger_),
      state_(std::make_unique<StateStore>(OneTarget(setup_, ledger_), bounds_, clock)),
      events_(log_, clock) {
  recorder_ = std::make_unique<Recorder>(Recorder::Parts{.ledger = ledger_,
                                                         .state = *state_,
                                                         .self_metrics = self_metrics_,
                                                         .status = status_,
                                                         .events = events_,
                                                         .clock = clock});
  stop_at_ = std::make_unique<StopAt>(*recorder_, clock);
  TokenSource& source = login_ != nullptr ? *login_ : token;
  poller_ =
      std::make_unique<Poller>(PlanOf(setup_, ledger_), client_, source, clock, random_, *stop_at_);
  self_metrics_.AddTarget("cm", login_ != nullptr);
  for (const CollectorSetup& collector : setup_.collectors) {
    self_metrics_.AddCollector("cm", *collector.family);
  }
  if (setup_.schedules.enabled) self_metrics_.AddScheduler("cm");
  status_.SetConfigLoaded(true, clock.Now());
  exposition_ = std::make_unique<ComparedExposition>(
      Exposition::Sources{.state = *state_,
                          .self_metrics = self_metrics_,
                          .status = status_,
                          .bounds = bounds_,
                          .build_info = {.version = "1.2.3", .revision = "abc", .compiler = "test"},
                          .process_metrics = false});
}

void Harness::Answer(std::string_view family, const std::string& id, Result<HttpResponse> answer) {
  answers_.insert_or_assign(std::string(FindFamily(family)->path) + "/" + id, std::move(answer));
}

void Harness::AnswerLogin(Result<HttpResponse> answer) {
  answers_.insert_or_assign("/api/v1/auth/tokens", std::move(answer));
}

void Harness::PollFor(Nanoseconds length) {
  std::stop_source stop;
  dynamic_cast<StopAt&>(*stop_at_).Arm(clock.SteadyNow() + length, &stop);
  poller_->Run(stop.get_token());
}

std::string Harness::Scrape() {
  const std::string text = exposition_->Render();
  Keep(text);
  const auto parsed = ParseExposition(text);
  if (!parsed) ADD_FAILURE() << "not an exposition: " << parsed.error() << '\n' << text;
  return text;
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
