// Which blocks of an exposition are rendered again.

#include "exporter/exposition/format_renderer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "exporter/exposition/exposition.h"
#include "tests/support/fakes/fake_clock.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

std::string IdOf(const char* kind, int number) { return kind + std::to_string(number); }

class FormatRendererTest : public ::testing::Test {
 protected:
  static constexpr int kRefreshes = 500;

  FormatRendererTest() {
    self_metrics_.AddCollector("cm", *FindFamily("dsm"));
    std::vector<RefreshAnswer> answers;
    answers.reserve(kRefreshes);
    for (int i = 0; i < kRefreshes; ++i) {
      answers.push_back(Running(IdOf("r", i), {IdOf("d", i)}));
    }
    Apply(std::move(answers));
    Render();
  }

  void Apply(std::vector<RefreshAnswer> answers) {
    PollUpdate update = Counted(UpdateOf("cm", "dsm", std::move(answers)));
    update.at = clock_.SteadyNow();
    static_cast<void>(state_.Apply(update));
  }

  // Renders in all formats, compares them with what is rendered from nothing, and returns how many
  // bytes of text were in no block before.
  std::size_t Render() {
    constexpr std::array kFormats = {ExpositionFormat::kText, ExpositionFormat::kOpenMetrics,
                                     ExpositionFormat::kProtobuf};
    Exposition from_nothing(sources_);
    std::array<std::string, 3> expected;
    for (std::size_t i = 0; i < kFormats.size(); ++i) {
      expected[i] = Joined(from_nothing.RenderAgain(kFormats[i]).blocks[i]);
    }
    const Exposition::Rendered rendered = exposition_.Render(kFormats);
    for (std::size_t i = 0; i < kFormats.size(); ++i) {
      const std::string got = Joined(rendered.blocks[i]);
      EXPECT_TRUE(got == expected[i]) << "format " << i;
      if (got != expected[i]) {
        std::size_t at = 0;
        while (at < got.size() && at < expected[i].size() && got[at] == expected[i][at]) ++at;
        std::fprintf(stderr, "SIZES %zu %zu at %zu\n%s\n---\n%s\n", got.size(), expected[i].size(),
                     at, got.substr(at > 200 ? at - 200 : 0, 400).c_str(),
                     expected[i].substr(at > 200 ? at - 200 : 0, 400).c_str());
      }
    }
    std::size_t bytes = 0;
    for (const Block& block : rendered.blocks.front()) {
      if (std::ranges::find(text_, block) == text_.end()) bytes += block->size();
    }
    text_ = rendered.blocks.front();
    return bytes;
  }

  static std::string Joined(const Blocks& blocks) { return Body(blocks).Joined(); }

  std::size_t size() const { return Body(text_).size(); }

  FakeClock clock_;
  const BucketBounds bounds_{{1, 60}};
  StateStore state_{
      {{.options = {.name = "cm", .shown = {.stale_after = 1h, .max_series = 1'000'000}},
        .collectors = {{.family = FindFamily("dsm"), .discovers = true}}}},
      bounds_,
      clock_};
  SelfMetrics self_metrics_{clock_};
  const ExporterStatus status_;
  const Exposition::Sources sources_{.state = state_,
                                     .self_metrics = self_metrics_,
                                     .status = status_,
                                     .bounds = bounds_,
                                     .build_info = {},
                                     .process_metrics = false};
  Exposition exposition_{sources_};
  Blocks text_;
};

TEST_F(FormatRendererTest, NothingIsNewWhereNothingChanged) { EXPECT_EQ(Render(), 0U); }

TEST_F(FormatRendererTest, NothingIsKeptOfAFormatThatNobodyWants) {
  const std::weak_ptr<const ByteBuffer> block = std::exchange(text_, {}).front();
  EXPECT_FALSE(block.expired());
  exposition_.KeepOnly({});
  EXPECT_TRUE(block.expired());
}

TEST_F(FormatRendererTest, OneRefreshThatEndsRenewsAFewBlocks) {
  Apply({Finished("r77", {"d77"})});
  EXPECT_LT(Render() * 10, size());
}

TEST_F(FormatRendererTest, WhatSaysTheSameIsTheSameBlock) {
  Apply({Running("r77", {"d77"})});
  EXPECT_EQ(Render(), 0U);
}

TEST_F(FormatRendererTest, CountsThatHadToWaitAreShownByTheNextExposition) {
  Apply({Running("new", {"new domain"})});
  Apply({Finished("new", {"new domain"})});
  Render();
  EXPECT_NE(Render(), 0U);
  EXPECT_EQ(Render(), 0U);
}

TEST_F(FormatRendererTest, WhatTurnsStaleIsRenewedByTimeAlone) {
  clock_.Advance(59min);
  EXPECT_EQ(Render(), 0U);
  Apply({Running("r77", {"d77"})});
  Render();
  clock_.Advance(1min);
  EXPECT_GT(Render(), size() / 10);
  EXPECT_EQ(Render(), 0U);
  clock_.Advance(3h);
  EXPECT_NE(Render(), 0U) << "three times as long as it took last";
}

TEST_F(FormatRendererTest, AnAnswerAfterStalenessRenewsRefreshAndDomain) {
  clock_.Advance(2h);
  Render();
  Apply({Running("r77", {"d77"})});
  Render();
  EXPECT_NE(
      Joined(text_).find(
          R"(cckm_domain_refresh_status{target="cm",cloud="dsm",domain_id="d77",status="in_progress"} 1)"),
      std::string::npos);
}

TEST_F(FormatRendererTest, AReloadShowsTheNewSettings) {
  state_.SetTarget({.options = {.name = "cm",
                                .shown = {.stale_after = 1h,
                                          .max_series = 1'000'000,
                                          .domain_histograms = false}},
                    .collectors = {{.family = FindFamily("dsm"), .discovers = true}}});
  const std::size_t with_histograms = size();
  Render();
  EXPECT_LT(size(), with_histograms);
  state_.SetTarget(
      {.options = {.name = "cm",
                   .shown = {.stale_after = 1h, .max_series = 200, .domain_histograms = false}},
       .collectors = {{.family = FindFamily("dsm"), .discovers = true}}});
  Render();
  EXPECT_LT(size(), 100'000U);
}

TEST_F(FormatRendererTest, ATargetInThePlaceOfAnotherShowsItsOwn) {
  state_.RemoveTarget("cm");
  Render();
  state_.SetTarget(
      {.options = {.name = "cm", .shown = {.stale_after = 1h, .max_series = 1'000'000}},
       .collectors = {{FindFamily("dsm"), {"other"}}}});
  Render();
  state_.SetTarget({.options = {.name = "second", .shown = {.max_series = 1'000'000}},
                    .collectors = {{FindFamily("aws"), {"another"}}}});
  Render();
  state_.RemoveTarget("cm");
  Render();
}

}  // namespace
}  // namespace cckm
