// What the durable ledger counts, keeps and gives back.

#include "exporter/ledger/sqlite/sqlite_ledger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <stdexcept>
#include <thread>

#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr DomainStatus kCompleted = DomainStatus::kCompleted;
constexpr DomainStatus kFailed = DomainStatus::kFailed;

TEST(SqliteLedgerTest, ARefreshIsNewOnceThroughRestarts) {
  const LedgerFolder folder;
  EXPECT_EQ(Commit(*folder.Open(), MakeRefreshes("r", 2)), (Answers{true, true}));
  EXPECT_EQ(Commit(*folder.Open(), MakeRefreshes("r", 3)), (Answers{false, false, true}));
  const auto ledger = folder.Open();
  EXPECT_EQ(Commit(*ledger, MakeRefreshes("r", 3)), (Answers{false, false, false}));
  EXPECT_EQ(Commit(*ledger, MakeRefreshes("r", 4)), (Answers{false, false, false, true}));
}

TEST(SqliteLedgerTest, ARefreshThatIsThereTwiceInOneCommitCountsOnce) {
  const LedgerFolder once;
  const LedgerFolder twice;
  const Refresh refresh = MakeRefresh("r", {{"d", kCompleted, ""}});
  EXPECT_EQ(Commit(*once.Open(), {refresh}), Answers{true});
  EXPECT_EQ(Commit(*twice.Open(), {refresh, refresh}), (Answers{true, false}));
  EXPECT_EQ(HeldText(*once.Open()), HeldText(*twice.Open()));
}

TEST(SqliteLedgerTest, TargetFamilyAndIdTogetherAreTheKey) {
  const LedgerFolder folder;
  const auto ledger = folder.Open();
  const auto commit = [&](std::string_view target, std::string_view family, std::string id) {
    return CommitTo(*ledger, target, *FindFamily(family), {MakeRefresh(std::move(id), {})});
  };
  EXPECT_EQ(commit("a", "dsm", "r"), Answers{true});
  EXPECT_EQ(commit("b", "dsm", "r"), Answers{true});
  EXPECT_EQ(commit("a", "aws", "r"), Answers{true});
  EXPECT_EQ(commit("a", "dsm", "R"), Answers{true});
  EXPECT_EQ(commit("a", "dsm", "r "), Answers{true});
  EXPECT_EQ(commit("a", "dsm", std::string("r\0s", 3)), Answers{true});
  EXPECT_EQ(commit("a", "dsm", std::string("r\0t", 3)), Answers{true});
  EXPECT_EQ(commit("a", "dsm", ""), Answers{true});
  for (const char* id : {"r", "R", "r ", ""}) EXPECT_EQ(commit("a", "dsm", id), Answers{false});
}

TEST(SqliteLedgerTest, NothingToStoreIsNoFault) {
  const LedgerFolder folder;
  EXPECT_TRUE(folder.Open()->Commit("cm", Dsm(), {}, {}));
}

// Refreshes of every kind: ends, missing times, a negative duration, domains in every state.
std::vector<Refresh> AllKindsOfRefreshes() {
  std::vector<Refresh> refreshes;
  int number = 0;
  for (const RefreshStatus status : {RefreshStatus::kCompleted, RefreshStatus::kPartial,
                                     RefreshStatus::kFailed, RefreshStatus::kCancelled}) {
    for (const milliseconds took : {milliseconds(-1), milliseconds(0), milliseconds(333),
                                    milliseconds(5000), milliseconds(86'400'123)}) {
      ++number;
      Refresh refresh = MakeRefresh("r" + std::to_string(number), {}, took, milliseconds(number));
      refresh.status = status;
      for (std::size_t i = 0; i < kDomainStatusNames.size(); ++i) {
        const std::string id = "d" + std::to_string((i + static_cast<std::size_t>(number)) % 7);
        refresh.domains.push_back(
            {.domain_id = id, .status = static_cast<DomainStatus>(i), .detail = {}});
      }
      if (number % 6 == 0) refresh.created_at.reset();
      refreshes.push_back(std::move(refresh));
    }
  }
  return refreshes;
}

