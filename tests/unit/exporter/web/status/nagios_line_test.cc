#include "exporter/web/status/nagios_line.h"

#include <gtest/gtest.h>

#include "exporter/web/status/status_json.h"

namespace cckm {
namespace {

constexpr const char* kAnswer = R"({
  "verdict": {"level": "LEVEL", "sentence": "1 domain failed"},
  "alerts": [{"level": "attention", "sentence": "a|b is odd"}, {"level": "attention", "sentence": "so is c"}],
  "counts": {
    "targets": {"down": 1, "partly_down": 0, "waiting": 0, "up": 2, "absent": 0},
    "domains": {"in_progress": 1, "completed": 5, "failed": 1, "cancelled": 0, "unknown": 0, "never": 2},
    "troubled_domains": {"failed": 1, "unknown": 3, "cancelled": 0, "never": 2, "none": 0},
    "refreshes": {"in_progress": 4, "completed": 6}
  }
})";

std::string AnswerOfLevel(const std::string& level) {
  std::string answer = kAnswer;
  return answer.replace(answer.find("LEVEL"), 5, level);
}

TEST(NagiosLineTest, TellsTheVerdictAndTheCountsInOneLine) {
  EXPECT_EQ(NagiosLineOf(AnswerOfLevel("trouble")).text,
            "CCKM CRITICAL - 1 domain failed | targets=3;;;0 targets_down=1;;;0 domains=9;;;0 "
            "domains_failed=1;;;0 domains_unknown=3;;;0 domains_never=2;;;0 refreshes=10;;;0 "
            "refreshes_in_progress=4;;;0");
}

TEST(NagiosLineTest, NamesTheFirstProblemOfItsLevel) {
  EXPECT_EQ(NagiosLineOf(AnswerOfLevel("attention")).text.substr(0, 48),
            "CCKM WARNING - 1 domain failed: a b is odd | tar");
}

TEST(NagiosLineTest, EveryLevelOfTheVerdictHasItsState) {
  EXPECT_EQ(NagiosLineOf(AnswerOfLevel("good")).state, NagiosState::kOk);
  EXPECT_EQ(NagiosLineOf(AnswerOfLevel("attention")).state, NagiosState::kWarning);
  EXPECT_EQ(NagiosLineOf(AnswerOfLevel("trouble")).state, NagiosState::kCritical);
  EXPECT_EQ(NagiosLineOf(AnswerOfLevel("waiting")).state, NagiosState::kUnknown);
  EXPECT_EQ(NagiosLineOf(AnswerOfLevel("of a later version")).state, NagiosState::kUnknown);
}

TEST(NagiosLineTest, WhatIsNoAnswerOfTheExporterIsUnknown) {
  for (const char* answer :
       {"", "<html>", "{}", "[]", R"({"verdict": 1})",
        R"({"verdict": {"level": "good", "sentence": "all"}, "counts": {}})"}) {
    const NagiosLine line = NagiosLineOf(answer);
    EXPECT_EQ(line.state, NagiosState::kUnknown) << answer;
    EXPECT_EQ(line.text, "CCKM UNKNOWN - the answer is none of this exporter") << answer;
  }
}

TEST(NagiosLineTest, NoTextEndsTheLineOrBeginsThePerformanceData) {
  EXPECT_EQ(MakeNagiosLine(NagiosState::kOk, "a|b\nc").text, "CCKM OK - a b c");
}

TEST(NagiosLineTest, ReadsWhatTheExporterAnswers) {
  const NagiosLine line = NagiosLineOf(StatusJson(StatusModel{}));
  EXPECT_NE(line.text.find(" | targets=0;;;0 "), std::string::npos) << line.text;
}

}  // namespace
}  // namespace cckm
