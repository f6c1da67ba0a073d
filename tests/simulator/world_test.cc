#include "tests/simulator/world.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kAll = static_cast<std::size_t>(-1);

const Family& Dsm() { return FamilyNamed("dsm"); }

WorldSettings DsmOnly() {
  WorldSettings settings;
  settings.families = {&Dsm()};
  return settings;
}

std::string Describe(const World& world, const Family& family, TimePoint now) {
  std::string text;
  for (const RefreshPtr& refresh : world.List(family, 0, kAll)) {
    text += refresh->id + ' ' + FormatTimestamp(refresh->created_at, Precision::kNanoseconds) +
            ' ' + FormatTimestamp(refresh->ends_at, Precision::kNanoseconds) + ' ' +
            std::to_string(static_cast<int>(refresh->ending));
    for (const UnitRun& run : refresh->runs) {
      text += ' ' + run.unit->name + std::to_string(static_cast<int>(StateOf(run, *refresh, now)));
    }
    text += '\n';
  }
  return text;
}

std::size_t CountFinished(const World& world, TimePoint now) {
  const auto all = world.List(Dsm(), 0, kAll);
  return static_cast<std::size_t>(std::ranges::count_if(
      all, [&](const RefreshPtr& refresh) { return IsFinished(*refresh, now); }));
}

std::set<UnitState> StatesOf(const Refresh& refresh, TimePoint now) {
  std::set<UnitState> states;
  for (const UnitRun& run : refresh.runs) states.insert(StateOf(run, refresh, now));
  return states;
}

Selection Everything() { return {true, {}, {}}; }

TEST(WorldTest, TheSameSeedGivesTheSameWorldAndAnotherSeedAnother) {
  WorldSettings settings = AllFamiliesSettings();
  settings.chances = {20, 20, 20};
  const World first(settings, kStart);
  const World again(settings, kStart);
  settings.seed = 2;
  const World other(settings, kStart);
  std::set<std::string> descriptions;
  for (const Family& family : AllFamilies()) {
    EXPECT_EQ(Describe(first, family, kStart), Describe(again, family, kStart));
    EXPECT_NE(Describe(first, family, kStart), Describe(other, family, kStart));
    EXPECT_TRUE(descriptions.insert(Describe(first, family, kStart)).second) << family.name;
  }
}

TEST(WorldTest, ASeedMeansTheSameIdWithEveryCompiler) {
  const World world(DsmOnly(), kStart);
  EXPECT_EQ(world.List(Dsm(), 0, 1).front()->id, "089bcad5-6074-4044-8436-61c77b1da726");
}

TEST(WorldTest, AsManyRefreshesAsAskedForHaveFinishedAtTheStart) {
  WorldSettings settings = DsmOnly();
  settings.domains = 50;
  settings.refreshes = 30;
  settings.finished = 20;
  const World world(settings, kStart);
  EXPECT_EQ(world.Count(Dsm()), 30U);
  EXPECT_EQ(CountFinished(world, kStart), 20U);
  EXPECT_EQ(CountFinished(world, kStart + settings.max_duration), 30U);
}

TEST(WorldTest, RefreshesLastBetweenTheTwoBounds) {
  WorldSettings settings = DsmOnly();
  settings.refreshes = settings.finished = 500;
  const World world(settings, kStart);
  std::set<std::chrono::nanoseconds> lengths;
  for (const RefreshPtr& refresh : world.List(Dsm(), 0, kAll)) {
    const auto length = refresh->ends_at - refresh->created_at;
    EXPECT_GE(length, settings.min_duration);
    EXPECT_LE(length, settings.max_duration);
    EXPECT_LT(refresh->ends_at, kStart);
    lengths.insert(length);
  }
  EXPECT_GT(lengths.size(), 490U);
}

TEST(WorldTest, NoUnitIsInTwoRunningRefreshesWhileThereAreEnough) {
  WorldSettings settings = DsmOnly();
  settings.domains = 10;
  settings.refreshes = 4;
  settings.finished = 0;
  const World world(settings, kStart);
  std::set<std::string> seen;
  for (const RefreshPtr& refresh : world.List(Dsm(), 0, kAll)) {
    EXPECT_EQ(refresh->runs.size(), 2U);
    for (const UnitRun& run : refresh->runs) EXPECT_TRUE(seen.insert(run.unit->id).second);
  }
}

