// The query of a list request: which page, which filters, which order.
//
// Thread-safety: pure functions and values, from any thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "tests/simulator/query.h"
#include "tests/simulator/render.h"

namespace cckm::simulator {

struct ListQuery {
  Envelope envelope;  // total not yet known
  std::string id;     // these three: empty for no filter
  std::string overall_status;
  std::string unit_id;
  bool newest_first = false;

  bool Filters() const { return !id.empty() || !overall_status.empty() || !unit_id.empty(); }
};

// `skip` and `limit` of a list request.  The error is a sentence about the wrong one.
tl::expected<Envelope, std::string> ParsePage(const Query& query);

// Unknown parameters and, where the family does not document it, `sort` are ignored.  The error is
// a sentence about the wrong parameter.
tl::expected<ListQuery, std::string> ParseListQuery(const Family& family, std::string_view text);

// Those that the filters let through, in the asked order.
std::vector<RefreshPtr> Filter(std::vector<RefreshPtr> refreshes, const Family& family,
                               const ListQuery& query, TimePoint now);

// The number of entries a page holds at most.
std::size_t PageSize(const Envelope& envelope);

// The entries of the page that the envelope describes.
template <typename Entry>
std::vector<Entry> CutPage(const std::vector<Entry>& entries, const Envelope& envelope) {
  const std::size_t begin =
      envelope.skip < entries.size() ? static_cast<std::size_t>(envelope.skip) : entries.size();
  const std::size_t left = entries.size() - begin;
  const std::size_t count = PageSize(envelope) < left ? PageSize(envelope) : left;
  const auto first = entries.begin() + static_cast<std::ptrdiff_t>(begin);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace cckm::simulator
