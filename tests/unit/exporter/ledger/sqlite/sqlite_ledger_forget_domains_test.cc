// Which domains leave the durable ledger, and that nothing of the others is lost.

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/unit/exporter/ledger/sqlite/sqlite_fault_disk.h"
#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr WallTime kNow = FakeClock::kStart + hours(24 * 365);
constexpr hours kDay{24};
constexpr hours kWeek{7 * 24};

bool Nothing(std::string_view /*id*/) { return false; }
bool Everything(std::string_view /*id*/) { return true; }

void MeetIn(Ledger& ledger, const std::vector<std::string>& ids,
            WallTime first_seen_at = FakeClock::kStart, bool was_listed = true) {
  std::vector<MetDomain> met;
  for (const std::string& id : ids) met.push_back({id, first_seen_at, was_listed});
  EXPECT_TRUE(ledger.Meet("cm", Dsm(), met));
}

// "d1 d2"
std::string DomainsOf(const Ledger& ledger, std::string_view target = "cm") {
  std::string ids;
  const auto memory = ledger.Restore(target, Dsm(), {});
  EXPECT_TRUE(memory) << memory.error().message;
  if (!memory) return ids;
  for (const auto& [id, history] : memory->domains) ids.append(ids.empty() ? "" : " ").append(id);
  return ids;
}

// Those that went, and the ledger still opens: "d1 d2".
std::string Forget(Ledger& ledger, WallTime now = kNow,
                   const std::function<bool(std::string_view)>& is_unneeded = Everything) {
  const auto forgotten = ledger.ForgetDomains("cm", Dsm(), now, is_unneeded);
  EXPECT_TRUE(forgotten);
  std::string ids;
  for (const std::string& id : forgotten.value_or(std::vector<std::string>())) {
    ids.append(ids.empty() ? "" : " ").append(id);
  }
  return ids;
}

class SqliteLedgerForgetDomainsTest : public ::testing::Test {
 protected:
  // Has the ledger look through its refreshes for nothing.
  void LookInVain(Ledger& ledger, WallTime now) {
    MeetIn(ledger, {"needed"});
    EXPECT_EQ(Forget(ledger, now, Nothing), "");
  }

  FaultDisk quick_disk_;
  LedgerFolder folder_;
};

TEST_F(SqliteLedgerForgetDomainsTest, ADomainThatNobodyNeedsAndNoRefreshNamesGoes) {
  auto ledger = folder_.Open();
  MeetIn(*ledger, {"gone", "needed"});
  Commit(*ledger, {MakeRefresh("r1", {{"named", DomainStatus::kCompleted, ""}})});
  EXPECT_EQ(Forget(*ledger, kNow, [](auto id) { return id != "needed"; }), "gone");
  EXPECT_EQ(DomainsOf(*ledger), "named needed");
  ledger.reset();
  EXPECT_EQ(DomainsOf(*folder_.Open()), "named needed");
}

TEST_F(SqliteLedgerForgetDomainsTest, ADomainThatWasFirstSeenWithinAWeekStays) {
  const auto ledger = folder_.Open();
  MeetIn(*ledger, {"d1"});
  EXPECT_EQ(Forget(*ledger, FakeClock::kStart + kWeek), "");
  EXPECT_EQ(Forget(*ledger, FakeClock::kStart + kWeek + kDay), "d1");
}

TEST_F(SqliteLedgerForgetDomainsTest, ACounterStaysAsLongAsARefreshNamesItsDomain) {
  const auto ledger = folder_.Open({.max_refreshes = 1});
  const std::vector<DomainRefresh> both = {{"gone", DomainStatus::kCompleted, ""},
                                           {"needed", DomainStatus::kCompleted, ""}};
  // `first` is the newest of the domain that is needed, `second` of the one that is not.
  Commit(*ledger,
         {MakeRefresh("first", both),
          MakeRefresh("second", {{"gone", DomainStatus::kCompleted, ""}}, seconds(1), hours(1))});
  Unneeded unneeded = NoneListed();
  unneeded.domain = [](auto id) { return id == "gone"; };
  EXPECT_TRUE(ledger->Forget("cm", Dsm(), kNow, unneeded));
  EXPECT_EQ(IdsOf(*ledger, {.refresh_ids = {}, .finished_since = WallTime::min()}), "first")
      << "the newest refresh of a domain that nobody needs goes, that of the other stays";
  EXPECT_EQ(Forget(*ledger, kNow, unneeded.domain), "");
  EXPECT_EQ(DomainsOf(*ledger), "gone needed");
}

TEST_F(SqliteLedgerForgetDomainsTest, ACounterGoesAfterTheLastRefreshOfItsDomain) {
  auto ledger = folder_.Open({.max_refreshes = 0});
  const std::vector<Refresh> refreshes = MakeRefreshes("r", 3);  // of d1 to d4
  Commit(*ledger, refreshes);
  const Unneeded unneeded{.refresh = Everything, .domain = Everything};
  EXPECT_TRUE(ledger->Forget("cm", Dsm(), kNow, unneeded));
  EXPECT_EQ(Forget(*ledger), "d1 d2 d3 d4");
  ledger.reset();
  ledger = folder_.Open();
  EXPECT_EQ(DomainsOf(*ledger), "");
  EXPECT_EQ(Commit(*ledger, refreshes), Answers(3, false)) << "what was counted is known for good";
  EXPECT_EQ(DomainsOf(*ledger), "");
}

