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
  auto& [last_other, older, failures] = parts_.GetOrMake();
  if (last_other && place < *last_other) return;
  const auto at = std::ranges::lower_bound(failures, place);
  if (at != failures.end() && *at == place) return;
  // Where older ones are a number only, this may be one of them.
  if (at == failures.begin() && (older > 0 || failures.size() == kRemembered)) return;
  failures.insert(at, place);
  if (failures.size() <= kRemembered) return;
  failures.erase(failures.begin());
  ++older;
}

void FailureStreak::TakeOther(Place place) {
  auto& [last_other, older, failures] = parts_.GetOrMake();
  std::erase(failures, place);  // it may have been taken for a failure
  if (last_other && place <= *last_other) return;
  last_other = place;
  if (failures.empty() || failures.front() < place) older = 0;
  std::erase_if(failures, [&](const Place& failure) { return failure < place; });
}

FailureStreak FailureStreak::FromParts(Parts parts) {
  FailureStreak streak;
  if (parts != Parts{}) streak.parts_ = std::move(parts);
  return streak;
}

}  // namespace cckm
