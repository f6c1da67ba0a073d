// A Recorder between a ledger that does as it is told and the state of one target.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "exporter/app/recorder.h"
#include "tests/support/fakes/watched_clock.h"
#include "tests/unit/exporter/exposition/one_target.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {

// A ledger that answers what it is told to, and looks around when it is asked.
class FakeLedger final : public Ledger {
 public:
  Result<void> Commit(std::string_view target, const Family& family, const CommitTime& /*time*/,
                      std::span<RefreshAnswer> answers) override {
    if (std::ranges::none_of(answers, &RefreshAnswer::is_final)) return {};
    std::string call(target);
    call.append(" ").append(family.name);
    for (const RefreshAnswer& answer : answers) {
      if (answer.is_final) call.append(" ").append(answer.refresh.id);
    }
    calls.push_back(call);
    if (on_commit) on_commit();
    if (fails || calls_until_failure-- == 0) return Fail(ErrorKind::kInternal, "disk full");
    for (RefreshAnswer& answer : answers) {
      if (answer.is_final) Store(answer);
    }
    return {};
  }

  Result<void> SetBaseline(std::string_view /*target*/, const Family& /*family*/,
                           WallTime baseline) override {
    if (fails) return Fail(ErrorKind::kInternal, "disk full");
    baselines.push_back(baseline);
    return {};
  }
  Result<void> Meet(std::string_view target, const Family& /*family*/,
                    std::span<const MetDomain> met) override {
    if (fails) return Fail(ErrorKind::kInternal, "disk full");
    for (const MetDomain& domain : met) {
      met_domains.push_back(std::string(target) + " " + domain.domain_id +
                            (domain.was_listed ? " listed" : ""));
    }
    return {};
  }
  tl::expected<CollectorMemory, LedgerFailure> Restore(
      std::string_view /*target*/, const Family& /*family*/,
      const WantedRefreshes& /*wanted*/) const override {
    return tl::make_unexpected(LedgerFailure{.message = "nothing is kept"});
  }
  Result<void> Forget(std::string_view /*target*/, const Family& /*family*/, WallTime /*now*/,
                      const Unneeded& unneeded) override {
    forgets.push_back(unneeded.refresh("r1") ? "r1 may go" : "r1 is listed");
    return {};
  }
  Result<std::vector<std::string>> ForgetDomains(
      std::string_view /*target*/, const Family& /*family*/, WallTime /*now*/,
      const std::function<bool(std::string_view)>& is_unneeded) override {
    if (fails) return Fail(ErrorKind::kInternal, "disk full");
    std::vector<std::string> forgotten;
    for (const char* id : {"d1", "d2"}) {
      if (is_unneeded(id)) forgotten.emplace_back(id);
    }
    forgets.insert(forgets.end(), forgotten.begin(), forgotten.end());
    return forgotten;
  }

  std::vector<std::string> calls;
  std::vector<WallTime> baselines;
  std::vector<std::string> met_domains;
  std::vector<std::string> forgets;
  std::vector<DomainCounts> left_out;
  std::set<std::string> known;          // counted once, but not held
  std::map<std::string, Refresh> held;  // as it was told last
  bool fails = false;
  int calls_until_failure = -1;  // of one commit
  std::function<void()> on_commit;

 private:
  void Store(RefreshAnswer& answer) {
    const Refresh& refresh = answer.refresh;
    left_out.push_back(answer.left_out.counts);
    answer.is_counted_now = !known.contains(refresh.id) && !held.contains(refresh.id);
    held[refresh.id] = refresh;
  }
};

class RecorderTest : public ::testing::Test {
 protected:
  RecorderTest() { self_metrics.AddCollector("cm", *FindFamily("dsm")); }

  static PollUpdate Update() {
    PollUpdate update;
    update.target = "cm";
    update.family = FindFamily("dsm");
    update.at = FakeClock::kSteadyStart;
    return update;
  }

  // A refresh of ten seconds that completed for the domain d1.
  static RefreshAnswer Completed(std::string id) {
    RefreshAnswer answer;
    answer.kind = RefreshAnswer::Kind::kRefresh;
    answer.refresh.id = std::move(id);
    answer.refresh.status = RefreshStatus::kCompleted;
    answer.refresh.created_at = FakeClock::kStart;
    answer.refresh.completed_at = FakeClock::kStart + std::chrono::seconds(10);
    answer.refresh.domains = {{"d1", DomainStatus::kCompleted, ""}};
    answer.is_final = true;
    return answer;
  }

  // The same, which ended otherwise.
  static RefreshAnswer Failed(std::string id) {
    RefreshAnswer answer = Completed(std::move(id));
    answer.refresh.status = RefreshStatus::kFailed;
    answer.refresh.domains.front().status = DomainStatus::kFailed;
    return answer;
  }

  void Tell(std::vector<RefreshAnswer> answers) {
    PollUpdate update = Update();
    update.answers = std::move(answers);
    recorder.OnUpdate(std::move(update));
  }

  // Gives `look` the history of d1.
  void LookAtD1(const std::function<void(const DomainHistory&)>& look) {
    state.Read([&](const StateView& view) {
      for (const DomainState& domain : view.targets[0].collectors[0].domains) {
        if (domain.id.text() == "d1") look(domain.history);
      }
    });
  }
  DomainEndCounts TotalsOfD1() {
    DomainEndCounts totals{};
    LookAtD1([&](const DomainHistory& history) { totals = history.totals; });
    return totals;
  }
  DomainResult LastResultOfD1() {
    DomainResult result = DomainResult::kNone;
    LookAtD1([&](const DomainHistory& history) { result = history.last_result; });
    return result;
  }

  // Publishes what the publisher is told of, until its body shows `text`.
  ::testing::AssertionResult IsPublished(std::string_view text) {
    const std::jthread publishing([this](const std::stop_token& stop) { publisher.Run(stop); });
    for (int looks = 0; looks < 20; ++looks) {
      if (publisher.BodyOf({})->Joined().find(text) != std::string_view::npos) {
        return ::testing::AssertionSuccess();
      }
      if (!clock.WaitForReads(1)) break;
    }
    return ::testing::AssertionFailure() << "not published: " << text;
  }

  // How often the state counted a completed refresh of d1; -1 if it knows no such domain.
  int CompletedOfD1() {
    int count = -1;
    state.Read([&](const StateView& view) {
      for (const DomainState& domain : view.targets[0].collectors[0].domains) {
        if (domain.id.text() == "d1") count = static_cast<int>(domain.history.totals[0]);
      }
    });
    return count;
  }

  double Anomalies(std::string_view kind) {
    for (const auto& collected : self_metrics.Collect()) {
      if (collected.metric != Metric::kRefreshAnomaliesTotal) continue;
      for (const auto& series : collected.family.metric) {
        for (const auto& label : series.label) {
          if (label.value == kind) return series.counter.value;
        }
      }
    }
    return -1;
  }

  WatchedClock clock;
  FakeLedger ledger;
  OneTarget target{{"r1", "r2", "r3"}, clock, clock};
  StateStore& state = target.state;
  SelfMetrics& self_metrics = target.self_metrics;
  ExporterStatus& status = target.status;
  Publisher& publisher = target.publisher;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen("/dev/null", "w"),
                                                             std::fclose};
  Log log{file.get(), LogLevel::kError, LogFormat::kLogfmt, clock};
  EventLog events{log, clock};
  Recorder recorder{{.ledger = ledger,
                     .state = state,
                     .self_metrics = self_metrics,
                     .status = status,
                     .events = events,
                     .clock = clock,
                     .publisher = &publisher}};
};

}  // namespace cckm
