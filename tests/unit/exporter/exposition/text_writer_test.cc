// Whole texts, byte for byte.

#include "exporter/exposition/text_writer.h"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "tests/support/fakes/exposition_parser.h"
#include "tests/unit/exporter/exposition/whole_exposition.h"

namespace cckm {
namespace {

using namespace std::string_view_literals;

constexpr MetricDescription kGauge{Metric::kUp, "g", MetricType::kGauge, {"a", "b"}, "A gauge."};
constexpr MetricDescription kCounter{
    Metric::kLedgerWriteFailuresTotal, "c_total", MetricType::kCounter, {}, "A counter."};
constexpr MetricDescription kHistogram{
    Metric::kRefreshDuration, "h_seconds", MetricType::kHistogram, {"a"}, "A histogram."};

// What `write` makes of an empty buffer.
template <typename Write>
std::string Written(const Write& write) {
  WholeExposition<TextWriter> writer;
  write(writer);
  return writer.Finish();
}

std::string Number(double value) {
  ByteBuffer out;
  AppendNumber(out, value);
  return std::string(out.view());
}

TEST(TextWriterTest, AFamilyWithoutASampleLeavesNoTrace) {
  EXPECT_EQ(Written([](ExpositionWriter& writer) {
              writer.BeginFamily(kGauge);
              writer.BeginFamily(kCounter);
              writer.Sample({}, 3);
              writer.BeginFamily(kHistogram);
            }),
            "# HELP c_total A counter.\n# TYPE c_total counter\nc_total 3\n");
}

TEST(TextWriterTest, EachFamilyHasOneHeaderBeforeItsSamples) {
  EXPECT_EQ(Written([](ExpositionWriter& writer) {
              writer.BeginFamily(kGauge);
              writer.Sample(std::array<LabelView, 2>{"x"sv, ""sv}, 1);
              writer.Sample(std::array<LabelView, 2>{"y"sv, "z"sv}, -2.5);
              writer.BeginFamily(kCounter);
              writer.Sample({}, 0);
            }),
            "# HELP g A gauge.\n# TYPE g gauge\ng{a=\"x\",b=\"\"} 1\ng{a=\"y\",b=\"z\"} -2.5\n"
            "# HELP c_total A counter.\n# TYPE c_total counter\nc_total 0\n");
}

TEST(TextWriterTest, SamplesShareAllButTheLastLabel) {
  constexpr std::array<std::string_view, 3> kValues = {"one", "two", "three"};
  EXPECT_EQ(
      Written([&](ExpositionWriter& writer) {
        writer.BeginFamily(kGauge);
        writer.Samples(std::array<LabelView, 1>{"x"sv}, kValues, std::array<double, 3>{1, 2, 3.5});
        writer.StateSet(std::array<LabelView, 1>{"y"sv}, kValues, 1);
      }),
      "# HELP g A gauge.\n# TYPE g gauge\n"
      "g{a=\"x\",b=\"one\"} 1\ng{a=\"x\",b=\"two\"} 2\ng{a=\"x\",b=\"three\"} 3.5\n"
      "g{a=\"y\",b=\"one\"} 0\ng{a=\"y\",b=\"two\"} 1\ng{a=\"y\",b=\"three\"} 0\n");
}

TEST(TextWriterTest, TheOnlyLabelCanBeTheLastOne) {
  constexpr MetricDescription kOneLabel{Metric::kUp, "g", MetricType::kGauge, {"a"}, "A gauge."};
  constexpr std::array<std::string_view, 1> kValues = {"one"};
  EXPECT_EQ(Written([&](ExpositionWriter& writer) {
              writer.BeginFamily(kOneLabel);
              writer.Samples({}, kValues, std::array<double, 1>{1});
            }),
            "# HELP g A gauge.\n# TYPE g gauge\ng{a=\"one\"} 1\n");
}

TEST(TextWriterTest, AHistogramIsItsBucketsItsSumAndItsCount) {
  const std::vector<std::string> le = {"0.5", "1.0", "+Inf"};
  const std::vector<std::uint64_t> cumulative = {0, 2, 3};
  EXPECT_EQ(Written([&](ExpositionWriter& writer) {
              writer.BeginFamily(kHistogram);
              writer.Histogram(std::array<LabelView, 1>{"x"sv},
                               {.bounds = {}, .le = le, .cumulative = cumulative, .sum = 4.25});
            }),
            "# HELP h_seconds A histogram.\n# TYPE h_seconds histogram\n"
            "h_seconds_bucket{a=\"x\",le=\"0.5\"} 0\nh_seconds_bucket{a=\"x\",le=\"1.0\"} 2\n"
            "h_seconds_bucket{a=\"x\",le=\"+Inf\"} 3\n"
            "h_seconds_sum{a=\"x\"} 4.25\nh_seconds_count{a=\"x\"} 3\n");
}

TEST(TextWriterTest, AHistogramCanBeWithoutLabels) {
  constexpr MetricDescription kBare{
      Metric::kRefreshDuration, "h", MetricType::kHistogram, {}, "H."};
  const std::vector<std::string> le = {"+Inf"};
  const std::vector<std::uint64_t> cumulative = {0};
  EXPECT_EQ(Written([&](ExpositionWriter& writer) {
              writer.BeginFamily(kBare);
              writer.Histogram({}, {.bounds = {}, .le = le, .cumulative = cumulative});
            }),
            "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 0\nh_sum 0\nh_count 0\n");
}

TEST(TextWriterTest, EscapesLabelValues) {
  const LabelValue hostile("\\a\"b\\\\\"}");
  EXPECT_EQ(Written([&](ExpositionWriter& writer) {
              writer.BeginFamily(kGauge);
              writer.Sample(std::array<LabelView, 2>{hostile, LabelValue("caf\xC3\xA9")}, 1);
            }),
            "# HELP g A gauge.\n# TYPE g gauge\n"
            "g{a=\"\\\\a\\\"b\\\\\\\\\\\"}\",b=\"caf\xC3\xA9\"} 1\n");
}

TEST(TextWriterTest, EscapesALineBreakOfALabelEvenThoughNoLabelValueHasOne) {
  LabelView with_break("a\nb");
  with_break.is_plain = false;
  const std::string text = Written([&](ExpositionWriter& writer) {
    writer.BeginFamily(kGauge);
    writer.Sample(std::array<LabelView, 2>{with_break, ""sv}, 1);
  });
  EXPECT_EQ(text, "# HELP g A gauge.\n# TYPE g gauge\ng{a=\"a\\nb\",b=\"\"} 1\n");
}

TEST(TextWriterTest, EscapesHelpWithoutItsQuotes) {
  constexpr MetricDescription kOdd{Metric::kUp, "g", MetricType::kGauge, {}, "\"C:\\x\"\nand more"};
  EXPECT_EQ(Written([&](ExpositionWriter& writer) {
              writer.BeginFamily(kOdd);
              writer.Sample({}, 1);
            }),
            "# HELP g \"C:\\\\x\"\\nand more\n# TYPE g gauge\ng 1\n");
}

TEST(TextWriterTest, AnyBytesOfTheApplianceMakeAnExpositionThatGivesThemBack) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string raw;
    const std::size_t size = random() % 300;
    for (std::size_t i = 0; i < size; ++i) raw += static_cast<char>(random() % 256);
    const LabelValue value(raw);
    const auto parsed = ParseExposition(Written([&](ExpositionWriter& writer) {
      writer.BeginFamily(kGauge);
      writer.Sample(std::array<LabelView, 2>{value, "x"sv}, 1);
    }));
    ASSERT_TRUE(parsed) << parsed.error();
    EXPECT_EQ(parsed->at(0).samples.at(0).labels.at(0).second, value.text());
  }
}

