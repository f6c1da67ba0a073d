// How often domains have to be refreshed, as the configuration tells it: plain data.
//
// Part of a target's configuration; matched by expectation_list.h.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"

namespace cckm {

// How bad it is that a domain is late.  kNone: nobody is to be told.
enum class Severity : std::uint8_t { kCritical, kWarning, kInfo, kNone };
// The label `severity` of cckm_domain_expected_interval_seconds.
inline constexpr std::array<std::string_view, 4> kSeverityNames = {"critical", "warning", "info",
                                                                   "none"};
constexpr std::string_view SeverityName(Severity severity) {
  return kSeverityNames[static_cast<std::size_t>(severity)];
}

// Patterns as RE2 reads them, each for the whole value; an empty one matches everything.
struct DomainPatterns {
  std::string cloud = {};       // of the family's name
  std::string domain = {};      // of the domain's name or of its ID
  std::string connection = {};  // of the connection's name

  friend bool operator==(const DomainPatterns&, const DomainPatterns&) = default;
};

struct Expectation {
  DomainPatterns match = {};
  Nanoseconds refreshed_every{};
  Severity severity = Severity::kWarning;

  friend bool operator==(const Expectation&, const Expectation&) = default;
};

// Expectations that a target may have.
inline constexpr std::size_t kMaxExpectations = 100;

// What is expected of one domain.
struct ExpectedInterval {
  Nanoseconds length{};
  Severity severity = Severity::kWarning;        // of the expectation
  std::optional<std::uint8_t> expectation = {};  // its index; none: a schedule says so

  friend bool operator==(const ExpectedInterval&, const ExpectedInterval&) = default;
};
static_assert(kMaxExpectations <= 256);

// The label `severity`; empty where a schedule says how often: it does not say how bad it is.
constexpr std::string_view SeverityOf(const ExpectedInterval& expected) {
  return expected.expectation ? SeverityName(expected.severity) : std::string_view();
}

// A domain is late once it was without a success for so many intervals.
inline constexpr int kIntervalsUntilLate = 2;

}  // namespace cckm
