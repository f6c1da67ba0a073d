// `expectations:` of a target, from the file to the configuration and back.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "exporter/config/yaml/config_file.h"
#include "exporter/config/yaml/config_text.h"
#include "tests/support/fakes/config_folder.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kTarget = R"(targets:
  - name: a
    url: https://cm.example.com
    authorization: { credentials_file: token }
    collectors: { dsm: { refresh_ids: [x] } }
    expectations:
)";

class ExpectationsTest : public testing::Test {
 protected:
  ConfigResult Read(const std::string& expectations) const {
    return ParseConfig(std::string(kTarget) + expectations, folder_.File("c.yml"));
  }
  // The only problem, without the name of the file.
  std::string ProblemOf(const std::string& expectations) const {
    const auto config = Read(expectations);
    if (config || config.error().size() != 1) return "not one problem";
    ConfigProblem problem = config.error().front();
    problem.file = "c.yml";
    return problem.ToString();
  }

  const ConfigFolder folder_;
};

TEST_F(ExpectationsTest, TheyAreReadInTheirOrderAndWrittenBack) {
  const auto config = Read(R"(
      - match: { cloud: dsm, domain: "payroll-.*", connection: ".*" }
        refreshed_every: 1h
        severity: critical
      - { match: { connection: lab }, refreshed_every: 7d, severity: none }
      - refreshed_every: 1d
)");
  ASSERT_TRUE(config) << config.error().front().ToString();
  const std::vector<Expectation> expected = {
      {.match = {.cloud = "dsm", .domain = "payroll-.*", .connection = ".*"},
       .refreshed_every = 1h,
       .severity = Severity::kCritical},
      {.match = {.connection = "lab"}, .refreshed_every = 24h * 7, .severity = Severity::kNone},
      {.refreshed_every = 24h, .severity = Severity::kWarning},
  };
  EXPECT_EQ(config->targets.front().expectations, expected);
  EXPECT_TRUE(config->warnings.empty());
  const auto again = ParseConfig(ConfigText(*config), folder_.File("c.yml"));
  ASSERT_TRUE(again) << again.error().front().ToString();
  EXPECT_EQ(*again, *config);
}

TEST_F(ExpectationsTest, MistakesNameLineAndKey) {
  EXPECT_EQ(ProblemOf("      - match: { domain: 'a(b' }\n        refreshed_every: 1h\n"),
            "c.yml:7: targets[0].expectations[0].match.domain: must be a pattern in the syntax of "
            "RE2: missing ): a(b");
  EXPECT_EQ(ProblemOf("      - refreshed_every: 1h\n      - severity: info\n"),
            "c.yml:8: targets[0].expectations[1].refreshed_every: is missing: an expectation needs "
            "a duration");
  EXPECT_EQ(ProblemOf("      - { refreshed_every: 999ms }\n"),
            "c.yml:7: targets[0].expectations[0].refreshed_every: must be a duration from 1s to "
            "1y, written like 15s or 1h30m");
  EXPECT_EQ(ProblemOf("      - { refreshed_every: 1h, severity: bad }\n"),
            "c.yml:7: targets[0].expectations[0].severity: must be critical, warning, info or "
            "none");
  EXPECT_EQ(ProblemOf("      - { refreshed_every: 1h, match: { name: a } }\n"),
            "c.yml:7: targets[0].expectations[0].match.name: is not a known key; allowed here are "
            "cloud, domain, connection");
  EXPECT_EQ(ProblemOf("      - { refreshed_every: 1h, match: { domain: '' } }\n"),
            "c.yml:7: targets[0].expectations[0].match.domain: must be text without control "
            "characters, and not empty");
}

TEST_F(ExpectationsTest, TheirNumberIsBounded) {
  std::string list;
  for (std::size_t i = 0; i < kMaxExpectations; ++i) list += "      - { refreshed_every: 1h }\n";
  EXPECT_TRUE(Read(list));
  EXPECT_EQ(ProblemOf(list + "      - { refreshed_every: 1h }\n"),
            "c.yml:6: targets[0].expectations: must list at most 100");
}

TEST_F(ExpectationsTest, WhatCanMatchNoCollectorIsAWarning) {
  const auto config = Read(R"(
      - { match: { cloud: aws.* }, refreshed_every: 1h }
      - { match: { cloud: "dsm|aws" }, refreshed_every: 1h }
)");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->warnings,
            std::vector<std::string>{folder_.File("c.yml").string() +
                                     ":8: targets[0].expectations[0]: can match no domain: cloud "
                                     "fits no collector of the target"});
}

TEST_F(ExpectationsTest, WhatStandsBehindOneThatMatchesEverythingIsAWarning) {
  const std::string warning =
      ": can never count: expectations before it match every domain of "
      "its families";
  const std::string first = folder_.File("c.yml").string() + ":9: targets[0].expectations[1]";
  for (const std::string match :
       {"", "match: { domain: '.*', connection: '.*' }, ", "match: { cloud: 'dsm|aws' }, "}) {
    const auto config = Read("\n      - { " + match + R"(refreshed_every: 1d }
      - { match: { domain: payroll }, refreshed_every: 1h }
)");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->warnings, std::vector<std::string>{first + warning}) << match;
  }
}

TEST_F(ExpectationsTest, WhatMayStillMatchBehindOthersIsNoWarning) {
  for (const std::string match :
       {"domain: '.+'", "connection: lab", "domain: '.*', connection: a"}) {
    const auto config = Read("\n      - { match: { " + match + R"( }, refreshed_every: 1d }
      - refreshed_every: 1h
)");
    ASSERT_TRUE(config);
    EXPECT_TRUE(config->warnings.empty()) << match;
  }
}

TEST_F(ExpectationsTest, AnExpectationForAllOfOneFamilyLeavesTheOthersToThoseBehindIt) {
  std::string text(kTarget);
  text.replace(text.find("{ dsm:"), 6, "{ aws: { refresh_ids: [x] }, dsm:");
  const auto config = ParseConfig(text + R"(
      - { match: { cloud: dsm }, refreshed_every: 1d }
      - { match: { domain: a }, refreshed_every: 1d }
      - { match: { cloud: dsm, domain: a }, refreshed_every: 1h }
)",
                                  folder_.File("c.yml"));
  ASSERT_TRUE(config);
  ASSERT_EQ(config->warnings.size(), 1U);
  EXPECT_NE(config->warnings.front().find("expectations[2]: can never count"), std::string::npos);
}

}  // namespace
}  // namespace cckm