TEST(TextWriterTest, WritesNumbersAsPrometheusReadsThem) {
  struct Case {
    double value;
    const char* text;
  };
  for (const Case& row : {
           Case{0, "0"},
           Case{-0.0, "0"},
           Case{1, "1"},
           Case{-17, "-17"},
           Case{0.1, "0.1"},
           Case{1.96828, "1.96828"},
           Case{0.1 + 0.2, "0.30000000000000004"},
           Case{1614751854.097116, "1614751854.097116"},
           Case{1e15, "1000000000000000"},
           Case{9007199254740991, "9007199254740991"},
           Case{1e16, "1e+16"},
           Case{1e300, "1e+300"},
           Case{5e-324, "5e-324"},
           Case{std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
           Case{std::numeric_limits<double>::quiet_NaN(), "NaN"},
           Case{-std::numeric_limits<double>::quiet_NaN(), "NaN"},
           Case{std::numeric_limits<double>::infinity(), "+Inf"},
           Case{-std::numeric_limits<double>::infinity(), "-Inf"},
       }) {
    EXPECT_EQ(Number(row.value), row.text);
  }
}

TEST(TextWriterTest, EveryNumberReadsBackAsTheSameDouble) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof(value));
    if (!std::isfinite(value)) continue;
    const std::string text = Number(value);
    double back = 0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    EXPECT_EQ(back, value) << text;
    EXPECT_LE(text.size(), 24U) << text;
  }
}

TEST(TextWriterTest, AppendsToWhatIsThere) {
  ByteBuffer out;
  out.Append("before\n");
  TextWriter writer(out);
  writer.BeginFamily(kCounter);
  writer.Sample({}, 1);
  EXPECT_EQ(out.view(), "before\nc_total 1\n");
}

}  // namespace
}  // namespace cckm
