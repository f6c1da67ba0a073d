#include "exporter/web/status/status_problems.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/fakes/fake_clock.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

ShownTarget Target(std::string name) {
  return {.name = std::move(name), .reachability = Reachability::kUp, .is_authenticated = true};
}

StatusModel ModelOf(std::vector<ShownTarget> targets) {
  StatusModel model{.taken_at = FakeClock::kStart};
  for (const ShownTarget& target : targets) {
    ++model.counts.targets[static_cast<std::size_t>(target.reachability)];
  }
  const std::size_t total = targets.size();
  model.targets = {std::move(targets), total};
  model.problems = FindProblems(model);
  return model;
}

std::string Sentences(const StatusModel& model) {
  std::string text;
  for (const Problem& problem : model.problems) {
    text += SentenceOf(problem) + ".";
    for (const ProblemSubject& subject : problem.subjects.rows) text += " [" + subject.note + "]";
    text += "\n";
  }
  return text;
}

TEST(StatusProblemsTest, ATargetInOrderNeedsNoAttention) {
  ShownTarget target = Target("cm");
  target.certificate_expires_at = FakeClock::kStart + 24h * 15;
  target.clock_skew = -29s;
  EXPECT_EQ(Sentences(ModelOf({target})), "");
}

TEST(StatusProblemsTest, WhatIsWrongIsNamedWithItsTarget) {
  ShownTarget target = Target("cm");
  target.verifies_certificate = false;
  target.certificate_expires_at = FakeClock::kStart + 24h * 3;
  target.clock_skew = -95s;
  target.dropped_series = 1'200;
  target.collectors = {{.cloud = "dsm", .is_truncated = true}};
  EXPECT_EQ(Sentences(ModelOf({target})),
            "The certificate of cm is not verified: whoever is on the way can read its tokens. []\n"
            "The certificate of cm ends soon or has ended. [2021-03-06 06:10:54 UTC, in 3 d]\n"
            "The clock of cm differs from ours. [1 min 35 s behind]\n"
            "cm, dsm lists more refreshes than max_refreshes: older ones are not watched. []\n"
            "Series of cm are left out of the metrics. [1,200 series]\n");
}

TEST(StatusProblemsTest, ARejectedLoginSaysWhyAndWhatToDo) {
  ShownTarget target = Target("cm");
  target.is_authenticated = false;
  target.login_error = ShownError{ErrorKind::kAuth, "the password was refused"};
  EXPECT_EQ(Sentences(ModelOf({target})),
            "cm does not let the exporter log in. [the password was refused; check the account and "
            "its credential file]\n");
}

TEST(StatusProblemsTest, ATokenIsMissedOnlyAfterThePollThatNeedsIt) {
  ShownTarget target = Target("cm");
  target.is_authenticated = false;
  EXPECT_EQ(Sentences(ModelOf({target})), "No valid token is held for cm. []\n");
  target.reachability = Reachability::kWaiting;
  EXPECT_EQ(Sentences(ModelOf({target})), "");
}

TEST(StatusProblemsTest, ManyTargetsShareAnAlertAndSomeAreOnlyCounted) {
  std::vector<ShownTarget> targets;
  for (int i = 0; i < 12; ++i) {
    targets.push_back(Target("cm-" + std::to_string(i)));
    targets.back().verifies_certificate = false;
  }
  const StatusModel model = ModelOf(targets);
  ASSERT_EQ(model.problems.size(), 1U);
  EXPECT_EQ(model.problems[0].subjects.rows.size(), kMaxShownSubjects);
  EXPECT_EQ(model.problems[0].subjects.left_out(), 2U);
  EXPECT_EQ(SentenceOf(model.problems[0]),
            "The certificates of 12 targets are not verified: whoever is on the way can read their "
            "tokens");
}

TEST(StatusProblemsTest, TheExporterItselfMayNeedAttention) {
  StatusModel model = ModelOf({Target("cm")});
  model.ledger_writable = false;
  model.config_ok = false;
  model.problems = FindProblems(model);
  EXPECT_EQ(Sentences(model),
            "The ledger cannot be written: finished refreshes are not counted until it can.\n"
            "The configuration could not be read again: the former one is in use.\n");
  EXPECT_EQ(Judge(model).level, Level::kTrouble);
}

TEST(StatusProblemsTest, EveryKindHasItsTexts) {
  for (std::size_t kind = 0; kind <= static_cast<std::size_t>(ProblemKind::kExpectationUnmatched);
       ++kind) {
    EXPECT_NE(ProblemKindName(static_cast<ProblemKind>(kind)), "");
    EXPECT_NE(AdviceFor(static_cast<ProblemKind>(kind)), "");
  }
}

class JudgeTest : public ::testing::Test {
 protected:
  void SetDomains(DomainTrouble trouble, std::size_t number) {
    model.counts.troubled_domains[static_cast<std::size_t>(trouble)] = number;
    model.domains.total += number;
  }
  StatusModel model = ModelOf({Target("cm")});
};

TEST_F(JudgeTest, SaysThatAllIsInOrder) {
  EXPECT_EQ(Judge(model).sentence, "No domain has been named by a refresh yet");
  SetDomains(DomainTrouble::kNone, 1);
  EXPECT_EQ(Judge(model).sentence, "The one domain is in order");
  SetDomains(DomainTrouble::kNone, 1'999);
  EXPECT_EQ(Judge(model).sentence, "All 2,000 domains are in order");
  model.counts.refreshes[static_cast<std::size_t>(RefreshStatus::kInProgress)] = 3;
  EXPECT_EQ(Judge(model).sentence, "All 2,000 domains are in order, 3 refreshes run");
  EXPECT_EQ(Judge(model).level, Level::kGood);
}

TEST_F(JudgeTest, CountsWhatIsInTroubleTheWorstFirst) {
  SetDomains(DomainTrouble::kNever, 4);
  EXPECT_EQ(Judge(model).sentence, "4 domains never refreshed");
  EXPECT_EQ(Judge(model).level, Level::kAttention);
  SetDomains(DomainTrouble::kFailed, 3);
  model.counts.targets[static_cast<std::size_t>(Reachability::kDown)] = 1;
  EXPECT_EQ(Judge(model).sentence,
            "3 domains failed, 1 target unreachable, 4 domains never refreshed");
  EXPECT_EQ(Judge(model).level, Level::kTrouble);
}

TEST_F(JudgeTest, DoesNotCallAllWellWhatNeedsAttention) {
  ShownTarget target = Target("cm");
  target.verifies_certificate = false;
  model = ModelOf({target});
  SetDomains(DomainTrouble::kNone, 2);
  EXPECT_EQ(Judge(model).sentence, "All 2 domains are in order, but something needs attention");
  EXPECT_EQ(Judge(model).level, Level::kAttention);
}

TEST_F(JudgeTest, WaitsForTheFirstPoll) {
  ShownTarget target = Target("cm");
  target.reachability = Reachability::kWaiting;
  model = ModelOf({target, target});
  EXPECT_EQ(Judge(model).sentence, "Waiting for the first poll of 2 targets");
  EXPECT_EQ(Judge(model).level, Level::kWaiting);
  model = ModelOf({});
  EXPECT_EQ(Judge(model).sentence, "No target is configured");
}

}  // namespace
}  // namespace cckm
