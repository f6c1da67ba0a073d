#include "exporter/web/places.h"

#include "collectors/base/clock.h"

namespace cckm {

Places::Places(std::size_t most, std::chrono::milliseconds patience)
    : patience_(patience), room_(std::make_shared<Room>(most)) {}

// A lack of memory loses no place: the pointer that cannot be made calls its deleter.
std::optional<std::shared_ptr<void>> Places::Take() {
  if (!Enter(*room_, patience_)) return std::nullopt;
  return std::shared_ptr<void>(room_.get(), [room = room_](void*) { Leave(*room); });
}

std::size_t Places::Waiting() const {
  const MutexLock lock(room_->mutex);
  return room_->waiting.size();
}

bool Places::Enter(Room& room, std::chrono::milliseconds patience) {
  const SteadyTime end = SystemClock().SteadyNow() + patience;
  const MutexLock lock(room.mutex);
  if (room.free > 0) {
    --room.free;
    return true;
  }
  Waiter waiter;
  room.waiting.push_back(&waiter);
  while (!waiter.has_place) {
    if (waiter.changed.wait_until(room.mutex, end) == std::cv_status::timeout) break;
  }
  if (!waiter.has_place) std::erase(room.waiting, &waiter);
  return waiter.has_place;
}

void Places::Leave(Room& room) {
  const MutexLock lock(room.mutex);
  if (room.waiting.empty()) {
    ++room.free;
    return;
  }
  Waiter& next = *room.waiting.back();
  room.waiting.pop_back();
  next.has_place = true;
  next.changed.notify_one();
}

}  // namespace cckm
