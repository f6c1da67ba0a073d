#include "tests/simulator/fault_rule.h"

#include <gtest/gtest.h>

#include "tests/simulator/fault_script.h"

namespace cckm::simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

tl::expected<FaultRule, std::string> Parse(std::string_view query) {
  return ParseFaultRule(Query(query), FaultSource::kControl);
}

TEST(FaultRuleTest, EveryParameterSetsItsPart) {
  struct Case {
    std::string_view query;
    bool (*is_set)(const FaultRule& rule);
  };
  using R = const FaultRule&;
  const Case cases[] = {
      {"status=400", [](R r) { return r.kind == FaultKind::kStatus && r.status == 400; }},
      {"status=599&kind=status", [](R r) { return r.status == 599 && r.count == 0; }},
      {"status=500", [](R r) { return r.path == "/api/" && !r.delay && !r.body && !r.lasts; }},
      {"status=307&location=http://a/", [](R r) { return r.location == "http://a/"; }},
      {"status=503&retry_after=5", [](R r) { return r.retry_after == "5"; }},
      {"status=503&path=/api/v1/auth&count=10",
       [](R r) { return r.path == "/api/v1/auth" && r.count == 10; }},
      {"status=500&content_type=text/html&body=%3Ch1%3E",
       [](R r) { return r.content_type == "text/html" && r.body == "<h1>"; }},
      {"status=500&body=", [](R r) { return r.body == ""; }},
      {"status=500&delay=20ms", [](R r) { return r.delay == milliseconds(20); }},
      {"kind=close", [](R r) { return r.kind == FaultKind::kClose; }},
      {"kind=hang", [](R r) { return r.kind == FaultKind::kHang && r.delay == seconds(30); }},
      {"for=2s&kind=hang", [](R r) { return r.delay == seconds(2) && !r.lasts; }},
      {"kind=truncate&count=1", [](R r) { return r.kind == FaultKind::kTruncate; }},
      {"kind=garbage", [](R r) { return r.kind == FaultKind::kGarbage; }},
  };
  for (const Case& row : cases) {
    const auto rule = Parse(row.query);
    ASSERT_TRUE(rule) << row.query << ": " << rule.error();
    EXPECT_TRUE(row.is_set(*rule)) << row.query;
  }
}

TEST(FaultRuleTest, AWrongParameterIsNamed) {
  struct Case {
    std::string_view query;
    std::string_view named;
  };
  const Case cases[] = {
      {"", "status"},
      {"count=1", "status"},
      {"status=", "status"},
      {"status=200", "status"},
      {"status=600", "status"},
      {"status=5x3", "status"},
      {"status=307", "location"},
      {"status=500&location=/", "location"},
      {"status=307&location=", "location"},
      {"kind=none", "kind"},
      {"kind=close&status=500", "status"},
      {"kind=close&body=x", "body"},
      {"kind=hang&content_type=x", "body"},
      {"kind=garbage&retry_after=1", "retry_after"},
      {"status=503&retry_after=1%0d%0ax:1", "retry_after"},
      {"status=503&count=-1", "count"},
      {"status=503&path=api", "path"},
      {"status=503&for=1s", "for"},
      {"status=503&at=1s", "at"},
      {"status=503&delay=1", "delay"},
      {"status=503&colour=red", "colour"},
  };
  for (const Case& row : cases) {
    const auto rule = Parse(row.query);
    ASSERT_FALSE(rule) << row.query;
    EXPECT_NE(rule.error().find(row.named), std::string::npos) << rule.error();
  }
}

TEST(FaultScriptTest, ALineIsARuleInATimeOfItsOwn) {
  const FaultScript script = ParseFaultScript(
      "# an outage\n"
      "\n"
      "at=5s for=10s status=503 retry_after=5   # half of it\n"
      "\tkind=hang delay=1m\r\n"
      "at=1h status=500 body=a%20%23b");
  EXPECT_TRUE(script.problems.empty());
  ASSERT_EQ(script.rules.size(), 3U);
  EXPECT_EQ(script.rules[0].at, seconds(5));
  EXPECT_EQ(script.rules[0].lasts, seconds(10));
  EXPECT_EQ(script.rules[0].retry_after, "5");
  EXPECT_EQ(script.rules[1].at, seconds(0));
  EXPECT_FALSE(script.rules[1].lasts);
  EXPECT_EQ(script.rules[1].delay, std::chrono::minutes(1));
  EXPECT_EQ(script.rules[2].body, "a #b");
}

TEST(FaultScriptTest, EveryBadLineIsReportedWithItsNumber) {
  const FaultScript script = ParseFaultScript(
      "at=5s status=503\n"
      "at=5 status=503\n"
      "# fine\n"
      "status=503 lasting=5s\n"
      "status=off\n");
  EXPECT_EQ(script.rules.size(), 1U);
  ASSERT_EQ(script.problems.size(), 3U);
  EXPECT_TRUE(script.problems[0].starts_with("line 2: at: ")) << script.problems[0];
  EXPECT_EQ(script.problems[1], "line 4: unknown parameter lasting");
  EXPECT_TRUE(script.problems[2].starts_with("line 5: status: ")) << script.problems[2];
}

}  // namespace
}  // namespace cckm::simulator