TEST(WorldTest, UnitsEndOneAfterTheOtherAndTheLastWithItsRefresh) {
  WorldSettings settings = DsmOnly();
  settings.refreshes = settings.finished = 0;
  settings.min_duration = settings.max_duration = seconds(8);
  World world(settings, kStart);
  const RefreshPtr refresh = world.Start(Dsm(), Everything(), kStart).value();
  for (int second = 0; second <= 9; ++second) {
    const TimePoint now = kStart + seconds(second);
    const auto ended = std::ranges::count_if(refresh->runs, [&](const UnitRun& run) {
      return StateOf(run, *refresh, now) == UnitState::kSucceeded;
    });
    EXPECT_EQ(ended, std::min(second / 2, 4)) << second;
    EXPECT_EQ(IsFinished(*refresh, now), second >= 8) << second;
  }
}

TEST(WorldTest, EndingsFollowTheirChances) {
  struct Case {
    EndingChances chances;
    std::set<Ending> possible;
  };
  const Case cases[] = {
      {{0, 0, 0}, {Ending::kCompleted}},
      {{100, 0, 0}, {Ending::kFailed}},
      {{0, 100, 0}, {Ending::kPartial, Ending::kPartiallyCompleted}},
      {{0, 0, 100}, {Ending::kCancelled}},
      {{25, 25, 25},
       {Ending::kCompleted, Ending::kFailed, Ending::kPartial, Ending::kPartiallyCompleted,
        Ending::kCancelled}},
  };
  for (const Case& row : cases) {
    Random random(1, "endings", 0);
    std::set<Ending> seen;
    for (int draw = 0; draw < 500; ++draw) seen.insert(DrawEnding(random, row.chances, 2));
    EXPECT_EQ(seen, row.possible);
  }
}

TEST(WorldTest, ASingleUnitCannotEndPartially) {
  Random random(1, "endings", 0);
  for (int draw = 0; draw < 100; ++draw) {
    EXPECT_EQ(DrawEnding(random, {0, 100, 0}, 1), Ending::kCompleted);
  }
}

TEST(WorldTest, EndingsShowInTheUnits) {
  struct Case {
    EndingChances chances;
    std::set<UnitState> states;
  };
  const Case cases[] = {
      {{0, 0, 0}, {UnitState::kSucceeded}},
      {{100, 0, 0}, {UnitState::kFailed}},
      {{0, 100, 0}, {UnitState::kSucceeded, UnitState::kFailed}},
      {{0, 0, 100}, {UnitState::kSucceeded, UnitState::kCancelled}},
  };
  for (const Case& row : cases) {
    WorldSettings settings = DsmOnly();
    settings.refreshes = settings.finished = 0;
    settings.chances = row.chances;
    World world(settings, kStart);
    const RefreshPtr refresh = world.Start(Dsm(), Everything(), kStart).value();
    EXPECT_EQ(StatesOf(*refresh, refresh->ends_at), row.states);
    EXPECT_EQ(IsAborted(*refresh, refresh->ends_at), row.chances.cancelled == 100);
    EXPECT_FALSE(IsAborted(*refresh, refresh->created_at));
  }
}

TEST(WorldTest, ABusyUnitIsRefusedUntilItsRefreshHasEnded) {
  WorldSettings settings = DsmOnly();
  settings.refreshes = settings.finished = 0;
  World world(settings, kStart);
  const std::string busy = world.Units(Dsm())[0]->id;
  const std::string idle = world.Units(Dsm())[1]->id;
  const RefreshPtr running = world.Start(Dsm(), {false, {busy}, {}}, kStart).value();
  EXPECT_EQ(world.Start(Dsm(), {false, {busy, idle}, {}}, kStart).error(), Refusal::kBusyUnit);
  EXPECT_EQ(world.Start(Dsm(), Everything(), kStart).error(), Refusal::kBusyUnit);
  EXPECT_TRUE(world.Start(Dsm(), {false, {idle}, {}}, kStart));
  EXPECT_TRUE(world.Start(Dsm(), {false, {busy}, {}}, running->ends_at));
}

