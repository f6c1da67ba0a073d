#include "tests/simulator/schedule_rule.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

tl::expected<ScheduleRule, std::string> Parse(std::string_view text) {
  return ParseScheduleRule(Query(text));
}

std::string With(std::string_view more) {
  return "name=n&family=dsm&run_at=0+2+*+*+*&" + std::string(more);
}

TEST(ScheduleRuleTest, ThreeParametersMakeAScheduleOfAllUnits) {
  const auto rule = Parse("name=nightly&family=oci&run_at=0+2+*+*+fri");
  ASSERT_TRUE(rule) << rule.error();
  EXPECT_EQ(rule->name, "nightly");
  EXPECT_EQ(rule->family->name, "oci");
  EXPECT_EQ(rule->run_at, "0 2 * * fri");
  EXPECT_EQ(rule->operation, "cckm_synchronization");
  EXPECT_TRUE(rule->units.empty());
  EXPECT_FALSE(rule->disabled);
  EXPECT_EQ(rule->missed, 0U);
  EXPECT_EQ(rule->run_on, "any");
}

TEST(ScheduleRuleTest, EveryParameterSetsItsMember) {
  struct Case {
    std::string_view text;
    bool (*is_set)(const ScheduleRule& rule);
  };
  using R = const ScheduleRule&;
  const Case cases[] = {
      {"shown_run_at=never", [](R r) { return r.shown_run_at == "never"; }},
      {"units=a,2",
       [](R r) {
         return r.units == std::vector<std::string>{"a", "2"};
       }},
      {"disabled=yes", [](R r) { return r.disabled; }},
      {"disabled=no", [](R r) { return !r.disabled; }},
      {"missed=3", [](R r) { return r.missed == 3; }},
      {"missed=all", [](R r) { return r.missed == kEveryRun; }},
      {"description=for+payroll", [](R r) { return r.description == "for payroll"; }},
      {"run_on=node", [](R r) { return r.run_on == "node"; }},
      {"starts_in=1h", [](R r) { return r.start == hours(1) && !r.end; }},
      {"ends_in=2h", [](R r) { return r.end == hours(2) && !r.start; }},
      {"ended_ago=2h", [](R r) { return r.end == -hours(2); }},
      {"queued=5s", [](R r) { return r.queued == seconds(5); }},
      {"age=48h", [](R r) { return r.age == hours(48); }},
      {"runs=9", [](R r) { return r.runs == 9; }},
      {"runs_as=failed", [](R r) { return r.runs_as == RunStatus::kFailed; }},
      {"runs_as=aborted", [](R r) { return r.runs_as == RunStatus::kAborted; }},
      {"tenancy=finance", [](R r) { return r.tenancy == "finance"; }},
  };
  for (const Case& row : cases) {
    const auto rule = Parse(With(row.text));
    ASSERT_TRUE(rule) << row.text << ": " << rule.error();
    EXPECT_TRUE(row.is_set(*rule)) << row.text;
  }
  const auto backup = Parse("name=n&run_at=0+2+*+*+*&operation=database_backup");
  ASSERT_TRUE(backup) << backup.error();
  EXPECT_EQ(backup->family, nullptr);
}

TEST(ScheduleRuleTest, WhatIsWrongIsNamed) {
  struct Case {
    std::string text;
    std::string_view start;
  };
  const Case cases[] = {
      {"family=dsm&run_at=0+2+*+*+*", "name:"},
      {"name=n&family=dsm", "run_at:"},
      {"name=n&family=dsm&run_at=daily", "run_at:"},
      {"name=n&run_at=0+2+*+*+*", "family, operation:"},
      {With("operation=database_backup"), "family, operation:"},
      {"name=n&run_at=0+2+*+*+*&operation=cckm_synchronization", "operation:"},
      {"name=n&run_at=0+2+*+*+*&operation=x&units=a", "units:"},
      {"name=n&run_at=0+2+*+*+*&family=external-cm", "family:"},
      {"name=n&run_at=0+2+*+*+*&family=hsm-luna-sync", "family:"},
      {With("units="), "units:"},
      {With("disabled=maybe"), "disabled:"},
      {With("missed=-1"), "missed:"},
      {With("starts_in=2h&ends_in=1h"), "ends_in:"},
      {With("runs=1000001"), "runs:"},
      {With("runs_as=scheduled"), "runs_as:"},
      {With("queued=5"), "queued:"},
      {With("cron=x"), "unknown parameter cron"},
  };
  for (const Case& row : cases) {
    const auto rule = Parse(row.text);
    ASSERT_FALSE(rule) << row.text;
    EXPECT_TRUE(rule.error().starts_with(row.start)) << row.text << ": " << rule.error();
  }
}

TEST(ScheduleRuleTest, MadeSchedulesShareTheRunsAndTheFamilies) {
  const std::vector<const Family*> families = {&FamilyNamed("dsm"), &FamilyNamed("oci")};
  const auto rules = MakeScheduleRules(1, 20, 43, families);
  ASSERT_EQ(rules.size(), 20U);
  EXPECT_EQ(rules[0].runs, 3U);
  EXPECT_EQ(rules[19].runs, 2U);
  EXPECT_EQ(rules[0].family, families[0]);
  EXPECT_EQ(rules[1].family, families[1]);
  EXPECT_EQ(std::ranges::count(rules, nullptr, &ScheduleRule::family), 2);
  EXPECT_TRUE(
      std::ranges::all_of(rules, [](const ScheduleRule& rule) { return rule.cron.has_value(); }));
  EXPECT_NE(rules[0].run_at, MakeScheduleRules(2, 20, 43, families)[0].run_at);
}

}  // namespace
}  // namespace cckm::simulator
