// Discovery and exact counting from the network to the exposition: a seeded appliance of which the
// truth is known, over fake time, with lists that fail and restarts of the exporter.

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <tuple>

#include "exporter/ledger/sqlite_ledger.h"
#include "tests/exporter/harness.h"
#include "tests/fakes/exposition_parser.h"
#include "tests/fakes/fake_appliance.h"
#include "tests/fakes/temporary_folder.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

// Passes on to another ledger, while it does not fail.
class UnsteadyLedger final : public Ledger {
 public:
  explicit UnsteadyLedger(Ledger& next) : next_(next) {}

  Result<std::vector<bool>> Commit(std::string_view target, const Family& family,
                                   std::span<const FinishedRefresh> finished) override {
    if (fails) return Fail(ErrorKind::kInternal, "the disk is full");
    return next_.Commit(target, family, finished);
  }
  Result<void> SetBaseline(std::string_view target, const Family& family,
                           WallTime baseline) override {
    if (fails) return Fail(ErrorKind::kInternal, "the disk is full");
    return next_.SetBaseline(target, family, baseline);
  }
  Result<void> Meet(std::string_view target, const Family& family,
                    std::span<const MetDomain> met) override {
    if (fails) return Fail(ErrorKind::kInternal, "the disk is full");
    return next_.Meet(target, family, met);
  }
  tl::expected<CollectorMemory, LedgerFailure> Restore(
      std::string_view target, const Family& family, const WantedRefreshes& wanted) const override {
    return next_.Restore(target, family, wanted);
  }
  Result<void> Forget(std::string_view target, const Family& family, WallTime now,
                      const Unneeded& unneeded) override {
    return next_.Forget(target, family, now, unneeded);
  }
  Result<std::vector<std::string>> ForgetDomains(
      std::string_view target, const Family& family, WallTime now,
      const std::function<bool(std::string_view)>& is_unneeded) override {
    return next_.ForgetDomains(target, family, now, is_unneeded);
  }

  bool fails = false;

 private:
  Ledger& next_;
};

// Of one exposition: the values that must never decrease, by their series.
std::map<std::string, double> MonotonicValues(const std::string& exposition) {
  std::map<std::string, double> values;
  const auto families = ParseExposition(exposition);
  if (!families) return values;
  for (const ParsedFamily& family : *families) {
    // What the exporter counts of itself begins again at 0 with it.
    if (!family.name.starts_with("cckm_domain_refresh") &&
        !family.name.starts_with("cckm_refresh_duration")) {
      continue;
    }
    if (family.type == "gauge") continue;
    for (const ParsedSample& sample : family.samples) {
      std::string series = sample.name;
      for (const auto& [name, value] : sample.labels) series += "," + name + "=" + value;
      values[series] = sample.value;
    }
  }
  return values;
}

class DiscoveryTest : public ::testing::Test {
 protected:
  DiscoveryTest() {
    OpenLedger();
    appliance_.domains = {R"({"id":"d1","name":"first"})"};
  }

  void OpenLedger() {
    sqlite_.reset();
    auto ledger = SqliteLedger::Open(folder_.File("data"), bounds_, {}, clock_);
    ASSERT_TRUE(ledger) << ledger.error().message;
    sqlite_ = std::move(*ledger);
    ledger_ = std::make_unique<UnsteadyLedger>(*sqlite_);
  }

  // The exporter begins, or begins again, with what the ledger holds.
  void Restart() {
    const WallTime now = clock_.Now();
    harness_.reset();
    OpenLedger();
    Harness::Setup setup{.collectors = {{.family = FindFamily("dsm"), .discovers = true}}};
    setup.discovery = discovery_;
    setup.schedule.poll_interval = poll_interval_;
    setup.domain_names = true;
    setup.ledger = ledger_.get();
    setup.start = now;
    setup.respond = [this](const std::string& path) {
      clock_.SetWall(harness_->clock.Now());
      return appliance_.Answer(path);
    };
    harness_ = std::make_unique<Harness>(std::move(setup));
  }

  void PollFor(Nanoseconds length) {
    harness_->PollFor(length);
    clock_.SetWall(harness_->clock.Now());
  }

