// Discovery and exact counting from the network to the exposition, over a ledger that may fail and
// restarts of the exporter.
//
// For tests.  Thread-safety: none.

#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/ledger/sqlite/sqlite_ledger.h"
#include "tests/support/fakes/fake_appliance.h"
#include "tests/support/fakes/temporary_folder.h"
#include "tests/unit/exporter/app/harness.h"

namespace cckm {

// Passes on to another ledger, while it does not fail.
class UnsteadyLedger final : public Ledger {
 public:
  explicit UnsteadyLedger(Ledger& next) : next_(next) {}

  Result<void> Commit(std::string_view target, const Family& family, const CommitTime& time,
                      std::span<RefreshAnswer> answers) override {
    if (fails) return Fail(ErrorKind::kInternal, "the disk is full");
    return next_.Commit(target, family, time, answers);
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

// Of one exposition: the values that must never decrease, by their series.  What the exporter
// counts of itself begins again at 0 with it.
inline std::map<std::string, double> MonotonicValues(const std::string& exposition) {
  std::map<std::string, double> values;
  std::istringstream lines(exposition);
  for (std::string line; std::getline(lines, line);) {
    const std::string_view name = std::string_view(line).substr(0, line.find('{'));
    const bool is_monotonic = name == "cckm_domain_refreshes_total" ||
                              name.starts_with("cckm_domain_refresh_duration_seconds_") ||
                              name.starts_with("cckm_refresh_duration_seconds_");
    if (!is_monotonic) continue;
    const std::size_t space = line.rfind(' ');
    values[line.substr(0, space)] = std::stod(line.substr(space));
  }
  return values;
}

class DiscoveryFixture : public ::testing::Test {
 protected:
  DiscoveryFixture() {
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
    setup.max_domains = max_domains_;
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
  std::size_t max_domains_ = 20'000;
  Nanoseconds poll_interval_ = std::chrono::seconds(15);
  std::unique_ptr<SqliteLedger> sqlite_;
  std::unique_ptr<UnsteadyLedger> ledger_;
  std::unique_ptr<Harness> harness_;
  std::map<std::string, double> last_values_;
};

}  // namespace cckm
