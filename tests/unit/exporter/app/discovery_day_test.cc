// A day of discovery: a seeded appliance of which the truth is known, with lists that fail, a
// ledger that fails, and restarts of the exporter.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <string>

#include "tests/unit/exporter/app/discovery_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

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
    if (dice == 2) return Result<HttpResponse>(Fail(ErrorKind::kTimeout, "no answer in time"));
    if (is_list && dice == 3) return JsonAnswer(R"({"total":100,"resources":[]})");
    if (is_list && dice == 4) return Result<HttpResponse>(Fail(ErrorKind::kTooLarge, "too large"));
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

class DiscoveryDayTest : public DiscoveryFixture, public ::testing::WithParamInterface<unsigned> {};

TEST_P(DiscoveryDayTest, ADayOfFaultsAndRestartsEndsWithTheTruthAndNothingEverDecreases) {
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
    if (step % 30 == 0) ScrapeAndCompare();
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
        shown.find(R"(cckm_domain_refreshes_total{target="cm",cloud="dsm",domain_id=")" + domain +
                   R"(",status="completed"})");
    if (found == shown.end()) {
      EXPECT_TRUE(domain.starts_with("e")) << domain;
    } else {
      EXPECT_EQ(found->second, count) << domain;
    }
  }
  EXPECT_GT(truth.completed, 1000);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DiscoveryDayTest, ::testing::Values(1U, 2U));

}  // namespace
}  // namespace cckm