  // Takes an exposition and compares it with the one before.
  void ScrapeAndCompare() {
    std::map<std::string, double> values = MonotonicValues(harness_->Scrape());
    for (const auto& [series, value] : values) {
      const auto before = last_values_.find(series);
      if (before == last_values_.end()) continue;
      EXPECT_GE(value, before->second) << series;
    }
    for (const auto& [series, value] : values) last_values_[series] = value;
  }

  double Value(const std::string& line) {
    const std::string found = harness_->Scrape(line + " ");
    return found.empty() ? -1 : std::stod(found.substr(line.size()));
  }
  double Completed(const std::string& domain) {
    return Value(R"(cckm_domain_refreshes_total{target="cm",cloud="dsm",domain_id=")" + domain +
                 R"(",status="completed"})");
  }
  double Observed() {
    return Value(
        R"(cckm_refresh_duration_seconds_count{target="cm",cloud="dsm",status="completed"})");
  }

  const TemporaryFolder folder_;
  const BucketBounds bounds_{Harness::Bounds()};
  FakeClock clock_;
  FakeAppliance appliance_{clock_};
  DiscoverySettings discovery_;
  Nanoseconds poll_interval_ = 15s;
  std::unique_ptr<SqliteLedger> sqlite_;
  std::unique_ptr<UnsteadyLedger> ledger_;
  std::unique_ptr<Harness> harness_;
  std::map<std::string, double> last_values_;
};

TEST_F(DiscoveryTest, OneThatFinishedWhileTheExporterWasDownIsCountedOnce) {
  appliance_.jobs = {{.id = "old", .created = clock_.Now() - 2h, .completed = clock_.Now() - 1h},
                     {.id = "running", .created = clock_.Now() - 1min}};
  Restart();
  PollFor(1min);
  EXPECT_EQ(Observed(), 0);
  clock_.Advance(30min);
  appliance_.Find("running")->completed = clock_.Now();
  appliance_.jobs.push_back(
      {.id = "unseen", .created = clock_.Now() - 1min, .completed = clock_.Now() - 1s});
  clock_.Advance(30min);
  for (int i = 0; i < 3; ++i) {
    Restart();
    PollFor(2min);
    EXPECT_EQ(Observed(), 2);
    EXPECT_EQ(Completed("d1"), 2);
  }
}

TEST_F(DiscoveryTest, MaxRefreshesBoundsWhatIsTrackedAndWhatIsObservedAlsoThroughARestart) {
  discovery_ = {.max_refreshes = 50, .observe_history = true};
  for (int i = 0; i < 260; ++i) {
    const WallTime created = clock_.Now() - std::chrono::hours(300 - i);
    appliance_.jobs.push_back({.id = "r" + std::to_string(i),
                               .created = created,
                               .completed = created + 1min,
                               .domains = {"d" + std::to_string(i % 100)}});
  }
  const std::string tracked = R"(cckm_tracked_refreshes{target="cm",cloud="dsm"})";
  for (int i = 0; i < 2; ++i) {
    Restart();
    PollFor(1ms);
    EXPECT_EQ(Value(tracked), 50);
    EXPECT_EQ(Observed(), 50);
  }
  for (int i = 0; i < 30; ++i) {
    const FakeJob job{.id = "n" + std::to_string(i),
                      .created = clock_.Now(),
                      .completed = clock_.Now() + 1s,
                      .domains = {"e" + std::to_string(i)}};
    appliance_.jobs.push_back(job);
  }
  PollFor(2min);
  EXPECT_EQ(Value(tracked), 50);
  EXPECT_EQ(Observed(), 80);
  Restart();
  EXPECT_EQ(Value(tracked), 50);
}

