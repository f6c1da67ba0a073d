// Rules of the exposition that the life of a refresh alone does not show.

#include "exporter/exposition/exposition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <map>

#include "tests/support/fakes/exposition_parser.h"
#include "tests/unit/exporter/app/harness.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr std::array kText = {ExpositionFormat::kText};

std::string TextOf(const Exposition::Rendered& rendered) {
  return Body(rendered.blocks.front()).Joined();
}

Harness::Setup Watching(std::vector<std::string> ids) {
  return {.collectors = {{.family = FindFamily("dsm"), .refresh_ids = std::move(ids)}}};
}

// The value of the sample whose labels end in these, without the braces.
std::string Value(Harness& exporter, const std::string& name, const std::string& labels) {
  const std::string series = name + "{target=\"cm\",cloud=\"dsm\"," + labels + "} ";
  const std::string line = exporter.Scrape(series);
  return line.empty() ? "" : line.substr(series.size(), line.size() - series.size() - 1);
}

TEST(ExpositionTest, DomainsOfARefreshWithAnUnknownStatusBecomeUnknownWithoutAnswers) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1",
                      R"({"overall_status":"resting","domains":["d1"],
                          "detailed_status":{"d1":"synchronized successfully"}})");
  exporter.PollFor(1ms);
  EXPECT_EQ(Value(exporter, "cckm_refresh_domains", R"(refresh_id="r1",status="completed")"), "1");
  exporter.Answer("dsm", "r1", Fail(ErrorKind::kConnect, "refused"));
  exporter.PollFor(6min);
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_status", R"(domain_id="d1",status="unknown")"),
            "1");
  EXPECT_EQ(Value(exporter, "cckm_refresh_domains", R"(refresh_id="r1",status="completed")"), "0");
  EXPECT_EQ(Value(exporter, "cckm_refresh_domains", R"(refresh_id="r1",status="unknown")"), "1");
}

TEST(ExpositionTest, ARunningRefreshHasNoCompletionTimeWhateverTheBodySays) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1",
                      R"({"overall_status":"in_progress","createdAt":"2021-03-03T06:00:00Z",
                          "completed_at":"2021-03-03T06:00:01Z","domains":["d1"]})");
  exporter.PollFor(1ms);
  EXPECT_EQ(Value(exporter, "cckm_refresh_created_timestamp_seconds", R"(refresh_id="r1")"),
            "1614751200");
  EXPECT_EQ(Value(exporter, "cckm_refresh_completed_timestamp_seconds", R"(refresh_id="r1")"), "");
  EXPECT_EQ(Value(exporter, "cckm_domain_refresh_completed_timestamp_seconds", R"(domain_id="d1")"),
            "");
}

// The samples of target "a", of two targets alike, where each may have so many series.
std::vector<ParsedSample> SamplesOfOneOfTwo(std::size_t max_series) {
  const FakeClock clock;
  const BucketBounds bounds({1, 60});
  std::vector<TargetSetup> targets;
  SelfMetrics self_metrics(clock);
  for (const char* name : {"a", "b"}) {
    targets.push_back({.options = {.name = name, .shown = {.max_series = max_series}},
                       .collectors = {{FindFamily("dsm"), {"r1"}}}});
    self_metrics.AddTarget(name, false);
    self_metrics.AddCollector(name, *FindFamily("dsm"));
  }
  StateStore state(targets, bounds, clock);
  for (const char* name : {"a", "b"}) {
    static_cast<void>(state.Apply(UpdateOf(name, "dsm", {Running("r1", {"d1", "d2"})})));
  }
  const ExporterStatus status;
  const std::string body =
      TextOf(Exposition({state, self_metrics, status, bounds, {}, false}).Render(kText));
  std::vector<ParsedSample> samples;
  const auto families = ParseExposition(body);
  for (const ParsedFamily& family : families.value()) {
    std::ranges::copy_if(family.samples, std::back_inserter(samples), [](const auto& sample) {
      return !sample.labels.empty() &&
             sample.labels[0] == std::pair<std::string, std::string>("target", "a");
    });
  }
  return samples;
}

TEST(ExpositionTest, ATargetsBudgetIsForItsOwnSeries) {
  const std::size_t all = SamplesOfOneOfTwo(1'000'000).size();
  EXPECT_EQ(SamplesOfOneOfTwo(all).size(), all);
  constexpr std::size_t kHistogram = 2 + 3;
  EXPECT_EQ(SamplesOfOneOfTwo(all - 1).size(), all - kHistogram);
}

