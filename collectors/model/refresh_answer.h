// What one answer says of a refresh, and what becomes of it on its way: plain data.
//
// Made by Collector, or by a ledger of what it holds.  A StateStore notes the domains that it has
// no room for, a ledger whether it counts; then it is shown.

#pragma once

#include <cstdint>
#include <vector>

#include "collectors/model/refresh.h"

namespace cckm {

// Domains of a refresh that nobody has room for: they are counted, and not kept.
struct LeftOutDomains {
  DomainCounts counts{};  // by their state in it
  // A hash of each, in ascending order, by which those of several refreshes are told apart; empty
  // where there are too many.
  std::vector<std::uint64_t> marks;
};

// What was learned of one refresh.
struct RefreshAnswer {
  enum class Kind : std::uint8_t {
    kRefresh,         // `refresh` is what the appliance says
    kNotFound,        // 404: only refresh.id is set
    kNoUsableAnswer,  // only refresh.id and refresh.anomalies are set; it may not be watched
    kBehind,          // a node of a cluster answered less than is known: only refresh.id is set
  };
  Kind kind = Kind::kNoUsableAnswer;
  Refresh refresh;
  // The refresh is finished and changes no more: its completion time is known, or known to be
  // missing.
  bool is_final = false;
  // False for one that had finished before the first discovery: it is remembered, not counted.
  bool counts = true;
  // Set by the ledger: it has stored the refresh just now, for the first time, and it counts.  No
  // other answer adds to counters and histograms.
  bool is_counted_now = false;
  LeftOutDomains left_out = {};  // of refresh.domains, whoever took them out
};

}  // namespace cckm