TEST(SqliteLedgerTest, ARestartGivesBackWhatTheRulesOfHistorySay) {
  const BucketBounds bounds({1, 5, 10, 60, 3600});
  const std::vector<Refresh> refreshes = AllKindsOfRefreshes();
  CollectorMemory expected{.durations = EmptyRefreshDurations(bounds)};
  std::map<std::string, DomainHistory> histories;
  for (const Refresh& refresh : refreshes) {
    expected.refreshes.push_back(FinalAnswer(refresh));
    Count(refresh, expected.durations, FakeClock::kStart);
    for (const DomainRefresh& named : refresh.domains) {
      DomainHistory& history = histories.try_emplace(named.domain_id, bounds).first->second;
      history.first_seen_at = FakeClock::kStart;
      history.Consider(refresh, named.status);
      history.Count(refresh, named.status, FakeClock::kStart);
    }
  }
  for (auto& [id, history] : histories) expected.domains.emplace_back(id, std::move(history));
  std::ranges::stable_sort(expected.refreshes, {},
                           [](const RefreshAnswer& answer) { return answer.refresh.completed_at; });

  const LedgerFolder folder;
  const std::size_t half = refreshes.size() / 2;
  const auto middle = refreshes.begin() + static_cast<std::ptrdiff_t>(half);
  EXPECT_EQ(Commit(*folder.Open(), {refreshes.begin(), middle}), Answers(half, true));
  EXPECT_EQ(Commit(*folder.Open(), {middle, refreshes.end()}), Answers(half, true));
  EXPECT_EQ(HeldText(*folder.Open()), TextFor(expected));
}

TEST(SqliteLedgerTest, WhatIsOnlyRememberedIsShownAndNeverCounted) {
  const LedgerFolder folder;
  EXPECT_EQ(Commit(*folder.Open(), {MakeRefresh("r", {{"d", kCompleted, ""}})}, false),
            Answers{false});
  const auto ledger = folder.Open();
  EXPECT_EQ(Commit(*ledger, {MakeRefresh("r", {{"d", kCompleted, ""}})}), Answers{false});
  const auto memory = ledger->Restore("cm", Dsm(), {});
  ASSERT_TRUE(memory);
  ASSERT_EQ(memory->domains.size(), 1U);
  const DomainHistory& history = memory->domains[0].second;
  EXPECT_EQ(history.last_result, DomainResult::kCompleted);
  EXPECT_EQ(history.last_duration(), seconds(10));
  EXPECT_EQ(history.totals, (DomainEndCounts{0, 0, 0}));
  EXPECT_EQ(history.durations.Save().sum_seconds, 0);
  EXPECT_EQ(memory->durations[0].Save().sum_seconds, 0);
  EXPECT_EQ(memory->refreshes.size(), 1U);
}

TEST(SqliteLedgerTest, ARefreshThatEndedOtherwiseIsGivenBackSoAndCountsAsItDid) {
  const LedgerFolder folder;
  EXPECT_EQ(Commit(*folder.Open(), {MakeRefresh("r", {{"d", kCompleted, ""}})}), Answers{true});
  Refresh otherwise = MakeRefresh("r", {{"d", kFailed, ""}, {"e", kFailed, ""}}, seconds(20));
  otherwise.status = RefreshStatus::kFailed;
  EXPECT_EQ(Commit(*folder.Open(), {otherwise}), Answers{false});
  const auto ledger = folder.Open();
  const auto memory = ledger->Restore("cm", Dsm(), {});
  ASSERT_TRUE(memory);
  ASSERT_EQ(memory->refreshes.size(), 1U);
  EXPECT_EQ(memory->refreshes[0].refresh.status, RefreshStatus::kFailed);
  EXPECT_EQ(memory->refreshes[0].refresh.completed_at, otherwise.completed_at);
  EXPECT_EQ(memory->refreshes[0].refresh.domains.size(), 2U);
  EXPECT_TRUE(memory->refreshes[0].counts);
  for (const auto& [id, history] : memory->domains) {
    EXPECT_EQ(history.last_result, DomainResult::kFailed) << id;
    EXPECT_EQ(history.last_duration(), seconds(20)) << id;
    EXPECT_EQ(history.totals, (DomainEndCounts{id == "d" ? 1U : 0U, 0, 0})) << id;
  }
  EXPECT_EQ(memory->durations[0].Save().sum_seconds, 10);
  EXPECT_EQ(memory->durations[2].Save().sum_seconds, 0);
}

