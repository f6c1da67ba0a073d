// OpenMetrics, byte for byte.

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "exporter/exposition/text_writer.h"
#include "tests/unit/exporter/exposition/whole_exposition.h"

namespace cckm {
namespace {

using namespace std::string_view_literals;

constexpr MetricDescription kGauge{
    Metric::kUp, "g", MetricType::kGauge, {"a"}, "A \"gauge\"\\ of\ntwo lines."};
constexpr MetricDescription kCounter{
    Metric::kLedgerWriteFailuresTotal, "c_total", MetricType::kCounter, {}, "A counter."};
constexpr MetricDescription kHistogram{
    Metric::kRefreshDuration, "h_seconds", MetricType::kHistogram, {"a"}, "A histogram."};

template <typename Write>
std::string Written(TextDialect dialect, const Write& write) {
  WholeExposition<TextWriter> writer(dialect);
  write(writer);
  return writer.Finish();
}

template <typename Write>
std::string Written(const Write& write) {
  return Written(TextDialect::kOpenMetrics, write);
}

TEST(OpenMetricsTest, AFamilyOfCountersIsNamedWithoutTotal) {
  EXPECT_EQ(Written([](ExpositionWriter& writer) {
              writer.BeginFamily(kCounter);
              writer.Sample({}, 3);
            }),
            "# HELP c A counter.\n# TYPE c counter\nc_total 3\n# EOF\n");
}

TEST(OpenMetricsTest, HelpHasItsQuotesEscaped) {
  EXPECT_EQ(
      Written([](ExpositionWriter& writer) {
        writer.BeginFamily(kGauge);
        writer.Sample(std::array<LabelView, 1>{"x"sv}, 0.5);
      }),
      "# HELP g A \\\"gauge\\\"\\\\ of\\ntwo lines.\n# TYPE g gauge\ng{a=\"x\"} 0.5\n# EOF\n");
}

TEST(OpenMetricsTest, NothingAtAllHasAnEnd) {
  EXPECT_EQ(Written([](ExpositionWriter& writer) { writer.BeginFamily(kGauge); }), "# EOF\n");
}

class ExemplarsTest : public ::testing::Test {
 protected:
  std::string WrittenAs(TextDialect dialect) const {
    return Written(dialect, [this](ExpositionWriter& writer) {
      writer.BeginFamily(kHistogram);
      writer.Histogram(std::array<LabelView, 1>{"x"sv}, view);
    });
  }

  const std::vector<std::string> le = {"0.5", "1.0", "+Inf"};
  const std::vector<std::uint64_t> cumulative = {1, 1, 3};
  std::vector<Exemplar> exemplars = {
      {.bucket = 0, .refresh_id = LabelValue("r1"), .domain_id = {}, .value = 0.25, .at = {}},
      {.bucket = 2,
       .refresh_id = LabelValue("r\"2"),
       .domain_id = {},
       .value = 86400,
       .at = WallTime(std::chrono::milliseconds(1'700'000'000'250))}};
  HistogramView view = {.bounds = {},
                        .le = le,
                        .cumulative = cumulative,
                        .sum = 4.25,
                        .exemplars = exemplars,
                        .exemplar_domain = "d1"sv,
                        .created_at = WallTime(std::chrono::seconds(5))};
};

TEST_F(ExemplarsTest, StandBehindTheirBuckets) {
  EXPECT_EQ(WrittenAs(TextDialect::kOpenMetrics),
            "# HELP h_seconds A histogram.\n# TYPE h_seconds histogram\n"
            "h_seconds_bucket{a=\"x\",le=\"0.5\"} 1 "
            "# {refresh_id=\"r1\",domain_id=\"d1\"} 0.25 0\n"
            "h_seconds_bucket{a=\"x\",le=\"1.0\"} 1\n"
            "h_seconds_bucket{a=\"x\",le=\"+Inf\"} 3 "
            "# {refresh_id=\"r\\\"2\",domain_id=\"d1\"} 86400 1700000000.25\n"
            "h_seconds_sum{a=\"x\"} 4.25\nh_seconds_count{a=\"x\"} 3\n# EOF\n");
}

TEST_F(ExemplarsTest, AreLeftOutWhereTheyAreTooLong) {
  exemplars[0].refresh_id = LabelValue(std::string(200, 'r'));
  EXPECT_NE(WrittenAs(TextDialect::kOpenMetrics).find("le=\"0.5\"} 1\n"), std::string::npos);
}

TEST_F(ExemplarsTest, AreNotInTheOlderFormat) {
  EXPECT_EQ(WrittenAs(TextDialect::kPrometheus),
            "# HELP h_seconds A histogram.\n# TYPE h_seconds histogram\n"
            "h_seconds_bucket{a=\"x\",le=\"0.5\"} 1\nh_seconds_bucket{a=\"x\",le=\"1.0\"} 1\n"
            "h_seconds_bucket{a=\"x\",le=\"+Inf\"} 3\n"
            "h_seconds_sum{a=\"x\"} 4.25\nh_seconds_count{a=\"x\"} 3\n");
}

}  // namespace
}  // namespace cckm
