// The oracle has to refuse what it is there to refuse.

#include "tests/support/fakes/exposition_parser.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cckm {
namespace {

constexpr std::string_view kGauge = "# HELP g Help.\n# TYPE g gauge\n";
constexpr std::string_view kCounter = "# HELP c_total Help.\n# TYPE c_total counter\n";
constexpr std::string_view kHistogram = "# HELP h Help.\n# TYPE h histogram\n";

// What is wrong with the text, without the number of the line; "" if nothing is.
std::string Reason(const std::string& text) {
  const auto parsed = ParseExposition(text);
  return parsed ? "" : parsed.error().substr(parsed.error().find(": ") + 2);
}

struct Case {
  std::string text;
  std::string reason;
};

TEST(ExpositionParserTest, ReadsFamiliesLabelsAndValues) {
  const auto parsed = ParseExposition(
      "# HELP g A \\\\ and a\\nbreak.\n# TYPE g gauge\n"
      "g{a=\"x\",b=\"\\\"\\\\\\n}, \"} 1.5\ng{a=\"y\",b=\"\"} NaN\n"
      "# HELP c_total Count.\n# TYPE c_total counter\nc_total +Inf\n");
  ASSERT_TRUE(parsed) << parsed.error();
  ASSERT_EQ(parsed->size(), 2U);
  const ParsedFamily& gauge = parsed->front();
  EXPECT_EQ(gauge.name, "g");
  EXPECT_EQ(gauge.type, "gauge");
  EXPECT_EQ(gauge.help, "A \\ and a\nbreak.");
  ASSERT_EQ(gauge.samples.size(), 2U);
  EXPECT_EQ(gauge.samples[0].labels[1].second, "\"\\\n}, ");
  EXPECT_EQ(gauge.samples[0].value, 1.5);
  EXPECT_TRUE(std::isnan(gauge.samples[1].value));
  EXPECT_TRUE(parsed->back().samples[0].labels.empty());
  EXPECT_TRUE(std::isinf(parsed->back().samples[0].value));
}

TEST(ExpositionParserTest, TakesAnEmptyExpositionAndAWholeHistogram) {
  EXPECT_EQ(Reason(""), "");
  EXPECT_EQ(
      Reason(std::string(kHistogram) +
             "h_bucket{a=\"x\",le=\"1.0\"} 1\nh_bucket{a=\"x\",le=\"+Inf\"} 3\nh_sum{a=\"x\"} 9\n"
             "h_count{a=\"x\"} 3\nh_bucket{a=\"y\",le=\"+Inf\"} 0\nh_sum{a=\"y\"} 0\n"
             "h_count{a=\"y\"} 0\n"),
      "");
}

TEST(ExpositionParserTest, SaysWhichLineBreaksARule) {
  EXPECT_EQ(ParseExposition(std::string(kGauge) + "g 1\ng 1\n").error(),
            "line 4: the series is there twice");
  EXPECT_EQ(ParseExposition(std::string(kGauge)).error(),
            "line 2: the family before it has no sample");
  EXPECT_EQ(ParseExposition("g 1").error(), "no final line break");
}

TEST(ExpositionParserTest, RefusesFamiliesOutOfOrder) {
  const std::string gauge(kGauge);
  for (const Case& row : {
           Case{"g 1\n", "a sample before its TYPE"},
           Case{"# HELP g Help.\ng 1\n", "a sample before its TYPE"},
           Case{"# TYPE g gauge\ng 1\n", "TYPE does not follow the HELP of its family"},
           Case{gauge + "# TYPE g gauge\ng 1\n", "TYPE does not follow the HELP of its family"},
           Case{gauge + "g 1\n" + gauge + "g 2\n", "the family is there twice"},
           Case{gauge + std::string(kCounter) + "c_total 1\n",
                "the family before it has no sample"},
           Case{gauge + "c_total 1\n", "the sample is of no or another family"},
           Case{gauge + "gg 1\n", "the sample is of no or another family"},
           Case{gauge + "g_sum 1\n", "the sample is of no or another family"},
           Case{"# HELP g\n", "HELP without a metric name and a text"},
           Case{"# HELP 0g Help.\n", "HELP without a metric name and a text"},
           Case{"# HELP g a\\tb.\n", "a wrong escape in HELP"},
           Case{"# HELP g Help.\n# TYPE g summary\n", "an unknown type"},
           Case{gauge + "g 1\n\n", "no space before the value"},
           Case{gauge + "# a comment\ng 1\n", "the value is no number, or something follows it"},
       }) {
    EXPECT_EQ(Reason(row.text), row.reason) << row.text;
  }
}

TEST(ExpositionParserTest, RefusesWrongLabelsAndValues) {
  for (const Case& row : {
           Case{"g{} 1", "not a label name"},
           Case{"g{a-b=\"\"} 1", "not a label name"},
           Case{"g{__name__=\"\"} 1", "not a label name"},
           Case{"g{a=\"\",} 1", "not a label name"},
           Case{"g{a=x} 1", "a label value without quotes"},
           Case{"g{a=\"x} 1", "a wrong escape or no end in a label value"},
           Case{"g{a=\"\\t\"} 1", "a wrong escape or no end in a label value"},
           Case{"g{a=\"x\" 1", "labels do not end"},
           Case{"g{a=\"\",a=\"\"} 1", "a label is there twice"},
           Case{"g{le=\"1\"} 1", "le stands on buckets, once, and nowhere else"},
           Case{"g{a=\"\"}1", "no space before the value"},
           Case{"g", "no space before the value"},
           Case{"g ", "the value is no number, or something follows it"},
           Case{"g nan", "the value is no number, or something follows it"},
           Case{"g Inf", "the value is no number, or something follows it"},
           Case{"g 1e999", "the value is no number, or something follows it"},
           Case{"g 0x1", "the value is no number, or something follows it"},
           Case{"g  1", "the value is no number, or something follows it"},
           Case{"g 1 1614751854000", "the value is no number, or something follows it"},
           Case{"g 1\ng{a=\"\"} 1", "other labels than the sample before it"},
           Case{"g{a=\"\",b=\"\"} 1\ng{b=\"\",a=\"\"} 2", "other labels than the sample before it"},
           Case{"g{a=\"x\"} 1\ng{a=\"y\"} 1\ng{a=\"x\"} 2", "the series is there twice"},
       }) {
    EXPECT_EQ(Reason(std::string(kGauge) + row.text + "\n"), row.reason) << row.text;
  }
  EXPECT_EQ(Reason(std::string(kCounter) + "c_total -1\n"), "a counter below 0 or NaN");
  EXPECT_EQ(Reason(std::string(kCounter) + "c_total NaN\n"), "a counter below 0 or NaN");
}

TEST(ExpositionParserTest, RefusesBytesThatAreNotUtf8OrControls) {
  for (const char* bytes :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_EQ(Reason(std::string(kGauge) + "g{a=\"" + bytes + "\"} 1\n"), "not UTF-8") << bytes;
  }
  for (const char* bytes : {"\x01", "\t", "\r", "\x7F"}) {
    EXPECT_EQ(Reason(std::string(kGauge) + "g{a=\"" + bytes + "\"} 1\n"), "a control character");
  }
  for (const char* bytes : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBD",
                            "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(Reason(std::string(kGauge) + "g{a=\"" + bytes + "\"} 1\n"), "") << bytes;
  }
}

