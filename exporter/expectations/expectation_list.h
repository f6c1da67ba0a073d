// The expectations of a target, ready to be matched against its domains: the first that matches
// counts.
//
// Made from the configuration, asked by the state whenever a domain's names or the configuration
// change.  Thread-safety: immutable.

#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "exporter/expectations/expectation.h"
#include "exporter/expectations/pattern.h"

namespace cckm {

// What is known of a domain; empty: not known.
struct DomainNames {
  std::string_view cloud;
  std::string_view domain_id;
  std::string_view domain;
  std::string_view connection;
};

class ExpectationList {
 public:
  ExpectationList() = default;
  // REQUIRES: at most kMaxExpectations, whose patterns compile.
  explicit ExpectationList(std::vector<Expectation> expectations);

  // None: no expectation matches.
  std::optional<ExpectedInterval> Find(const DomainNames& names) const;

  const std::vector<Expectation>& expectations() const { return expectations_; }

 private:
  struct Patterns {
    std::optional<Pattern> cloud;  // none: matches everything
    std::optional<Pattern> domain;
    std::optional<Pattern> connection;

    bool Match(const DomainNames& names) const;
  };

  std::vector<Expectation> expectations_;
  std::vector<Patterns> patterns_;  // as expectations_
};

}  // namespace cckm
