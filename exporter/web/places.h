// A limited number of places, each held by one answer until its last byte was written.
//
// Who finds none free waits a little.  The one that came last goes first: clients that never read
// come in crowds, lose their places after a second, and must not stand in a queue before a scraper.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "collectors/base/mutex.h"

namespace cckm {

class Places {
 public:
  // `most` places; `patience` is how long to wait for one.
  Places(std::size_t most, std::chrono::milliseconds patience);

  // Nothing if there was none in time.  Given back when the last copy goes, which may be after this
  // went.
  std::optional<std::shared_ptr<void>> Take();

  // How many wait now.
  std::size_t Waiting() const;

 private:
  struct Waiter {
    std::condition_variable_any changed;
    bool has_place = false;
  };
  struct Room {
    explicit Room(std::size_t places) : free(places) {}

    Mutex mutex;
    std::size_t free CCKM_GUARDED_BY(mutex);              // none while somebody waits
    std::vector<Waiter*> waiting CCKM_GUARDED_BY(mutex);  // the last goes first
  };

  static bool Enter(Room& room, std::chrono::milliseconds patience);
  static void Leave(Room& room);

  const std::chrono::milliseconds patience_;
  const std::shared_ptr<Room> room_;
};

}  // namespace cckm