TEST(ExpositionParserTest, RefusesBrokenHistograms) {
  const std::string rest = "h_sum 1\nh_count 2\n";
  for (const Case& row : {
           Case{"h_bucket{le=\"1\"} 1\n" + rest, "no +Inf bucket"},
           Case{"h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\n" + rest,
                "buckets are not cumulative"},
           Case{"h_bucket{le=\"+Inf\"} NaN\n" + rest, "buckets are not cumulative"},
           Case{"h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\n" + rest, "bounds do not ascend"},
           Case{"h_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 1\n" + rest, "bounds do not ascend"},
           Case{"h_bucket{le=\"x\"} 1\n" + rest, "a bucket without a number as le"},
           Case{"h_bucket 1\n" + rest, "le stands on buckets, once, and nowhere else"},
           Case{"h_bucket{le=\"+Inf\"} 3\n" + rest, "the count is not that of the +Inf bucket"},
           Case{rest, "no bucket of this histogram stands before it"},
           Case{"h_bucket{le=\"+Inf\"} 2\nh_count 2\n",
                "a histogram is its buckets, its sum and its count, in this order"},
           Case{"h_bucket{le=\"+Inf\"} 2\nh_sum 1\n", "the histogram before it has no count"},
           Case{"h_bucket{a=\"x\",le=\"+Inf\"} 2\nh_bucket{a=\"y\",le=\"+Inf\"} 2\n",
                "the histogram before it has no count"},
           Case{"h_bucket{a=\"x\",le=\"+Inf\"} 2\nh_sum{a=\"y\"} 2\n",
                "no bucket of this histogram stands before it"},
           Case{"h 1\n", "no bucket of this histogram stands before it"},
       }) {
    EXPECT_EQ(Reason(std::string(kHistogram) + row.text), row.reason) << row.text;
  }
}

}  // namespace
}  // namespace cckm