TEST_F(DiscoveryTest, AFailureForUnknownDomainsOutlivesNewerRefreshesAndARestartUntilMadeGood) {
  discovery_.max_refreshes = 3;
  const std::string bad =
      R"(cckm_refresh_status{target="cm",cloud="dsm",refresh_id="bad",status="failed"})";
  appliance_.jobs = {{.id = "bad",
                      .created = clock_.Now(),
                      .completed = clock_.Now() + 1s,
                      .domains = {},
                      .status = "failed"}};
  Restart();
  PollFor(1min);
  for (int i = 0; i < 10; ++i) {
    const WallTime now = clock_.Now();
    appliance_.jobs.push_back({.id = "r" + std::to_string(i), .created = now, .completed = now});
    PollFor(1min);
  }
  EXPECT_EQ(Value(bad), 1);
  Restart();
  PollFor(1min);
  EXPECT_EQ(Value(bad), 1);
  appliance_.jobs.push_back(
      {.id = "good", .created = clock_.Now(), .completed = clock_.Now(), .domains = {}});
  PollFor(2min);
  EXPECT_EQ(Value(bad), -1);
  Restart();
  PollFor(1min);
  EXPECT_EQ(Value(bad), -1);
}

TEST_F(DiscoveryTest, TheBaselineIsStoredOnceTheLedgerWorksAgain) {
  appliance_.jobs = {{.id = "running"}};
  Restart();
  ledger_->fails = true;
  PollFor(1min);
  ledger_->fails = false;
  harness_->recorder().Retry();
  clock_.Advance(10min);
  appliance_.jobs.push_back(
      {.id = "unseen", .created = clock_.Now() - 1min, .completed = clock_.Now()});
  clock_.Advance(10min);
  Restart();
  PollFor(1min);
  EXPECT_EQ(Observed(), 1);
}

TEST_F(DiscoveryTest, WhileTheLedgerFailsGaugesGoOnAndAfterwardsEverythingCountsOnce) {
  appliance_.jobs = {{.id = "a"}, {.id = "b"}};
  Restart();
  PollFor(1min);
  ScrapeAndCompare();
  ledger_->fails = true;
  for (FakeJob& job : appliance_.jobs) job.completed = clock_.Now();
  PollFor(1min);
  ScrapeAndCompare();
  EXPECT_EQ(
      Value(R"(cckm_refresh_status{target="cm",cloud="dsm",refresh_id="a",status="completed"})"),
      1);
  EXPECT_EQ(Completed("d1"), 0);
  EXPECT_EQ(Observed(), 0);
  EXPECT_EQ(Value("cckm_ledger_writable"), 0);
  harness_->recorder().Retry();
  EXPECT_EQ(Observed(), 0);
  ledger_->fails = false;
  harness_->recorder().Retry();
  harness_->recorder().Retry();
  PollFor(1min);
  ScrapeAndCompare();
  EXPECT_EQ(Completed("d1"), 2);
  EXPECT_EQ(Observed(), 2);
  EXPECT_EQ(Value("cckm_ledger_writable"), 1);
  Restart();
  EXPECT_EQ(Observed(), 2);
}

TEST_F(DiscoveryTest, ARecheckThatFailsBringsBackNoRefreshThatHasLeft) {
  appliance_.jobs = {{.id = "a"}};
  Restart();
  PollFor(1min);
  appliance_.Find("a")->completed = clock_.Now();
  appliance_.jobs.push_back({.id = "b", .created = clock_.Now()});
  PollFor(23h);
  EXPECT_NE(harness_->Scrape().find(R"(refresh_id="a")"), std::string::npos);
  appliance_.fault = [](const std::string& path) {
    return path.ends_with("/a") ? FakeAppliance::MaybeAnswer(StatusAnswer(500)) : std::nullopt;
  };
  PollFor(5h);
  EXPECT_EQ(harness_->Scrape().find(R"(refresh_id="a")"), std::string::npos);
  EXPECT_EQ(Value(R"(cckm_unanswered_refreshes{target="cm",cloud="dsm"})"), 0);
}

// The appliance of the long scenario.
class RandomAppliance {
 public:
  RandomAppliance(FakeAppliance& appliance, FakeClock& clock, unsigned seed)
      : appliance_(appliance), clock_(clock), random_(seed) {
    for (int i = 0; i < 20; ++i) {
      appliance.domains.push_back(R"({"id":"d)" + std::to_string(i) + R"(","name":"n"})");
    }
  }

