// What is left out of a target with two collectors.

#include "exporter/exposition/series_budget.h"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <string>
#include <vector>

#include "exporter/state/state_store.h"
#include "tests/support/fakes/fake_clock.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBuckets = 2;
constexpr std::size_t kOwnSeries = 100;
// "dsm" has one finished refresh of two domains; "external-cm" an older one and a younger one of a
// domain each, and a running one in between.  A finished refresh has 14 series, a running one 13.
// A domain has 20 where a refresh of it finished, otherwise 17, and 5 of its histogram.
constexpr std::size_t kAllSeries = kOwnSeries + 3 * 14 + 13 + 4 * 20 + 17 + 5 * 5;

void Apply(StateStore& state, std::string_view family, std::vector<RefreshAnswer> answers) {
  static_cast<void>(state.Apply(Counted(UpdateOf("cm", family, std::move(answers)))));
}

SeriesBudget BudgetWith(std::size_t max_series, bool domain_histograms = true) {
  const FakeClock clock;
  const BucketBounds bounds{{1, 60}};
  StateStore state{
      {{.options = {.name = "cm",
                    .shown = {.max_series = max_series, .domain_histograms = domain_histograms}},
        .collectors = {{FindFamily("dsm"), {"a"}}, {FindFamily("external-cm"), {"b", "c", "d"}}}}},
      bounds,
      clock};
  Apply(state, "dsm", {Finished("a", {"d0", "d1"}, 2h)});
  Apply(state, "external-cm",
        {Finished("b", {"e0"}, 1h), Running("c", {"e1"}), Finished("d", {"e2"}, 3h)});
  SeriesBudget budget;
  state.Read([&](const StateView& view) {
    budget.Update(view.targets.front(), kBuckets, kOwnSeries, view.now);
  });
  return budget;
}

// `collector:position` of each.
std::string Text(const SeriesBudget& budget, PositionSet LeftOut::*set) {
  std::string text;
  for (std::size_t collector = 0; collector < budget.left_out().size(); ++collector) {
    for (std::size_t position = 0; position < 10; ++position) {
      if (!(budget.left_out()[collector].*set).Has(position)) continue;
      text.append(text.empty() ? "" : " ").append(std::to_string(collector)).append(":");
      text.append(std::to_string(position));
    }
  }
  return text;
}

TEST(SeriesBudgetTest, LeavesOutInItsOrderAcrossCollectors) {
  struct Case {
    std::size_t too_many;
    std::string histograms;
    std::string refreshes;
    std::string domains;
  };
  const std::string all_domains = "0:0 0:1 1:0 1:1 1:2";
  for (const Case& row : {
           Case{0, "", "", ""},
           Case{1, "1:2", "", ""},
           Case{5, "1:2", "", ""},
           Case{6, "1:1 1:2", "", ""},
           Case{16, "0:1 1:0 1:1 1:2", "", ""},
           Case{25, all_domains, "", ""},
           Case{26, all_domains, "1:0", ""},
           Case{40, all_domains, "0:0 1:0", ""},
           Case{54, all_domains, "0:0 1:0 1:2", ""},
           Case{68, all_domains, "0:0 1:0 1:1 1:2", ""},
           Case{81, all_domains, "0:0 1:0 1:1 1:2", "1:2"},
           Case{139, all_domains, "0:0 1:0 1:1 1:2", "0:1 1:0 1:1 1:2"},
           Case{kAllSeries, all_domains, "0:0 1:0 1:1 1:2", all_domains},
       }) {
    const SeriesBudget budget = BudgetWith(kAllSeries - row.too_many);
    EXPECT_EQ(Text(budget, &LeftOut::histograms), row.histograms) << row.too_many;
    EXPECT_EQ(Text(budget, &LeftOut::refreshes), row.refreshes) << row.too_many;
    EXPECT_EQ(Text(budget, &LeftOut::domains), row.domains) << row.too_many;
  }
}

TEST(SeriesBudgetTest, KnowsFromWhereOnAllIsLeftOut) {
  for (std::size_t max_series = 0; max_series <= kAllSeries; ++max_series) {
    const SeriesBudget budget = BudgetWith(max_series);
    for (std::size_t collector = 0; collector < 2; ++collector) {
      for (PositionSet LeftOut::*set : {&LeftOut::refreshes, &LeftOut::domains}) {
        const PositionSet& left_out = budget.left_out()[collector].*set;
        const bool is_refreshes = set == &LeftOut::refreshes;
        const std::size_t size = collector == 0 ? (is_refreshes ? 1 : 2) : 3;
        bool all = true;
        for (std::size_t position = size; position-- > 0;) {
          all = all && left_out.Has(position);
          EXPECT_EQ(left_out.HasAllFrom(position), all) << max_series << " " << position;
        }
      }
    }
  }
}

TEST(SeriesBudgetTest, CountsWhatItLeavesOut) {
  for (std::size_t too_many = 0; too_many < kAllSeries - kOwnSeries; ++too_many) {
    const DroppedSeries dropped = BudgetWith(kAllSeries - too_many).dropped();
    const std::size_t sum =
        std::accumulate(dropped.series.begin(), dropped.series.end(), std::size_t{0});
    EXPECT_GE(sum, too_many);
    EXPECT_LT(sum, too_many + 20) << "less than one object more than needed";
  }
}

TEST(SeriesBudgetTest, LeavesOutNoHistogramWhereThereIsNone) {
  const SeriesBudget budget = BudgetWith(kAllSeries - 5 * 5 - 1, false);
  EXPECT_EQ(budget.dropped().series, (std::array<std::size_t, 5>{0, 14, 0, 0, 0}));
}

}  // namespace
}  // namespace cckm
