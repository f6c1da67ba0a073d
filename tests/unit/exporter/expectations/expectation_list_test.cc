#include "exporter/expectations/expectation_list.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "exporter/expectations/pattern.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

bool Matches(std::string_view pattern, std::string_view whole) {
  const auto compiled = Pattern::Compile(pattern);
  EXPECT_TRUE(compiled) << pattern;
  return compiled && compiled->Matches(whole);
}

TEST(PatternTest, ThePatternIsForTheWholeValue) {
  EXPECT_TRUE(Matches("payroll-.*", "payroll-a"));
  EXPECT_FALSE(Matches("payroll-.*", "old payroll-a"));
  EXPECT_FALSE(Matches("a|b", "ab")) << "both ways of an alternative are for the whole value";
  EXPECT_TRUE(Matches("a|b", "b"));
  EXPECT_TRUE(Matches("^$", ""));
  EXPECT_TRUE(Matches("(?i)PAY\\.\\d+", "pay.17"));
  EXPECT_TRUE(Matches("gr.n", "gr\xC3\xBCn"));
}

TEST(PatternTest, WhatRe2FindsWrongIsTold) {
  const auto open = Pattern::Compile("a(b");
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error(), "missing ): a(b");
  EXPECT_FALSE(Pattern::Compile("a(?=b)")) << "RE2 has no lookahead";
  EXPECT_FALSE(Pattern::Compile("(a)\\1")) << "and no backward reference";
}

TEST(PatternTest, LengthAndMemoryAreBounded) {
  EXPECT_TRUE(Pattern::Compile(std::string(kMaxPattern, 'a')));
  EXPECT_EQ(Pattern::Compile(std::string(kMaxPattern + 1, 'a')).error(),
            "it is longer than 500 bytes");
  EXPECT_FALSE(Pattern::Compile("((a{100}){100}){100}"));
  EXPECT_EQ(Pattern::Compile("(\\pL{30}){30}").error(), "pattern too large - compile failed");
}

TEST(PatternTest, APatternThatIsSlowElsewhereIsNotSlowHere) {
  EXPECT_FALSE(Matches("(a*)*b", std::string(256, 'a')));
  EXPECT_TRUE(Matches("(a|b)*a(a|b){200}", "a" + std::string(200, 'b')));
}

TEST(ExpectationListTest, TheFirstThatMatchesCounts) {
  const ExpectationList list({
      {.match = {.cloud = "dsm", .domain = "payroll-.*"},
       .refreshed_every = 1h,
       .severity = Severity::kCritical},
      {.match = {.connection = "lab"}, .refreshed_every = 24h * 7, .severity = Severity::kNone},
      {.refreshed_every = 24h},
  });
  const auto of = [&list](std::string_view cloud, std::string_view name,
                          std::string_view connection) {
    return list.Find({.cloud = cloud, .domain_id = "id", .domain = name, .connection = connection});
  };
  EXPECT_EQ(of("dsm", "payroll-a", "lab"), (ExpectedInterval{1h, Severity::kCritical, 0}));
  EXPECT_EQ(of("aws", "payroll-a", "lab"), (ExpectedInterval{24h * 7, Severity::kNone, 1}));
  EXPECT_EQ(of("aws", "payroll-a", ""), (ExpectedInterval{24h, Severity::kWarning, 2}));
}

TEST(ExpectationListTest, ADomainIsMatchedByItsNameOrByItsId) {
  const ExpectationList list({{.match = {.domain = "a.*"}, .refreshed_every = 1h}});
  EXPECT_TRUE(list.Find({.cloud = {}, .domain_id = "a1", .domain = "x", .connection = {}}));
  EXPECT_TRUE(list.Find({.cloud = {}, .domain_id = "x", .domain = "a1", .connection = {}}));
  EXPECT_FALSE(list.Find({.cloud = {}, .domain_id = "x", .domain = "x", .connection = {}}));
}

TEST(ExpectationListTest, AnUnknownValueIsTheEmptyText) {
  const ExpectationList unknown({{.match = {.connection = "^$"}, .refreshed_every = 1h}});
  EXPECT_TRUE(unknown.Find({.cloud = "dsm", .domain_id = "d", .domain = {}, .connection = {}}));
  const ExpectationList known({{.match = {.connection = ".+"}, .refreshed_every = 1h}});
  EXPECT_FALSE(known.Find({.cloud = "dsm", .domain_id = "d", .domain = {}, .connection = {}}));
}

TEST(ExpectationListTest, WithoutAnExpectationNothingIsExpected) {
  EXPECT_FALSE(
      ExpectationList().Find({.cloud = "dsm", .domain_id = "d", .domain = {}, .connection = {}}));
}

}  // namespace
}  // namespace cckm
