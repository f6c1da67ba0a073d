// Refreshes that are said to be as they were: what moves, and what is wanted anew.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/exporter/state/state_store_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StateRepeatedTest : public StateStoreFixture {
 protected:
  // Applies that these repeat their answers now, and returns what is wanted.
  Ids Repeat(IdList ids) {
    PollUpdate update = UpdateOf("a", "dsm");
    update.at = clock.SteadyNow();
    update.repeated = std::move(ids);
    EXPECT_THAT(state.Apply(update), IsEmpty());
    return state.TakeWanted("a", *FindFamily("dsm"));
  }
  Nanoseconds GapOf(std::string_view id) {
    return Of(0, 0, [&](const CollectorState& collector) {
      for (const RefreshState& refresh : collector.refreshes) {
        if (refresh.id.text() == id) return refresh.answer_gap;
      }
      return Nanoseconds(-1);
    });
  }
  static RefreshAnswer WithDetail(RefreshAnswer answer, const std::string& detail) {
    for (DomainRefresh& domain : answer.refresh.domains) domain.detail = detail;
    return answer;
  }
  std::string DetailOf(std::string_view domain) {
    return OfDomain(domain, [](const DomainState& d) { return d.detail; });
  }
  void SetMaxDomains(std::size_t most) {
    TargetSetup setup = Target("a", {Watching("dsm", {"r1", "r2", "r3"}), Watching("aws", {"r1"})});
    setup.options.shown.max_domains = most;
    state.SetTarget(std::move(setup));
  }
  void ApplyWithRoom(std::vector<RefreshAnswer> answers) {
    PollUpdate update = UpdateOf("a", "dsm", std::move(answers));
    state.LeaveOutDomains(update);
    Apply(update);
  }
};

TEST_F(StateRepeatedTest, AreNotStale) {
  Apply({Running("r1", {"d"}), Running("r2", {"d"})});
  for (int minute = 0; minute < 20; ++minute) {
    clock.Advance(1min);
    EXPECT_THAT(Repeat({"r1"}), IsEmpty());
  }
  EXPECT_EQ(StatusOf("r1"), "in_progress");
  EXPECT_EQ(StatusOf("r2"), "unknown");
  EXPECT_EQ(GapOf("r1"), 1min);
}

TEST_F(StateRepeatedTest, AreAnsweredAgain) {
  Apply({Running("r1", {"d"})});
  Apply({WithoutAnswer("r1")});
  EXPECT_TRUE(Unanswered("r1"));
  clock.Advance(1min);
  EXPECT_THAT(Repeat({"r1"}), IsEmpty());
  EXPECT_FALSE(Unanswered("r1"));
  EXPECT_EQ(GapOf("r1"), 0s) << "a request failed between them";
}

TEST_F(StateRepeatedTest, AreWantedWhereNothingIsKnownOfThem) {
  EXPECT_THAT(Repeat({"r1", "other"}), ElementsAre("r1", "other"));
  EXPECT_EQ(StatusOf("r1"), "unknown");
  EXPECT_EQ(StatusOf("other"), "");
}

TEST_F(StateRepeatedTest, AreWantedOnceConfiguredAgain) {
  Apply({Running("r1", {"d"})});
  state.SetRefreshIds("a", *FindFamily("dsm"), {}, 0);
  state.SetRefreshIds("a", *FindFamily("dsm"), {"r1"}, 0);
  EXPECT_THAT(Repeat({"r1"}), ElementsAre("r1"));
  EXPECT_EQ(StatusOf("r1"), "unknown");
}

TEST_F(StateRepeatedTest, ChangeNothingOfOneThatEnded) {
  Apply({Finished("r1", {"d"})});
  EXPECT_THAT(Repeat({"r1"}), ElementsAre("r1"));
  EXPECT_EQ(StatusOf("r1"), "completed");
}

