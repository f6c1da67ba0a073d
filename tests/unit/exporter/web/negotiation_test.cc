#include "exporter/web/negotiation.h"

#include <gtest/gtest.h>

#include <string>

namespace cckm {
namespace {

using enum ExpositionFormat;

TEST(NegotiationTest, TheFormatThatIsLikedBestIsChosen) {
  struct Case {
    std::string accept;
    ExpositionFormat format;
  };
  const std::string proto =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  for (const Case& row : {
           Case{"", kText},
           Case{"*/*", kText},
           Case{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", kText},
           // Prometheus 2.42, without and with native histograms, and 3.0.
           Case{"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version="
                "0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                kOpenMetrics},
           Case{proto + ",application/openmetrics-text;version=1.0.0;q=0.8,application/"
                        "openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/"
                        "*;q=0.1",
                kProtobuf},
           Case{"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;"
                "escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                kOpenMetrics},
           Case{"text/plain;version=0.0.4;q=0.3,application/openmetrics-text;q=0.31", kOpenMetrics},
           Case{"text/plain;q=1,application/openmetrics-text;q=0.999", kText},
           Case{"application/openmetrics-text", kOpenMetrics},
           Case{"application/openmetrics-text;version=0.0.1", kOpenMetrics},
           Case{"application/openmetrics-text;version=2.0.0", kText},
           Case{"APPLICATION/OpenMetrics-Text; VERSION=1.0.0; Q=0.5", kOpenMetrics},
           Case{" application/openmetrics-text ; version = \"1.0.0\" ; q = 1 ", kOpenMetrics},
           Case{"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                "encoding=text",
                kText},
           Case{"application/vnd.google.protobuf;proto=other;encoding=delimited", kText},
           Case{"application/vnd.google.protobuf", kProtobuf},
           Case{"text/*,application/openmetrics-text;q=0.9", kText},
           Case{"application/*", kOpenMetrics},
           Case{"*/*,application/openmetrics-text", kOpenMetrics},
           Case{"text/plain,application/openmetrics-text", kText},
           // What is asked for beside what we have brings in nothing else.
           Case{"text/plain;q=0.5, image/png", kText},
           Case{"image/png, text/plain;q=0.5, application/json", kText},
           Case{"application/json;q=0.9, text/plain;q=0.1", kText},
           Case{"image/png", kText},
           Case{"application/openmetrics-text,text/plain", kOpenMetrics},
           // A quality of 0 forbids; what names it most exactly decides.
           Case{"application/openmetrics-text;q=0", kText},
           Case{"application/openmetrics-text;q=0,*/*", kText},
           Case{"text/plain;q=0,*/*;q=0.1", kOpenMetrics},
           Case{"application/openmetrics-text;version=1.0.0;q=0.1,application/openmetrics-text,"
                "text/plain;q=0.5",
                kText},
           // What cannot be read says nothing.
           Case{"application/openmetrics-text;q=2", kText},
           Case{"application/openmetrics-text;q=-1", kText},
           Case{"application/openmetrics-text;q=nan", kText},
           Case{"application/openmetrics-text;q=", kText},
           Case{"application/openmetrics-text;q=0.5x", kText},
           Case{"application/openmetrics-text/x", kText},
           Case{";;;,,,q=1;=;\"", kText},
           Case{"/", kText},
           Case{std::string(16'000, ','), kText},
       }) {
    EXPECT_EQ(ChooseFormat(row.accept).format, row.format) << row.accept;
  }
}

TEST(NegotiationTest, OpenMetricsIsCalledByTheVersionThatIsAsked) {
  const std::string type = "application/openmetrics-text";
  struct Case {
    std::string accept;
    std::string_view version;
  };
  for (const Case& row : {
           Case{type, "1.0.0"},
           Case{type + ";version=1.0.0", "1.0.0"},
           Case{type + ";version=0.0.1", "0.0.1"},
           Case{type + ";version=0.0.1;charset=utf-8,text/plain;q=0.5,*/*;q=0.1", "0.0.1"},
           Case{type + ";version=1.0.0," + type + ";version=0.0.1;q=0.75", "1.0.0"},
           Case{type + ";version=0.0.1," + type + ";version=1.0.0;q=0.75", "0.0.1"},
       }) {
    EXPECT_EQ(ChooseFormat(row.accept).content_type,
              type + "; version=" + std::string(row.version) + "; charset=utf-8")
        << row.accept;
  }
}

TEST(NegotiationTest, GzipIsChosenWhereItIsAllowedAndNotLikedLess) {
  struct Case {
    std::string accept_encoding;
    bool gzip;
  };
  for (const Case& row : {
           Case{"", false},
           Case{"gzip", true},
           Case{"GZIP", true},
           Case{"x-gzip", true},
           Case{"deflate, gzip;q=1.0, *;q=0.5", true},
           Case{"gzip, gzip", true},
           Case{"*", true},
           Case{"gzip;q=0.001", true},
           Case{"gzip;q=0", false},
           Case{"gzip;q=0.000", false},
           Case{"gzip;q=0, *", false},
           Case{"*;q=0", false},
           Case{"identity", false},
           Case{"identity;q=0.5, gzip;q=0.5", true},
           Case{"identity;q=0.6, gzip;q=0.5", false},
           Case{"gzip;q=x", false},
           Case{"gzipped", false},
           Case{"br;q=1.0, zstd", false},
       }) {
    EXPECT_EQ(ChooseEncoding(row.accept_encoding) == Encoding::kGzip, row.gzip)
        << row.accept_encoding;
  }
}

}  // namespace
}  // namespace cckm