TEST(ExpositionTest, TellsHowManyTargetsThisShardHas) {
  const FakeClock clock;
  const BucketBounds bounds({1, 60});
  StateStore state(
      {{.options = {.name = "a"}, .collectors = {}}, {.options = {.name = "b"}, .collectors = {}}},
      bounds, clock);
  const SelfMetrics self_metrics(clock);
  const ExporterStatus status;
  Exposition exposition({.state = state,
                         .self_metrics = self_metrics,
                         .status = status,
                         .bounds = bounds,
                         .build_info = {},
                         .process_metrics = false,
                         .shard = {.index = 2, .count = 5}});
  const auto shows = [&](const std::string& line) {
    return TextOf(exposition.Render(kText)).find("\n" + line + "\n") != std::string::npos;
  };
  EXPECT_TRUE(shows("cckm_exporter_targets 2"));
  EXPECT_TRUE(shows("cckm_exporter_shard_index 2"));
  EXPECT_TRUE(shows("cckm_exporter_shard_count 5"));
  state.RemoveTarget("a");
  EXPECT_TRUE(shows("cckm_exporter_targets 1"));
  state.RemoveTarget("b");
  EXPECT_TRUE(shows("cckm_exporter_targets 0")) << "an empty shard is there";
}

TEST(ExpositionTest, AnOptionalFamilyThatIsAbsentHasNoSeriesOfUpAndAllOthers) {
  Harness exporter(Watching({"r1"}));
  PollUpdate end = PollEnd("cm", "dsm", false);
  static_cast<void>(exporter.state().Apply(end));
  EXPECT_EQ(exporter.Scrape("cckm_up{"), "cckm_up{target=\"cm\",cloud=\"dsm\"} 0\n");
  end.ended->is_absent = true;
  static_cast<void>(exporter.state().Apply(end));
  EXPECT_EQ(exporter.Scrape("cckm_up{"), "");
  EXPECT_EQ(exporter.Scrape("cckm_last_poll_timestamp_seconds{"),
            "cckm_last_poll_timestamp_seconds{target=\"cm\",cloud=\"dsm\"} 1614751854\n");
}

// Of each state set, over a refresh in every state, exactly one value is 1.
TEST(ExpositionTest, EveryStateSetIsClosedAndHasOneActiveState) {
  const std::vector<std::string> states = {"in_progress", "completed", "partial",
                                           "failed",      "cancelled", "odd"};
  Harness exporter(Watching({"r0", "r1", "r2", "r3", "r4", "r5", "missing"}));
  for (std::size_t i = 0; i < states.size(); ++i) {
    exporter.AnswerJson(
        "dsm", "r" + std::to_string(i),
        R"({"overall_status":")" + states[i] + R"(","createdAt":"2021-03-03T06:00:00Z",)" +
            R"("completed_at":"2021-03-03T06:00:01Z","domains":["d)" + std::to_string(i) + "\"]}");
  }
  exporter.PollFor(1ms);
  const auto families = ParseExposition(exporter.Scrape());
  ASSERT_TRUE(families) << families.error();
  std::size_t sets = 0;
  for (const ParsedFamily& family : *families) {
    if (family.name != "cckm_refresh_status" && family.name != "cckm_domain_refresh_status" &&
        family.name != "cckm_domain_refresh_last_result") {
      continue;
    }
    std::map<std::string, double> active;
    for (const ParsedSample& sample : family.samples) {
      active[sample.labels[2].second] += sample.value;
      EXPECT_TRUE(sample.value == 0 || sample.value == 1);
    }
    for (const auto& [object, sum] : active) EXPECT_EQ(sum, 1) << family.name << " " << object;
    sets += active.size();
  }
  EXPECT_EQ(sets, 7U + 6U + 6U);
}

TEST(ExpositionTest, FamiliesComeInTheOrderOfTheCatalogueWithItsTypesAndHelp) {
  Harness exporter(Watching({"r1"}));
  exporter.AnswerJson("dsm", "r1",
                      R"({"overall_status":"completed","createdAt":"2021-03-03T06:00:00Z",
                          "completed_at":"2021-03-03T06:00:01Z","domains":["d1"]})");
  exporter.PollFor(1ms);
  const auto families = ParseExposition(exporter.Scrape());
  ASSERT_TRUE(families) << families.error();
  auto row = Catalogue().begin();
  constexpr std::array<std::string_view, 3> kTypes = {"gauge", "counter", "histogram"};
  for (const ParsedFamily& family : *families) {
    row =
        std::find_if(row, Catalogue().end(), [&](const auto& m) { return m.name == family.name; });
    ASSERT_NE(row, Catalogue().end()) << family.name;
    EXPECT_EQ(family.help, row->help);
    EXPECT_EQ(family.type, kTypes[static_cast<std::size_t>(row->type)]);
    for (const ParsedSample& sample : family.samples) {
      const std::size_t le = sample.name.ends_with("_bucket") ? 1 : 0;
      ASSERT_EQ(sample.labels.size(), row->label_count() + le) << family.name;
      for (std::size_t i = 0; i < row->label_count(); ++i) {
        EXPECT_EQ(sample.labels[i].first, row->labels[i]);
      }
    }
  }
}

}  // namespace
}  // namespace cckm
