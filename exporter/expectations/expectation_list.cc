#include "exporter/expectations/expectation_list.h"

#include <cstdint>
#include <string>
#include <utility>

namespace cckm {
namespace {

std::optional<Pattern> PatternOf(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return Pattern::Compile(text).value();
}

bool Matches(const std::optional<Pattern>& pattern, std::string_view text) {
  return !pattern || pattern->Matches(text);
}

}  // namespace

ExpectationList::ExpectationList(std::vector<Expectation> expectations)
    : expectations_(std::move(expectations)) {
  for (const Expectation& expectation : expectations_) {
    const DomainPatterns& match = expectation.match;
    patterns_.push_back({.cloud = PatternOf(match.cloud),
                         .domain = PatternOf(match.domain),
                         .connection = PatternOf(match.connection)});
  }
}

bool ExpectationList::Patterns::Match(const DomainNames& names) const {
  return Matches(cloud, names.cloud) && Matches(connection, names.connection) &&
         (Matches(domain, names.domain) || Matches(domain, names.domain_id));
}

std::optional<ExpectedInterval> ExpectationList::Find(const DomainNames& names) const {
  for (std::size_t index = 0; index < patterns_.size(); ++index) {
    if (!patterns_[index].Match(names)) continue;
    const Expectation& expectation = expectations_[index];
    return ExpectedInterval{.length = expectation.refreshed_every,
                            .severity = expectation.severity,
                            .expectation = static_cast<std::uint8_t>(index)};
  }
  return std::nullopt;
}

}  // namespace cckm
