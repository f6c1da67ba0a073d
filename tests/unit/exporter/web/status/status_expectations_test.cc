// What the page and its JSON say of expectations.

#include "exporter/web/status/status_expectations.h"

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "exporter/web/status/status_json.h"
#include "exporter/web/status/status_page.h"
#include "exporter/web/status/status_problems.h"
#include "exporter/web/status/status_snapshot.h"
#include "tests/unit/exporter/state/state_store_fixture.h"
#include "tests/unit/exporter/web/status/status_sample.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class StatusExpectationsTest : public StateStoreFixture {
 protected:
  void Expect(std::vector<Expectation> expectations) {
    state.SetExpectations("a", std::make_shared<const ExpectationList>(std::move(expectations)));
  }
  StatusModel Model() {
    const ExporterStatus status;
    return TakeStatusSnapshot({.state = state, .status = status, .version = "1"}, {}, clock.Now());
  }
  const ShownTarget& TargetA(const StatusModel& model) {
    for (const ShownTarget& target : model.targets.rows) {
      if (target.name == "a") return target;
    }
    throw std::runtime_error("no target a");
  }
  static std::vector<Problem> Unmatched(const StatusModel& model) {
    std::vector<Problem> problems = model.problems;
    std::erase_if(problems, [](const Problem& problem) {
      return problem.kind != ProblemKind::kExpectationUnmatched;
    });
    return problems;
  }
  // As if every collector had ended its first poll.
  void EndPolls() {
    for (const auto& [target, family] : {std::pair("a", "dsm"), {"a", "aws"}, {"b", "dsm"}}) {
      PollUpdate update = UpdateOf(target, family, {});
      update.ended = PollSummary{.up = true};
      Apply(update);
    }
  }
};

TEST_F(StatusExpectationsTest, TheDomainsOfEachAreCountedAndThoseOfTheFirstThatMatchesAlone) {
  Expect({{.match = {.domain = "d1"}, .refreshed_every = 1h},
          {.refreshed_every = 24h},
          {.match = {.domain = "d2"}, .refreshed_every = 2h}});
  Apply({Running("r1", {"d1", "d2", "d3"})});
  const StatusModel model = Model();
  const auto& shown = TargetA(model).expectations;
  ASSERT_EQ(shown.size(), 3U);
  EXPECT_EQ(shown[0].domains, 1U);
  EXPECT_EQ(shown[1].domains, 2U);
  EXPECT_EQ(shown[2].domains, 0U);
}

TEST_F(StatusExpectationsTest, OneThatMatchesNothingIsANoticeOnceTheTargetWasPolled) {
  Expect({{.match = {.domain = "gone"}, .refreshed_every = 1h}});
  EXPECT_TRUE(Unmatched(Model()).empty()) << "nobody knows the domains yet";
  EndPolls();
  Apply({Finished("r1", {"d1"}), Finished("r2", {"d1"}), Finished("r3", {"d1"})});
  const StatusModel model = Model();
  const std::vector<Problem> problems = Unmatched(model);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(ProblemKindName(problems[0].kind), "expectation_unmatched");
  EXPECT_EQ(SentenceOf(problems[0]), "An expectation of a matches no domain");
  EXPECT_EQ(problems[0].subjects.rows[0].note, "expectations[0]: domain gone, every 1 h, warning");
  EXPECT_THAT(StatusJson(model), HasSubstr(R"("level":"notice")"));
  StatusModel quiet = model;
  quiet.problems = problems;
  quiet.counts.troubled_domains = {};
  EXPECT_THAT(Judge(quiet).sentence, Not(HasSubstr("attention")));
  EXPECT_EQ(Judge(quiet).level, Level::kGood);
}

TEST_F(StatusExpectationsTest, ALateDomainIsTroubleAndSaysWhichExpectation) {
  Expect({{.match = {.domain = "other"}, .refreshed_every = 1h},
          {.refreshed_every = 1h, .severity = Severity::kCritical}});
  Apply({Finished("r1", {"d1"})});
  const auto late = [](const StatusModel& model) {
    return model.counts.troubled_domains[static_cast<std::size_t>(DomainTrouble::kLate)];
  };
  EXPECT_EQ(late(Model()), 0U);
  clock.Advance(24h);
  const StatusModel model = Model();
  EXPECT_EQ(late(model), 1U);
  EXPECT_THAT(Judge(model).sentence, HasSubstr("1 domain late"));
  const std::string page = StatusPage(model, "/metrics");
  EXPECT_THAT(page, HasSubstr("<th scope=\"col\">Expected</th>"));
  EXPECT_THAT(page, HasSubstr("<td><data value=\"3600\">every 1 h</data> <span class=\"mark "
                              "late\">late</span> <small>critical, expectations[1]</small></td>"));
  const auto json = nlohmann::json::parse(StatusJson(model));
  const auto& expected = json["domains"]["items"][0]["expected"];
  EXPECT_EQ(expected["interval_seconds"], 3600.0);
  EXPECT_EQ(expected["late"], true);
  EXPECT_EQ(expected["severity"], "critical");
  EXPECT_EQ(expected["source"], "expectations[1]");
}

TEST_F(StatusExpectationsTest, WithSeverityNoneADomainIsShownAsLateAndIsNoTrouble) {
  Expect({{.refreshed_every = 1h, .severity = Severity::kNone}});
  Apply({Finished("r1", {"d1"})});
  clock.Advance(24h);
  const StatusModel model = Model();
  EXPECT_EQ(model.counts.troubled_domains[static_cast<std::size_t>(DomainTrouble::kLate)], 0U);
  EXPECT_TRUE(model.domains.rows[0].is_late);
}

TEST_F(StatusExpectationsTest, WithoutExpectationsThePageHasNoColumnForThem) {
  Apply({Finished("r1", {"d1"})});
  const StatusModel model = Model();
  EXPECT_THAT(StatusPage(model, "/metrics"), Not(HasSubstr("Expected")));
  EXPECT_TRUE(
      nlohmann::json::parse(StatusJson(model))["domains"]["items"][0]["expected"].is_null());
}

TEST_F(StatusExpectationsTest, ATargetListsItsExpectationsAndSaysHowManyItLeavesOut) {
  std::vector<Expectation> many(21, {.match = {.domain = "<b>"}, .refreshed_every = 90s});
  Expect(many);
  std::string html;
  AppendExpectations(html, TargetA(Model()));
  EXPECT_THAT(html, HasSubstr("<bdi>domain &lt;b&gt;</bdi> <small>expectations[0]</small>"));
  EXPECT_THAT(html, Not(HasSubstr("expectations[20]")));
  EXPECT_THAT(html, HasSubstr("Only the first 20 of 21 expectations are shown."));
}

}  // namespace
}  // namespace cckm
