// Which body a scrape gets, by what its request accepts.
//
// Source: RFC 9110 sections 12.4.2, 12.5.1 and 12.5.3; Prometheus documentation, "Content
// negotiation".
// Thread-safety: pure functions.

#pragma once

#include <string_view>

#include "exporter/exposition/format.h"

namespace cckm {

struct ChosenFormat {
  ExpositionFormat format = ExpositionFormat::kText;
  std::string_view content_type;  // what the answer calls it

  friend bool operator==(const ChosenFormat&, const ChosenFormat&) = default;
};

// The format that the header value `accept` gives the highest quality; of several with the same,
// the one that it names most exactly, and then first.  Text where it is empty or names none of
// them: Prometheus would do nothing with a 406.  OpenMetrics is called by the version that is liked
// best, 1.0.0 where that does not matter.
ChosenFormat ChooseFormat(std::string_view accept);

// gzip if the header value `accept_encoding` allows it and does not like what is unencoded better.
Encoding ChooseEncoding(std::string_view accept_encoding);

}  // namespace cckm