// Changed buckets count again what counts, from the refreshes that are held.
TEST(SqliteLedgerTest, ARefreshThatEndedOtherwiseCountsForeverOrNeverAsItDidAtFirst) {
  const BucketBounds bounds{{2, 30}};
  for (const bool counts : {false, true}) {
    const LedgerFolder folder;
    EXPECT_EQ(Commit(*folder.Open(), {MakeRefresh("r", {{"d", kCompleted, ""}})}, counts),
              Answers{counts});
    const Refresh otherwise = MakeRefresh("r", {{"d", kCompleted, ""}}, seconds(20));
    EXPECT_EQ(Commit(*folder.Open(), {otherwise}, !counts), Answers{false});
    const auto memory = folder.OpenWith(bounds)->Restore("cm", Dsm(), {});
    ASSERT_TRUE(memory);
    EXPECT_EQ(memory->refreshes[0].counts, counts);
    EXPECT_EQ(memory->refreshes[0].refresh.completed_at, otherwise.completed_at);
    EXPECT_EQ(memory->durations[0].Save().sum_seconds > 0, counts);
  }
}

TEST(SqliteLedgerTest, HowManyDomainsOfARefreshWereLeftOutComesBackAndIsCorrected) {
  const LedgerFolder folder;
  const Refresh refresh = MakeRefresh("r1", {{"d1", DomainStatus::kCompleted, ""}});
  const auto after = [&](const DomainCounts& left_out) {
    RefreshAnswer answer = FinalAnswer(refresh);
    answer.left_out.counts = left_out;
    EXPECT_TRUE(folder.Open()->Commit("cm", Dsm(), {}, {&answer, 1}));
    return folder.Open()->Restore("cm", Dsm(), {.refresh_ids = {}, .finished_since = WallTime()});
  };
  for (const DomainCounts& left_out : {DomainCounts{0, 5'000, 0, 0, 1}, DomainCounts{},
                                       DomainCounts{0, 0, 4'294'967'295U, 0, 0}}) {
    const auto memory = after(left_out);
    ASSERT_TRUE(memory);
    ASSERT_EQ(memory->refreshes.size(), 1U);
    EXPECT_EQ(memory->refreshes[0].refresh, refresh);
    EXPECT_EQ(memory->refreshes[0].left_out.counts, left_out);
  }
}

TEST(SqliteLedgerTest, OfAnUnknownCollectorNothingIsHeld) {
  const LedgerFolder folder;
  const auto ledger = folder.Open();
  const std::string nothing = HeldText(*ledger);
  CommitTo(*ledger, "other", Dsm(), MakeRefreshes("r", 2));
  CommitTo(*ledger, "cm", *FindFamily("aws"), MakeRefreshes("r", 2));
  EXPECT_EQ(HeldText(*ledger), nothing);
}

TEST(SqliteLedgerTest, RestoresTheWantedRefreshesInTheOrderOfTheirCompletion) {
  const LedgerFolder folder;
  const auto ledger = folder.Open();
  for (const auto& [id, domain, finished] : {std::tuple("late", "d1", 50),
                                             {"early", "d1", 10},
                                             {"middle", "d2", 30},
                                             {"newest-of-d2", "d2", 31},
                                             {"same-time-b", "d1", 40},
                                             {"same-time-a", "d1", 40}}) {
    Commit(*ledger,
           {MakeRefresh(id, {{domain, kFailed, "a detail"}}, seconds(1), seconds(finished - 1))});
  }
  const std::vector<std::string> ids = {"middle", "unknown", "early"};
  EXPECT_EQ(IdsOf(*ledger, {}), "newest-of-d2 late");
  EXPECT_EQ(IdsOf(*ledger, {.refresh_ids = ids, .finished_since = {}}),
            "early middle newest-of-d2 late");
  EXPECT_EQ(IdsOf(*ledger, {.refresh_ids = {}, .finished_since = FakeClock::kStart + seconds(40)}),
            "newest-of-d2 same-time-a same-time-b late");
  EXPECT_EQ(IdsOf(*ledger, {.refresh_ids = ids, .finished_since = WallTime::min()}),
            "early middle newest-of-d2 same-time-a same-time-b late");
}

TEST(SqliteLedgerTest, WithoutACompletionTimeItFinishedWhenItWasStored) {
  LedgerFolder folder;
  Refresh refresh = MakeRefresh("r", {});
  refresh.completed_at.reset();
  const auto ledger = folder.Open();
  EXPECT_EQ(Commit(*ledger, {refresh}), Answers{true});
  const auto since = [&](seconds time) {
    return WantedRefreshes{.refresh_ids = {}, .finished_since = folder.clock().Now() + time};
  };
  EXPECT_EQ(IdsOf(*ledger, since(seconds(0))), "r");
  EXPECT_EQ(IdsOf(*ledger, since(seconds(1))), "");
  EXPECT_EQ(ledger->Restore("cm", Dsm(), since(seconds(0)))->refreshes.at(0).refresh, refresh);
}

TEST(SqliteLedgerTest, TimesAtTheEndsOfTheirRangeComeBack) {
  const LedgerFolder folder;
  Refresh refresh = MakeRefresh("r", {{"d", kCompleted, ""}});
  refresh.created_at = WallTime::min();
  refresh.completed_at = WallTime::min() + Nanoseconds::max();
  EXPECT_EQ(Commit(*folder.Open(), {refresh}), Answers{true});
  const auto memory = folder.Open()->Restore("cm", Dsm(), {});
  EXPECT_EQ(memory->refreshes.at(0).refresh, refresh);
  EXPECT_EQ(memory->domains.at(0).second.last_duration(), Nanoseconds::max());
}

TEST(SqliteLedgerTest, DomainIdsOfAnyBytesComeBack) {
  const LedgerFolder folder;
  Refresh refresh = MakeRefresh("r", {});
  for (const std::string& id :
       {std::string(), std::string("d\0a", 3), std::string("d\0b", 3), std::string("\xFF\xFE\xC3"),
        std::string("'; DROP TABLE domain; --"), std::string(100'000, 'd')}) {
    refresh.domains.push_back({.domain_id = id, .status = kFailed, .detail = {}});
  }
  EXPECT_EQ(Commit(*folder.Open(), {refresh}), Answers{true});
  const auto memory = folder.Open()->Restore("cm", Dsm(), {});
  EXPECT_EQ(memory->refreshes.at(0).refresh, refresh);
  EXPECT_EQ(memory->domains.size(), refresh.domains.size());
}

TEST(SqliteLedgerTest, WhatIsNotFinishedIsNotStored) {
  const LedgerFolder folder;
  const auto ledger = folder.Open();
  for (const RefreshStatus status :
       {RefreshStatus::kInProgress, RefreshStatus::kNotFound, RefreshStatus::kUnknown}) {
    Refresh refresh = MakeRefresh("r", {{"d", kCompleted, ""}});
    refresh.status = status;
    EXPECT_EQ(Commit(*ledger, {refresh}), Answers{false});
  }
  EXPECT_EQ(Commit(*ledger, {MakeRefresh("r", {})}), Answers{true});
}

TEST(SqliteLedgerTest, TheBaselineOfACollectorIsItsOwnAndStays) {
  const LedgerFolder folder;
  Commit(*folder.Open(), MakeRefreshes("r", 3));
  const std::string before = HeldText(*folder.Open());
  ASSERT_TRUE(folder.Open()->SetBaseline("cm", Dsm(), FakeClock::kStart));
  ASSERT_TRUE(folder.Open()->SetBaseline("cm", Dsm(), FakeClock::kStart + std::chrono::hours(1)));
  const auto ledger = folder.Open();
  EXPECT_EQ(HeldText(*ledger), before.substr(0, before.find("no baseline")) + "baseline\n");
  EXPECT_FALSE(ledger->Restore("cm", *FindFamily("aws"), {})->baseline);
  EXPECT_FALSE(ledger->Restore("other", Dsm(), {})->baseline);
  Commit(*ledger, MakeRefreshes("s", 1));
  EXPECT_EQ(ledger->Restore("cm", Dsm(), {})->baseline, FakeClock::kStart);
}

const DomainHistory& HistoryOf(const CollectorMemory& memory, std::string_view id) {
  const auto found =
      std::ranges::find_if(memory.domains, [&](const auto& d) { return d.first == id; });
  if (found == memory.domains.end()) throw std::runtime_error("no such domain");
  return found->second;
}

TEST(SqliteLedgerTest, ADomainIsKnownSinceItWasFirstMetThroughRestarts) {
  const LedgerFolder folder;
  const WallTime first = FakeClock::kStart - hours(2);
  ASSERT_TRUE(folder.Open()->Meet("cm", Dsm(), std::vector<MetDomain>{{"d1", first, false}}));
  Commit(*folder.Open(), MakeRefreshes("r", 3));
  ASSERT_TRUE(folder.Open()->Meet(
      "cm", Dsm(), std::vector<MetDomain>{{"d1", FakeClock::kStart + hours(1), false}}));
  const auto memory = folder.Open()->Restore("cm", Dsm(), {});
  ASSERT_TRUE(memory);
  EXPECT_EQ(HistoryOf(*memory, "d1").first_seen_at, first);
  EXPECT_EQ(HistoryOf(*memory, "d1").totals[0], 3U);
  EXPECT_EQ(HistoryOf(*memory, "d2").first_seen_at, FakeClock::kStart);
}

TEST(SqliteLedgerTest, ADomainThatWasListedOnceStaysSo) {
  const LedgerFolder folder;
  const auto meet = [&](bool was_listed) {
    const std::vector<MetDomain> met = {{"d1", FakeClock::kStart, was_listed}};
    EXPECT_TRUE(folder.Open()->Meet("cm", Dsm(), met));
    const auto memory = folder.Open()->Restore("cm", Dsm(), {});
    return HistoryOf(*memory, "d1").was_listed;
  };
  EXPECT_FALSE(meet(false));
  EXPECT_TRUE(meet(true));
  EXPECT_TRUE(meet(false));
}

TEST(SqliteLedgerTest, FailuresInARowGoOnAfterARestart) {
  const LedgerFolder folder;
  const auto commit = [&](int number, DomainStatus status) {
    Commit(*folder.Open(), {MakeRefresh("r" + std::to_string(number), {{"d", status, ""}},
                                        seconds(1), seconds(number))});
    const auto memory = folder.Open()->Restore("cm", Dsm(), {});
    return HistoryOf(*memory, "d").failures.count();
  };
  EXPECT_EQ(commit(1, kFailed), 1U);
  EXPECT_EQ(commit(3, kFailed), 2U);
  EXPECT_EQ(commit(2, kFailed), 3U);
  EXPECT_EQ(commit(4, DomainStatus::kUnknown), 3U);
  EXPECT_EQ(commit(5, DomainStatus::kCancelled), 0U);
  EXPECT_EQ(commit(6, kFailed), 1U);
}

TEST(SqliteLedgerTest, ChangedBucketsAreFilledFromTheRefreshesHeld) {
  const LedgerFolder folder;
  const LedgerFolder from_the_beginning;
  const BucketBounds others({2, 8, 9});
  std::vector<Refresh> refreshes = AllKindsOfRefreshes();
  std::ranges::sort(refreshes, {}, &Refresh::id);  // floats add up to the same in the same order
  const std::vector<Refresh> remembered = MakeRefreshes("old", 3);
  Commit(*folder.Open(), refreshes);
  Commit(*folder.Open(), remembered, false);
  const std::string before = HeldText(*folder.Open());
  Commit(*from_the_beginning.OpenWith(others), refreshes);
  Commit(*from_the_beginning.OpenWith(others), remembered, false);

  EXPECT_EQ(HeldText(*folder.OpenWith(others)), HeldText(*from_the_beginning.OpenWith(others)));
  EXPECT_EQ(Commit(*folder.OpenWith(others), refreshes), Answers(refreshes.size(), false));
  EXPECT_EQ(HeldText(*folder.Open()), before);
}

TEST(SqliteLedgerTest, BucketsAsManyButOthersAreFilledAnew) {
  const LedgerFolder folder;
  Commit(*folder.Open(), {MakeRefresh("r", {{"d", kCompleted, ""}}, seconds(7))});
  const BucketBounds others({1, 8, 10, 60, 3600});
  const auto memory = folder.OpenWith(others)->Restore("cm", Dsm(), {});
  const std::vector<std::uint64_t> expected = {0, 1, 0, 0, 0, 0};
  EXPECT_EQ(memory->domains.at(0).second.durations.Save().counts, expected);
  EXPECT_EQ(memory->durations[0].Save().counts, expected);
}

TEST(SqliteLedgerTest, OfManyThreadsOneFindsARefreshNew) {
  constexpr int kRefreshes = 20;
  const LedgerFolder folder;
  const auto ledger = folder.Open();
  std::atomic<int> found_new = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (const Refresh& refresh : MakeRefreshes("r", kRefreshes)) {
          found_new += Commit(*ledger, {refresh}).at(0) ? 1 : 0;
          EXPECT_TRUE(ledger->SetBaseline("cm", Dsm(), FakeClock::kStart));
          EXPECT_TRUE(ledger->Restore("cm", Dsm(), {}));
          EXPECT_TRUE(ledger->Forget("cm", Dsm(), FakeClock::kStart, NoneListed()));
        }
      });
    }
  }
  EXPECT_EQ(found_new, kRefreshes);
  EXPECT_EQ(ledger->Restore("cm", Dsm(), {})->domains.at(0).second.totals[0],
            std::uint64_t{kRefreshes});
}

}  // namespace
}  // namespace cckm
