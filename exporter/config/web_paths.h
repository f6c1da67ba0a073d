// The paths of the web server, besides that of the metrics, which a flag names.
//
// Source: deploy/docs/http.md.

#pragma once

#include <array>
#include <string_view>

namespace cckm {

inline constexpr std::string_view kIndexPath = "/";
inline constexpr std::string_view kStatusApiPath = "/api/v1/status";
inline constexpr std::string_view kConfigPath = "/config";
inline constexpr std::string_view kHealthyPath = "/-/healthy";
inline constexpr std::string_view kReadyPath = "/-/ready";
inline constexpr std::string_view kReloadPath = "/-/reload";

// None of them may become the path of the metrics.
inline constexpr std::array kReservedPaths = {kIndexPath,   kStatusApiPath, kConfigPath,
                                              kHealthyPath, kReadyPath,     kReloadPath};

}  // namespace cckm
