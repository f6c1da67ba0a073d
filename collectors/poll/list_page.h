// What the answers for pages of a list have in common, whatever the list is of: whether they are
// the page requested, and what is wrong where they are not.
//
// Called by the lists of a collector.  Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "collectors/base/error.h"
#include "collectors/decode/decoder.h"
#include "collectors/poll/paginator.h"

namespace cckm {

// The list repeats itself without an end.
Error RepeatsItself();
// The answer is not the page requested.
Error BelongsElsewhere();
// One error for all entries of a page that cannot be read.  REQUIRES: there are some.
Error SummaryOf(const UnusableEntries& unusable);

// Where a page says that it begins; kNoPage for an answer that can be none of its list.
template <typename Page>
std::optional<std::uint64_t> PlaceOf(const Page& page, std::size_t usable_entries,
                                     bool is_no_list) {
  const bool holds_other_things = usable_entries == 0 && page.unusable.count != 0;
  return is_no_list || holds_other_things ? Paginator::kNoPage : page.frame.skip;
}

// Whether a smaller page of the list may be readable.
bool MayBeReadInParts(const DecodeFailure& failure);

// Whether the body is at fault, so that it may be the answer to another request.
bool IsOfTheBody(const DecodeFailure& failure);

}  // namespace cckm
