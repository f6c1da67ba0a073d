// How many refreshes of a domain failed in a row, whatever the order in which they are met.
//
// Lists are read newest first, polls by id answer in any order, and what is known is met again: so
// the streak remembers which failures it counted.
//
// Thread-safety: plain data.

#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "collectors/base/boxed_optional.h"
#include "collectors/base/clock.h"

namespace cckm {

class FailureStreak {
 public:
  // A refresh in the order of time: by its creation, then by a hash of its id.  One without a
  // creation time is the oldest.
  struct Place {
    WallTime created_at;
    std::uint32_t id_hash = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  static Place PlaceOf(const std::optional<WallTime>& created_at, std::string_view refresh_id);

  // So many failures are remembered; older ones are a number only.
  static constexpr std::size_t kRemembered = 32;

  // Takes a refresh that failed, or one that ended otherwise; taking it again changes nothing.
  void TakeFailure(Place place);
  void TakeOther(Place place);

  // Failures since the newest refresh that ended otherwise.
  std::uint64_t count() const { return parts_ ? parts_->older + parts_->failures.size() : 0; }

  // What is stored of it.
  struct Parts {
    std::optional<Place> last_other = {};  // the newest that did not fail
    std::uint64_t older = 0;               // failures that are not remembered
    std::vector<Place> failures = {};      // ascending
    friend bool operator==(const Parts&, const Parts&) = default;
  };
  Parts Save() const { return parts_.value_or_default(); }
  // REQUIRES: made by Save().
  static FailureStreak FromParts(Parts parts);

  friend bool operator==(const FailureStreak&, const FailureStreak&) = default;

 private:
  BoxedOptional<Parts> parts_;  // none before the first refresh that tells how it ended
};

}  // namespace cckm
