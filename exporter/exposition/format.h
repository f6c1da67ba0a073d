// The formats in which an exposition is served.
//
// Source: Prometheus documentation, "Exposition formats".
// Thread-safety: constants.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cckm {

enum class ExpositionFormat : std::uint8_t { kText, kOpenMetrics, kProtobuf };

// What Content-Type says of each, in the order of the enumeration.
inline constexpr std::array<std::string_view, 3> kContentTypes = {
    "text/plain; version=0.0.4; charset=utf-8",
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"};

constexpr std::string_view ContentTypeOf(ExpositionFormat format) {
  return kContentTypes[static_cast<std::size_t>(format)];
}

enum class Encoding : std::uint8_t { kIdentity, kGzip };

// One of the bodies that an exposition has.
struct BodyKind {
  ExpositionFormat format = ExpositionFormat::kText;
  Encoding encoding = Encoding::kIdentity;
};

}  // namespace cckm