  std::uint32_t Below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  // Lets a minute happen.
  void Step() {
    for (FakeJob& job : appliance_.jobs) {
      if (job.completed || Below(8) != 0) continue;
      job.completed = clock_.Now();
      for (const std::string& domain : job.domains) ++completed_of[domain];
      ++completed;
    }
    for (std::uint32_t i = Below(3); i > 0; --i) {
      FakeJob job{.id = "r" + std::to_string(++made_), .created = clock_.Now()};
      job.domains = {"d" + std::to_string(Below(20)), "e" + std::to_string(Below(20))};
      const auto at = Below(2) == 0 ? appliance_.jobs.begin() : appliance_.jobs.end();
      appliance_.jobs.insert(at, std::move(job));
    }
    // The appliance keeps some hundreds, and forgets what has been finished for long.
    if (appliance_.jobs.size() > 100) {
      const auto is_old = [&](const FakeJob& job) {
        return job.completed && *job.completed + 1h < clock_.Now();
      };
      const auto old = std::ranges::find_if(appliance_.jobs, is_old);
      if (old != appliance_.jobs.end()) appliance_.jobs.erase(old);
    }
  }

  FakeAppliance::MaybeAnswer Fault(const std::string& path) {
    const std::uint32_t dice = Below(100);
    const bool is_list = path.find('?') != std::string::npos;
    if (dice == 0) return StatusAnswer(500);
    if (dice == 1) return JsonAnswer("{");
    if (dice == 2) return Result<HttpAnswer>(Fail(ErrorKind::kTimeout, "no answer in time"));
    if (is_list && dice == 3) return JsonAnswer(R"({"total":100,"resources":[]})");
    if (is_list && dice == 4) return Result<HttpAnswer>(Fail(ErrorKind::kTooLarge, "too large"));
    auto& jobs = appliance_.jobs;
    if (is_list && dice < 15) std::rotate(jobs.begin(), jobs.begin() + 1, jobs.end());
    if (!is_list && dice == 3) return NotFoundAnswer();
    return std::nullopt;
  }

  double completed = 0;
  std::map<std::string, double> completed_of;

 private:
  FakeAppliance& appliance_;
  FakeClock& clock_;
  std::mt19937 random_;
  int made_ = 0;
};

class DiscoverySeedTest : public DiscoveryTest, public ::testing::WithParamInterface<unsigned> {};

TEST_P(DiscoverySeedTest, ADayOfFaultsAndRestartsEndsWithTheTruthAndNothingEverDecreases) {
  RandomAppliance truth(appliance_, clock_, GetParam());
  discovery_.max_refreshes = 2000;
  poll_interval_ = 1min;
  Restart();
  PollFor(1min);
  appliance_.fault = [&](const std::string& path) { return truth.Fault(path); };
  for (int step = 0; step < 24 * 60; ++step) {
    truth.Step();
    const bool is_quiet = step % 120 < 90;
    const std::uint32_t dice = truth.Below(100);
    if (dice == 0 && !ledger_->fails) {
      Restart();
    } else if (dice == 1) {
      clock_.Advance(3min);
      harness_->clock.Advance(3min);
    }
    ledger_->fails = !is_quiet && truth.Below(2) == 0;
    PollFor(1min);
    if (truth.Below(4) == 0) harness_->recorder().Retry();
    if (step % 20 == 0) ScrapeAndCompare();
    if (HasFailure()) FAIL() << "in step " << step;
  }
  ledger_->fails = false;
  appliance_.fault = [](const std::string&) { return std::nullopt; };
  harness_->recorder().Retry();
  PollFor(12min);
  ScrapeAndCompare();
  EXPECT_EQ(Observed(), truth.completed);
  // The domains e0 to e19 are in no list: they are away while no watched refresh names them.
  const std::string exposition = harness_->Scrape();
  const auto shown = MonotonicValues(exposition);
  for (const auto& [domain, count] : truth.completed_of) {
    const auto found =
        shown.find("cckm_domain_refreshes_total,target=cm,cloud=dsm,domain_id=" + domain +
                   ",status=completed");
    if (found == shown.end()) {
      EXPECT_TRUE(domain.starts_with("e")) << domain;
    } else {
      EXPECT_EQ(found->second, count) << domain;
    }
  }
  EXPECT_GT(truth.completed, 1000);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DiscoverySeedTest, ::testing::Values(1U, 2U));

}  // namespace
}  // namespace cckm
