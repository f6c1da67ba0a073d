#include "collectors/poll/list_availability.h"

#include "collectors/poll/paginator.h"

namespace cckm {
namespace {

// Fewer refreshes than this are requested by id while nobody knows how long the list is.
constexpr std::size_t kMinForUnknownLength = 8;
// How long an optional family that is not there is left alone.
constexpr Nanoseconds kAbsentFor = std::chrono::minutes(10);
// How long refreshes are requested by id after the list failed.
constexpr Nanoseconds kUnusableFor = std::chrono::minutes(10);

}  // namespace

void ListAvailability::SetFound() {
  is_not_found_ = false;
  is_absent_ = false;
}

void ListAvailability::SetNotFound() {
  is_not_found_ = true;
  if (!is_optional_) {
    return update_.CountError(
        {ErrorKind::kNotFound,
         "the appliance answered HTTP 404 for the list of this family: it does not "
         "have it, or not at this url"});
  }
  is_absent_ = true;
  absent_until_ = clock_.SteadyNow() + kAbsentFor;
}

void ListAvailability::SetUnusable() { unusable_until_ = clock_.SteadyNow() + kUnusableFor; }

bool ListAvailability::TakesFewerRequests(std::size_t refreshes) const {
  if (clock_.SteadyNow() < unusable_until_) return false;
  if (!length_) return refreshes >= kMinForUnknownLength;
  return *length_ / Paginator::kPageSize + 1 < refreshes;
}

}  // namespace cckm
