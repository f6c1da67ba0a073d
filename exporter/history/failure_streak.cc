#include "exporter/history/failure_streak.h"

#include <algorithm>
#include <utility>

namespace cckm {
namespace {

// FNV-1a: stored, so it must stay the same for good.
std::uint32_t HashOf(std::string_view text) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return hash;
}

}  // namespace

FailureStreak::Place FailureStreak::PlaceOf(const std::optional<WallTime>& created_at,
                                            std::string_view refresh_id) {
  return {created_at.value_or(WallTime::min()), HashOf(refresh_id)};
}

void FailureStreak::TakeFailure(Place place) {
  if (last_other_ && place < *last_other_) return;
  const auto at = std::ranges::lower_bound(failures_, place);
  if (at != failures_.end() && *at == place) return;
  // Where older ones are a number only, this may be one of them.
  if (at == failures_.begin() && (older_ > 0 || failures_.size() == kRemembered)) return;
  failures_.insert(at, place);
  if (failures_.size() <= kRemembered) return;
  failures_.erase(failures_.begin());
  ++older_;
}

void FailureStreak::TakeOther(Place place) {
  std::erase(failures_, place);  // it may have been taken for a failure
  if (last_other_ && place <= *last_other_) return;
  last_other_ = place;
  if (failures_.empty() || failures_.front() < place) older_ = 0;
  std::erase_if(failures_, [&](const Place& failure) { return failure < place; });
}

FailureStreak FailureStreak::FromParts(Parts parts) {
  FailureStreak streak;
  streak.last_other_ = parts.last_other;
  streak.older_ = parts.older;
  streak.failures_ = std::move(parts.failures);
  return streak;
}

}  // namespace cckm
