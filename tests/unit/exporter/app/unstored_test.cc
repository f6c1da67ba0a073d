// What waits for the ledger: bounded, and nothing of it counts otherwise than if it had been
// stored.

#include "exporter/app/unstored.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

std::string IdsOf(const std::vector<RefreshAnswer>& answers) {
  std::string ids;
  for (const RefreshAnswer& answer : answers) ids += answer.refresh.id + ' ';
  return ids;
}

RefreshAnswer Failed(std::string id, std::vector<std::string> domains) {
  RefreshAnswer answer = Finished(std::move(id), std::move(domains));
  answer.refresh.status = RefreshStatus::kFailed;
  return answer;
}

TEST(UnstoredTest, KeepsOfManyAnswersTheFirstAndTheLastThatDiffers) {
  Unstored unstored;
  for (int poll = 0; poll < 1000; ++poll) {
    ASSERT_TRUE(unstored.Keep(Finished("a", {"d1"})));
    RefreshAnswer told_otherwise = Finished("a", {"d1"});
    told_otherwise.refresh.domains[0].detail = "poll " + std::to_string(poll);
    told_otherwise.refresh.updated_at = FakeClock::kStart + poll * 1s;
    ASSERT_TRUE(unstored.Keep(told_otherwise));
  }
  EXPECT_EQ(IdsOf(unstored.SomeAnswers()), "a ");
  ASSERT_TRUE(unstored.Keep(Failed("a", {"d1", "d2"})));
  ASSERT_TRUE(unstored.Keep(Failed("a", {"d2"})));
  const auto answers = unstored.SomeAnswers();
  ASSERT_EQ(IdsOf(answers), "a a ");
  EXPECT_EQ(answers[0].refresh, Finished("a", {"d1"}).refresh);
  EXPECT_EQ(answers[1].refresh, Failed("a", {"d2"}).refresh);
}

TEST(UnstoredTest, KeepsHowManyDomainsThereWasNoRoomFor) {
  Unstored unstored;
  RefreshAnswer answer = Finished("a", {"d1"});
  answer.left_out.counts = {0, 3, 0, 0, 0};
  ASSERT_TRUE(unstored.Keep(answer));
  ASSERT_TRUE(unstored.Keep(answer));
  EXPECT_EQ(IdsOf(unstored.SomeAnswers()), "a ");
  RefreshAnswer with_more = answer;
  with_more.left_out.counts = {0, 4, 0, 0, 0};
  ASSERT_TRUE(unstored.Keep(with_more));
  const auto answers = unstored.SomeAnswers();
  ASSERT_EQ(IdsOf(answers), "a a ");
  EXPECT_EQ(answers[0].left_out.counts, answer.left_out.counts);
  EXPECT_EQ(answers[1].left_out.counts, with_more.left_out.counts);
}

TEST(UnstoredTest, HasRoomForSoManyNamesAndKeepsWhatItHas) {
  Unstored unstored(6);
  EXPECT_TRUE(unstored.Keep(Finished("a", {"d1", "d2"})));
  EXPECT_FALSE(unstored.Keep(Finished("b", {"d1", "d2", "d3"})));
  EXPECT_TRUE(unstored.Keep(Finished("c", {"d1", "d2"})));
  EXPECT_FALSE(unstored.Keep(Finished("d", {})));
  EXPECT_TRUE(unstored.Keep(Failed("a", {"d1"}))) << "it counts, whatever becomes of the change";
  unstored.Keep({.domain_id = "e", .first_seen_at = FakeClock::kStart});
  EXPECT_TRUE(unstored.SomeMet().empty());
  EXPECT_EQ(IdsOf(unstored.SomeAnswers()), "a c ");
  unstored.Forget(std::vector{Finished("a", {})});
  EXPECT_TRUE(unstored.Keep(Finished("b", {"d1"})));
  unstored.Keep({.domain_id = "e", .first_seen_at = FakeClock::kStart});
  EXPECT_FALSE(unstored.Keep(Finished("d", {})));
  EXPECT_EQ(unstored.SomeMet().size(), 1U);
}

TEST(UnstoredTest, AnAnswerThatSaysOtherwiseGivesTheRoomOfTheOneBeforeBack) {
  Unstored unstored(5);
  for (int poll = 0; poll < 100; ++poll) {
    ASSERT_TRUE(unstored.Keep(Finished("a", {"d1"})));
    ASSERT_TRUE(unstored.Keep(Failed("a", {"d1", "d2"})));
  }
  EXPECT_EQ(IdsOf(unstored.SomeAnswers()), "a a ");
  unstored.Forget(unstored.SomeAnswers());
  EXPECT_TRUE(unstored.empty());
  EXPECT_TRUE(unstored.Keep(Finished("b", {"d1", "d2", "d3", "d4"})));
}

TEST(UnstoredTest, GivesSomeAtATimeAndARefreshOfManyDomainsAlone) {
  Unstored unstored;
  const std::vector<std::string> many(Unstored::kNamesAtOnce, "d");
  const std::vector<std::string> some(Unstored::kNamesAtOnce / 2 - 1, "d");
  for (const auto& [id, domains] :
       {std::pair{"a", some}, {"b", some}, {"c", some}, {"d", many}, {"e", {}}}) {
    ASSERT_TRUE(unstored.Keep(Finished(id, domains)));
  }
  std::string parts;
  while (!unstored.empty()) {
    const auto part = unstored.SomeAnswers();
    parts += IdsOf(part) + "| ";
    unstored.Forget(part);
  }
  EXPECT_EQ(parts, "a b | c | d | e | ");
}

TEST(UnstoredTest, ARefreshThatRunsAgainStillWaits) {
  Unstored unstored;
  ASSERT_TRUE(unstored.Keep(Finished("a", {})));
  unstored.Forget(std::vector{Running("a", {})});
  EXPECT_EQ(IdsOf(unstored.SomeAnswers()), "a ");
}

TEST(UnstoredTest, ADomainIsKeptOnceSinceItsEarliestTimeAndWithHavingBeenListed) {
  Unstored unstored;
  unstored.Keep({.domain_id = "d", .first_seen_at = FakeClock::kStart + 5s, .was_listed = true});
  unstored.Keep({.domain_id = "d", .first_seen_at = FakeClock::kStart});
  unstored.Keep({.domain_id = "d", .first_seen_at = FakeClock::kStart + 9s});
  ASSERT_EQ(unstored.SomeMet().size(), 1U);
  EXPECT_EQ(unstored.SomeMet()[0].first_seen_at, FakeClock::kStart);
  EXPECT_TRUE(unstored.SomeMet()[0].was_listed);
  unstored.Forget(unstored.SomeMet());
  EXPECT_TRUE(unstored.empty());
}

}  // namespace
}  // namespace cckm
