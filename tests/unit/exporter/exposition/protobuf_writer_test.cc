// The protobuf format, read with code that protoc made of its definition.

#include "exporter/exposition/protobuf_writer.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/util/delimited_message_util.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "metrics.pb.h"
#include "tests/unit/exporter/exposition/whole_exposition.h"

namespace cckm {
namespace {

using namespace std::string_view_literals;
using io::prometheus::client::MetricFamily;

constexpr MetricDescription kGauge{Metric::kUp, "g", MetricType::kGauge, {"a", "b"}, "A gauge."};
constexpr MetricDescription kCounter{
    Metric::kLedgerWriteFailuresTotal, "c_total", MetricType::kCounter, {}, "A counter."};
constexpr MetricDescription kHistogram{
    Metric::kRefreshDuration, "h_seconds", MetricType::kHistogram, {"a"}, "A histogram."};

// Each family as text, in order.  Fails if the bytes are not just these messages, or have a field
// that the definition lacks.
std::vector<std::string> Decoded(std::string_view bytes) {
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  std::vector<std::string> families;
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  for (bool at_end = false; !at_end;) {
    MetricFamily family;
    if (!google::protobuf::util::ParseDelimitedFromZeroCopyStream(&family, &stream, &at_end)) {
      EXPECT_TRUE(at_end) << "not a delimited message";
      break;
    }
    printer.PrintToString(family, &families.emplace_back());
  }
  return families;
}

template <typename Write>
std::vector<std::string> Written(const Write& write,
                                 NativeHistograms native = NativeHistograms::kNo) {
  WholeExposition<ProtobufWriter> writer(native);
  write(writer);
  return Decoded(writer.Finish());
}

TEST(ProtobufWriterTest, GaugesAndCountersCarryNameHelpTypeAndLabels) {
  constexpr std::array<std::string_view, 2> kValues = {"on", "off"};
  EXPECT_EQ(
      Written([&](ExpositionWriter& writer) {
        writer.BeginFamily(kGauge);
        writer.Sample(std::array<LabelView, 2>{"x"sv, ""sv}, -2.5);
        writer.StateSet(std::array<LabelView, 1>{"y"sv}, kValues, 1);
        writer.Samples(std::array<LabelView, 1>{"z"sv}, kValues, std::array<double, 2>{3, 4});
        writer.BeginFamily(kHistogram);
        writer.BeginFamily(kCounter);
        writer.Sample({}, 7);
      }),
      (std::vector<std::string>{
          R"(name: "g" help: "A gauge." type: GAUGE )"
          R"(metric { label { name: "a" value: "x" } label { name: "b" value: "" } )"
          R"(gauge { value: -2.5 } } )"
          R"(metric { label { name: "a" value: "y" } label { name: "b" value: "on" } )"
          R"(gauge { value: 0 } } )"
          R"(metric { label { name: "a" value: "y" } label { name: "b" value: "off" } )"
          R"(gauge { value: 1 } } )"
          R"(metric { label { name: "a" value: "z" } label { name: "b" value: "on" } )"
          R"(gauge { value: 3 } } )"
          R"(metric { label { name: "a" value: "z" } label { name: "b" value: "off" } )"
          R"(gauge { value: 4 } } )",
          R"(name: "c_total" help: "A counter." type: COUNTER metric { counter { value: 7 } } )"}));
}

TEST(ProtobufWriterTest, CountersTellSinceWhenTheyCountWhereThatIsKnown) {
  const MetricDescription of_two{
      Metric::kApiErrorsTotal, "e_total", MetricType::kCounter, {"a"}, "Some counters."};
  constexpr std::array<std::string_view, 2> kValues = {"on", "off"};
  const WallTime at(std::chrono::nanoseconds(1'700'000'000'000'000'005));
  const std::string created = "created_timestamp { seconds: 1700000000 nanos: 5 } } } ";
  EXPECT_EQ(Written([&](ExpositionWriter& writer) {
              writer.BeginFamily(kCounter);
              writer.Counter({}, 7, at);
              writer.Counter({}, 8, std::nullopt);
              writer.BeginFamily(of_two);
              writer.Counters({}, kValues, std::array<double, 2>{3, 4}, at);
            }),
            (std::vector<std::string>{
                R"(name: "c_total" help: "A counter." type: COUNTER )"
                "metric { counter { value: 7 " +
                    created + "metric { counter { value: 8 } } ",
                R"(name: "e_total" help: "Some counters." type: COUNTER )"
                R"(metric { label { name: "a" value: "on" } counter { value: 3 )" +
                    created + R"(metric { label { name: "a" value: "off" } counter { value: 4 )" +
                    created}));
}

TEST(ProtobufWriterTest, NoFamiliesAreNoBytes) {
  WholeExposition<ProtobufWriter> writer(NativeHistograms::kNo);
  writer.BeginFamily(kGauge);
  EXPECT_EQ(writer.Finish(), "");
}

TEST(ProtobufWriterTest, ALongFamilyHasALongLength) {
  const std::string text(1000, 'v');
  const std::string_view value = text;
  const auto families = Written([&](ExpositionWriter& writer) {
    writer.BeginFamily(kGauge);
    for (int i = 0; i < 100; ++i) writer.Sample(std::array<LabelView, 2>{"x"sv, value}, i);
    writer.BeginFamily(kCounter);
    writer.Sample({}, 1);
  });
  ASSERT_EQ(families.size(), 2U);
  EXPECT_GT(families[0].size(), 100'000U);
}

class ProtobufHistogramTest : public ::testing::Test {
 protected:
  std::string WrittenAs(NativeHistograms native) {
    view.native = &buckets;
    const auto families = Written(
        [this](ExpositionWriter& writer) {
          writer.BeginFamily(kHistogram);
          writer.Histogram(std::array<LabelView, 1>{"x"sv}, view);
        },
        native);
    return families.size() == 1 ? families[0] : "";
  }

  static constexpr std::string_view kBegin =
      R"(name: "h_seconds" help: "A histogram." type: HISTOGRAM )"
      R"(metric { label { name: "a" value: "x" } histogram { )";

  const std::vector<double> bounds = {0.5, 1};
  const std::vector<std::string> le = {"0.5", "1.0", "+Inf"};
  const std::vector<std::uint64_t> cumulative = {0, 2, 3};
  HistogramView view = {.bounds = bounds, .le = le, .cumulative = cumulative, .sum = 4.25};
  NativeBuckets buckets;
};

TEST_F(ProtobufHistogramTest, HasItsClassicBuckets) {
  EXPECT_EQ(WrittenAs(NativeHistograms::kNo),
            std::string(kBegin) +
                "sample_count: 3 sample_sum: 4.25 bucket { cumulative_count: 0 upper_bound: 0.5 } "
                "bucket { cumulative_count: 2 upper_bound: 1 } "
                "bucket { cumulative_count: 3 upper_bound: inf } } } ");
}

std::vector<Exemplar> OneExemplar() {
  return {{.bucket = 1,
           .refresh_id = LabelValue("r1"),
           .domain_id = LabelValue("d1"),
           .value = 0.75,
           .at = WallTime(std::chrono::nanoseconds(1'700'000'000'000'000'005))}};
}

TEST_F(ProtobufHistogramTest, CarriesExemplarsAndTheTimeSinceWhenItCounts) {
  const std::vector<Exemplar> exemplars = OneExemplar();
  view.exemplars = exemplars;
  view.created_at = WallTime(std::chrono::milliseconds(-1500));
  EXPECT_EQ(
      WrittenAs(NativeHistograms::kNo),
      std::string(kBegin) +
          "sample_count: 3 sample_sum: 4.25 bucket { cumulative_count: 0 upper_bound: 0.5 } "
          "bucket { cumulative_count: 2 upper_bound: 1 exemplar { "
          R"(label { name: "refresh_id" value: "r1" } label { name: "domain_id" value: "d1" } )"
          "value: 0.75 timestamp { seconds: 1700000000 nanos: 5 } } } "
          "bucket { cumulative_count: 3 upper_bound: inf } "
          "created_timestamp { seconds: -2 nanos: 500000000 } } } ");
}

TEST_F(ProtobufHistogramTest, NativeBucketsAreSpansAndDifferences) {
  buckets.AddZeros(1);
  for (const auto& [index, count] : {std::pair{-8, 1U}, {-7, 4U}, {0, 2U}, {48, 9U}}) {
    buckets.Add(index, count);
  }
  const std::string text = WrittenAs(NativeHistograms::kYes);
  EXPECT_NE(text.find("upper_bound: inf } schema: 3 zero_threshold: 2.9387358770557188e-39 "
                      "zero_count: 1 positive_span { offset: -8 length: 2 } "
                      "positive_span { offset: 6 length: 1 } "
                      "positive_span { offset: 47 length: 1 } positive_delta: 1 positive_delta: 3 "
                      "positive_delta: -2 positive_delta: 7 } }"),
            std::string::npos)
      << text;
}

TEST_F(ProtobufHistogramTest, NativeBucketsHaveTheExemplarsOfTheirOwn) {
  const std::vector<Exemplar> exemplars = OneExemplar();
  view.exemplars = exemplars;
  buckets.Add(0, 1);
  const std::string text = WrittenAs(NativeHistograms::kYes);
  EXPECT_NE(
      text.find(
          "positive_delta: 1 exemplars { "
          R"(label { name: "refresh_id" value: "r1" } label { name: "domain_id" value: "d1" } )"
          "value: 0.75 timestamp { seconds: 1700000000 nanos: 5 } } }"),
      std::string::npos)
      << text;
}

TEST_F(ProtobufHistogramTest, OneWithoutObservationsIsKnownAsNative) {
  EXPECT_NE(WrittenAs(NativeHistograms::kYes)
                .find("zero_count: 0 positive_span { offset: 0 length: 0 } } }"),
            std::string::npos);
}

TEST_F(ProtobufHistogramTest, NativeBucketsAreLeftOutUnlessAskedFor) {
  buckets.Add(1, 1);
  EXPECT_EQ(WrittenAs(NativeHistograms::kNo).find("schema"), std::string::npos);
}

}  // namespace
}  // namespace cckm