TEST(WorldTest, AnUnknownUnitIsRefusedButMadeForAScript) {
  World world(DsmOnly(), kStart);
  const Selection unknown{false, {"no-such-domain"}, {}};
  EXPECT_EQ(world.Start(Dsm(), unknown, kStart).error(), Refusal::kUnknownUnit);
  const RefreshPtr scripted = world.StartScripted(Dsm(), unknown, "mine", kStart).value();
  EXPECT_EQ(scripted->id, "mine");
  EXPECT_EQ(scripted->runs[0].unit->id, "no-such-domain");
  EXPECT_EQ(world.Units(Dsm()).size(), 5U);
  EXPECT_EQ(world.StartScripted(Dsm(), unknown, "mine", kStart).error(), Refusal::kKnownId);
  EXPECT_FALSE(IsFinished(*scripted, kStart + std::chrono::hours(1000)));
}

TEST(WorldTest, RegionsNarrowASelection) {
  World world(AllFamiliesSettings(), kStart + minutes(10));
  const Family& aws = FamilyNamed("aws");
  const auto later = kStart + minutes(20);
  const auto units = world.Units(aws);
  EXPECT_EQ(units[0]->id, units[3]->id);
  const Selection one{false, {units[0]->id}, {units[2]->region}};
  const RefreshPtr refresh = world.Start(aws, one, later).value();
  ASSERT_EQ(refresh->runs.size(), 1U);
  EXPECT_EQ(refresh->runs[0].unit->key, "123456789012/us-east-1");
  const Selection none{false, {units[0]->id}, {"mars-north-1"}};
  EXPECT_EQ(world.Start(aws, none, later).error(), Refusal::kUnknownUnit);
}

TEST(WorldTest, ACancelledRefreshEndsSoonAndItsUnfinishedUnitsWithIt) {
  WorldSettings settings = DsmOnly();
  settings.refreshes = settings.finished = 0;
  settings.min_duration = settings.max_duration = seconds(20);
  World world(settings, kStart);
  const RefreshPtr running = world.Start(Dsm(), Everything(), kStart).value();
  const TimePoint now = kStart + seconds(6);
  const RefreshPtr cancelled = world.Cancel(Dsm(), running->id, now).value();
  EXPECT_FALSE(IsAborted(*running, now));
  EXPECT_TRUE(IsAborted(*cancelled, now));
  EXPECT_FALSE(IsFinished(*cancelled, now + milliseconds(9999)));
  EXPECT_TRUE(IsFinished(*cancelled, kStart + seconds(20)));
  EXPECT_EQ(UpdatedAt(*cancelled, now), now);
  EXPECT_EQ(StatesOf(*cancelled, cancelled->ends_at),
            (std::set{UnitState::kSucceeded, UnitState::kCancelled}));
  EXPECT_EQ(world.Cancel(Dsm(), running->id, now + seconds(1)).value(), cancelled);
  EXPECT_EQ(world.Cancel(Dsm(), running->id, cancelled->ends_at).error(), Refusal::kNotRunning);
  EXPECT_EQ(world.Cancel(Dsm(), "nope", now).error(), Refusal::kUnknownRefresh);
}

TEST(WorldTest, AScriptEndsARefreshAsItLikes) {
  struct Case {
    Ending ending;
    std::set<UnitState> states;
  };
  const Case cases[] = {
      {Ending::kCompleted, {UnitState::kSucceeded}},
      {Ending::kFailed, {UnitState::kFailed}},
      {Ending::kPartial, {UnitState::kSucceeded, UnitState::kFailed}},
      {Ending::kPartiallyCompleted, {UnitState::kSucceeded, UnitState::kFailed}},
      {Ending::kCancelled, {UnitState::kCancelled}},
  };
  World world(DsmOnly(), kStart);
  for (const Case& row : cases) {
    const RefreshPtr running =
        world.StartScripted(Dsm(), {false, {"a", "b"}, {}}, "", kStart).value();
    const RefreshPtr ended = world.Finish(Dsm(), running->id, row.ending, kStart).value();
    EXPECT_TRUE(IsFinished(*ended, kStart));
    EXPECT_EQ(IsAborted(*ended, kStart), row.ending == Ending::kCancelled);
    EXPECT_EQ(StatesOf(*ended, kStart), row.states);
    EXPECT_EQ(world.Finish(Dsm(), running->id, row.ending, kStart).error(), Refusal::kNotRunning);
  }
  const RefreshPtr single = world.StartScripted(Dsm(), {false, {"a"}, {}}, "", kStart).value();
  EXPECT_EQ(world.Finish(Dsm(), single->id, Ending::kPartial, kStart).error(), Refusal::kOneUnit);
}