TEST_F(SqliteLedgerForgetDomainsTest, ADomainThatComesBackBeginsAnewUnderAnIdOfItsOwn) {
  auto ledger = folder_.Open();
  Commit(*ledger, {MakeRefresh("r1", {{"kept", DomainStatus::kCompleted, ""}})});
  MeetIn(*ledger, {"gone"});
  EXPECT_EQ(Forget(*ledger), "gone");
  ledger.reset();
  ledger = folder_.Open();
  MeetIn(*ledger, {"other"}, kNow);
  Commit(*ledger, {MakeRefresh("r2", {{"gone", DomainStatus::kFailed, ""}}, seconds(1), kDay)});
  ledger.reset();
  const auto memory = folder_.Open()->Restore("cm", Dsm(), {});
  ASSERT_TRUE(memory);
  ASSERT_EQ(memory->domains.size(), 3U);
  for (const auto& [id, history] : memory->domains) {
    EXPECT_EQ(history.totals, (DomainEndCounts{id == "kept" ? 1U : 0U, id == "gone" ? 1U : 0U, 0}))
        << id;
  }
}

TEST_F(SqliteLedgerForgetDomainsTest, TheRefreshesAreLookedThroughOnceADay) {
  const auto ledger = folder_.Open();
  LookInVain(*ledger, kNow);
  EXPECT_EQ(Forget(*ledger, kNow + kDay - Nanoseconds(1)), "");
  EXPECT_EQ(Forget(*ledger, kNow + kDay), "needed");
}

TEST_F(SqliteLedgerForgetDomainsTest, AClockThatIsSetBackDelaysNothing) {
  const auto ledger = folder_.Open();
  LookInVain(*ledger, kNow + kWeek);
  EXPECT_EQ(Forget(*ledger, kNow), "needed");
}

// Refreshes that name more domains than one call reads.
std::vector<Refresh> MoreThanOneCallReads() {
  std::vector<DomainRefresh> domains;
  for (int i = 0; i < 10'000; ++i) {
    domains.push_back({"named-" + std::to_string(i), DomainStatus::kCompleted, ""});
  }
  std::vector<Refresh> refreshes;
  for (int i = 0; i < 12; ++i) {
    refreshes.push_back(MakeRefresh("r" + std::to_string(i), domains, seconds(1), seconds(i)));
  }
  return refreshes;
}

TEST_F(SqliteLedgerForgetDomainsTest, EachCallReadsAPartOfManyRefreshes) {
  const auto ledger = folder_.Open();
  Commit(*ledger, MoreThanOneCallReads());
  MeetIn(*ledger, {"gone"});
  EXPECT_EQ(Forget(*ledger), "");
  EXPECT_EQ(Forget(*ledger), "gone");
}

TEST_F(SqliteLedgerForgetDomainsTest, ADomainThatIsTouchedWhileTheRefreshesAreReadStays) {
  const auto ledger = folder_.Open();
  Commit(*ledger, MoreThanOneCallReads());
  MeetIn(*ledger, {"met", "finished", "gone"});
  EXPECT_EQ(Forget(*ledger), "");
  MeetIn(*ledger, {"met"});
  // Its id comes before all that have been read.
  Commit(*ledger, {MakeRefresh("a", {{"finished", DomainStatus::kCompleted, ""}})});
  EXPECT_EQ(Forget(*ledger), "gone");
  EXPECT_EQ(Forget(*ledger, kNow + kDay), "");
  EXPECT_EQ(Forget(*ledger, kNow + kDay), "met") << "a day later it is as any other";
}

TEST_F(SqliteLedgerForgetDomainsTest, ALimitedNumberGoesAtOnce) {
  const auto ledger = folder_.Open();
  std::vector<std::string> ids;
  for (int i = 0; i < 2'100; ++i) ids.push_back("d" + std::to_string(i));
  MeetIn(*ledger, ids);
  const auto forget = [&] {
    return ledger->ForgetDomains("cm", Dsm(), kNow, Everything).value().size();
  };
  EXPECT_EQ(forget(), 2'000U);
  EXPECT_EQ(forget(), 100U);
  EXPECT_EQ(forget(), 0U);
}

TEST_F(SqliteLedgerForgetDomainsTest, EachCollectorHasItsOwnDomains) {
  const auto ledger = folder_.Open();
  MeetIn(*ledger, {"d1"});
  const std::vector<MetDomain> met = {{"d1", FakeClock::kStart, true}};
  EXPECT_TRUE(ledger->Meet("other", Dsm(), met));
  EXPECT_EQ(ledger->ForgetDomains("unknown", Dsm(), kNow, Everything), std::vector<std::string>());
  EXPECT_EQ(Forget(*ledger), "d1");
  EXPECT_EQ(DomainsOf(*ledger, "other"), "d1");
}

TEST_F(SqliteLedgerForgetDomainsTest, AWriteThatFailsTakesNothingAndIsTriedAgain) {
  int failed = 0;
  for (int number = 1;; ++number) {
    SCOPED_TRACE(number);
    ASSERT_LT(number, 100);
    const LedgerFolder folder;
    auto ledger = folder.Open({.checkpoint_pages = 1});
    MeetIn(*ledger, {"gone", "needed"});
    const auto is_unneeded = [](auto id) { return id == "gone"; };
    quick_disk_.FailAt(number, FaultDisk::Fault::kFailsOnce);
    const auto forgotten = ledger->ForgetDomains("cm", Dsm(), kNow, is_unneeded);
    const bool was_reached = quick_disk_.was_reached();
    quick_disk_.Heal();
    failed += forgotten ? 0 : 1;
    EXPECT_EQ(DomainsOf(*ledger), forgotten ? "needed" : "gone needed");
    EXPECT_EQ(Forget(*ledger, kNow, is_unneeded), forgotten ? "" : "gone");
    ledger.reset();
    EXPECT_EQ(DomainsOf(*folder.Open()), "needed");
    if (!was_reached) break;
  }
  EXPECT_GT(failed, 1);
}

}  // namespace
}  // namespace cckm