TEST_F(StateRepeatedTest, AreWantedWhileADomainOfTheirsIsDeleted) {
  const auto list = [&](std::vector<DomainName> domains) {
    PollUpdate update = UpdateOf("a", "dsm");
    update.domain_listing = DomainListing{.is_complete = true, .domains = std::move(domains)};
    Apply(update);
  };
  Apply({Running("r1", {"d", "e"})});
  list({{"d", "", ""}, {"e", "", ""}});
  EXPECT_THAT(Repeat({"r1"}), IsEmpty());
  list({{"d", "", ""}});
  EXPECT_THAT(Domains(), ElementsAre("d"));
  EXPECT_THAT(Repeat({"r1"}), ElementsAre("r1"));
  list({{"d", "", ""}, {"e", "", ""}});
  EXPECT_THAT(Repeat({"r1"}), ElementsAre("r1"));
  Apply({Running("r1", {"d", "e"})});
  EXPECT_THAT(Domains(), ElementsAre("d", "e"));
  EXPECT_THAT(Repeat({"r1"}), IsEmpty());
}

TEST_F(StateRepeatedTest, AreWantedWhereThereMayBeRoomForDomainsThatWereLeftOut) {
  SetMaxDomains(1);
  ApplyWithRoom({Running("r1", {"d"}), Running("r2", {"e"})});
  Repeat({"r1", "r2"});
  ApplyWithRoom({Running("r2", {"e"})});
  EXPECT_THAT(Repeat({"r1", "r2"}), IsEmpty()) << "there is no room";
  ApplyWithRoom({Running("r1", {})});
  EXPECT_THAT(Repeat({"r2"}), ElementsAre("r2"));
  ApplyWithRoom({Running("r2", {"e"})});
  EXPECT_THAT(Domains(), ElementsAre("e"));
}

TEST_F(StateRepeatedTest, AreWantedWhereADomainThatWasLeftOutIsHeldForAnother) {
  SetMaxDomains(1);
  ApplyWithRoom({Running("r1", {"d"}), Running("r2", {"e"})});
  ApplyWithRoom({Running("r2", {"e"})});
  ApplyWithRoom({Running("r1", {})});
  ApplyWithRoom({Running("r3", {"e"})});
  EXPECT_THAT(Repeat({"r2"}), ElementsAre("r2"));
}

TEST_F(StateRepeatedTest, AreWantedOnceMoreDomainsAreAllowed) {
  SetMaxDomains(1);
  ApplyWithRoom({Running("r1", {"d"}), Running("r2", {"e"})});
  ApplyWithRoom({Running("r2", {"e"})});
  EXPECT_THAT(Repeat({"r2"}), IsEmpty());
  SetMaxDomains(2);
  EXPECT_THAT(Repeat({"r2"}), ElementsAre("r2"));
}

TEST_F(StateRepeatedTest, AreWantedForTheDetailOfADomainWhoseNewestTheyBecame) {
  Apply({WithDetail(Running("r1", {"d"}), "older"), WithDetail(Running("r2", {"d"}, 1s), "newer")});
  EXPECT_THAT(Repeat({"r1", "r2"}), IsEmpty());
  Apply({Running("r2", {}, 1s)});
  EXPECT_EQ(NewestOf("d"), "r1");
  EXPECT_THAT(Repeat({"r1"}), ElementsAre("r1"));
  Apply({WithDetail(Running("r1", {"d"}), "older")});
  EXPECT_EQ(DetailOf("d"), "older");
  EXPECT_THAT(Repeat({"r1"}), IsEmpty());
}

TEST_F(StateRepeatedTest, ComeBeforeTheAnswersOfAnUpdate) {
  Apply({Running("r1", {"d"})});
  PollUpdate update = UpdateOf("a", "dsm", {WithoutAnswer("r1")});
  update.repeated = {"r1"};
  Apply(update);
  EXPECT_TRUE(Unanswered("r1"));
}

}  // namespace
}  // namespace cckm