TEST(WorldTest, NeverFinishConcernsTheRefreshesOfTheStartOnly) {
  WorldSettings settings = DsmOnly();
  settings.refreshes = 1000;
  settings.finished = 10;
  settings.never_finish = true;
  World world(settings, kStart);
  EXPECT_EQ(CountFinished(world, kStart + std::chrono::hours(10'000)), 10U);
}

TEST(WorldTest, AutoRestartKeepsEveryUnitGoing) {
  WorldSettings settings = DsmOnly();
  settings.auto_restart = true;
  World world(settings, kStart);
  TimePoint now = kStart;
  for (int step = 0; step < 600; ++step) world.Advance(now += milliseconds(500));
  EXPECT_GT(world.Count(Dsm()), 30U);
  for (const UnitPtr& unit : world.Units(Dsm())) {
    std::vector<RefreshPtr> of_unit;
    for (const RefreshPtr& refresh : world.List(Dsm(), 0, kAll)) {
      const bool names =
          std::ranges::any_of(refresh->runs, [&](const UnitRun& run) { return run.unit == unit; });
      if (names && refresh->ends_at > kStart) of_unit.push_back(refresh);
    }
    ASSERT_GT(of_unit.size(), 5U);
    for (std::size_t place = 1; place < of_unit.size(); ++place) {
      EXPECT_EQ(of_unit[place]->created_at, of_unit[place - 1]->ends_at + settings.restart_after);
    }
  }
}

TEST(WorldTest, HowOftenItIsAdvancedDoesNotMatter) {
  WorldSettings settings = AllFamiliesSettings();
  settings.auto_restart = true;
  World often(settings, kStart);
  World seldom(settings, kStart);
  for (int step = 0; step <= 1000; ++step) often.Advance(kStart + milliseconds(50 * step));
  seldom.Advance(kStart + seconds(50));
  for (const Family& family : AllFamilies()) {
    EXPECT_EQ(Describe(often, family, kStart), Describe(seldom, family, kStart));
  }
}

TEST(WorldTest, ALongSleepIsNotMadeUpFor) {
  WorldSettings settings = DsmOnly();
  settings.auto_restart = true;
  World world(settings, kStart);
  const TimePoint later = kStart + std::chrono::hours(24 * 365);
  world.Advance(later);
  EXPECT_LT(world.Count(Dsm()), 200U);
  EXPECT_GE(world.List(Dsm(), world.Count(Dsm()) - 1, 1)[0]->created_at, later - minutes(1));
}

TEST(WorldTest, OldHistoryIsForgottenButNothingThatRuns) {
  WorldSettings settings = DsmOnly();
  settings.history = 6;
  World world(settings, kStart);
  const std::string oldest = world.List(Dsm(), 0, 1)[0]->id;
  ASSERT_TRUE(world.StartScripted(Dsm(), {false, {"a"}, {}}, "kept", kStart));
  EXPECT_EQ(world.Count(Dsm()), 6U);
  EXPECT_EQ(world.Find(Dsm(), oldest), nullptr);
  for (int round = 0; round < 20; ++round) {
    const RefreshPtr next = world.StartScripted(Dsm(), {false, {"b"}, {}}, "", kStart).value();
    EXPECT_EQ(world.Find(Dsm(), next->id), next);
    ASSERT_TRUE(world.Finish(Dsm(), next->id, Ending::kCompleted, kStart));
  }
  EXPECT_NE(world.Find(Dsm(), "kept"), nullptr);
}

TEST(WorldTest, AFamilyThatIsNotOfferedIsEmpty) {
  const World world(DsmOnly(), kStart);
  const Family& aws = FamilyNamed("aws");
  EXPECT_FALSE(world.Offers(aws));
  EXPECT_EQ(world.Count(aws), 0U);
  EXPECT_EQ(world.Find(aws, "x"), nullptr);
  EXPECT_TRUE(world.List(aws, 0, kAll).empty());
  EXPECT_TRUE(world.Units(aws).empty());
}

}  // namespace
}  // namespace cckm::simulator
