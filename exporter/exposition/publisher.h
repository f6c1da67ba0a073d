// Makes each exposition once, before anybody asks for it, and hands the finished bytes to every
// scrape.
//
// One thread renders after an update, and every five seconds while somebody scrapes (for the self
// metrics), and swaps the result in.  It makes the bodies that were asked for in the last ten
// minutes, all of one exposition from one state.  A scrape takes a mutex for as long as it takes to
// copy a pointer; only the first one of a body, in so long or since the start, makes it itself.
// Thread-safety: Run() belongs to one thread; everything else may be called from any thread.

#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/mutex.h"
#include "exporter/exposition/body.h"
#include "exporter/exposition/exposition.h"
#include "exporter/exposition/format.h"
#include "exporter/exposition/gzip.h"

namespace cckm {

class Publisher {
 public:
  // Text is expected to be asked for.  `clock` outlives this.
  Publisher(Exposition exposition, const Clock& clock);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // The latest exposition; never null.  Counts as a scrape.
  std::shared_ptr<const Body> BodyOf(BodyKind kind);

  // See Exposition::DroppedSeries.  Waits while an exposition is being made.
  DroppedSeriesByTarget DroppedSeries() {
    const MutexLock making(making_);
    return exposition_.DroppedSeries();
  }

  // True if every scrape from now on shows the state as it was after that update, or later.
  bool ShowsUpdate(std::uint64_t update) const;

  // Says that the state has changed: a new exposition follows within a second.
  void Notify();

  // Publishes until a stop is requested.
  void Run(const std::stop_token& stop);

  // Renders and swaps in one exposition now.  Returns false if counters wait for a second one.
  [[nodiscard]] bool Publish();

 private:
  using SharedBody = std::shared_ptr<const Body>;

  // One of the bodies of an exposition.
  struct Slot {
    BodyKind kind;
    SteadyTime asked_at{};      // the epoch: never
    SharedBody body;            // null until it is asked for, and once it was not for long
    std::uint64_t updates = 0;  // of the state that the body shows
  };
  static constexpr std::size_t kSlots = kContentTypes.size() * 2;

  static std::size_t SlotOf(BodyKind kind);
  bool IsWanted(const Slot& slot, SteadyTime now) const CCKM_REQUIRES(mutex_);
  bool IsDue() const CCKM_REQUIRES(mutex_);
  std::vector<BodyKind> TakeWanted();
  std::vector<ExpositionFormat> KeepOnly(const std::vector<BodyKind>& wanted)
      CCKM_REQUIRES(making_);
  SharedBody Encode(BodyKind kind, const Exposition::Rendered& rendered) CCKM_REQUIRES(making_);
  SharedBody MakeFirst(BodyKind kind);

  const Clock& clock_;

  Mutex making_;  // taken before mutex_
  Exposition exposition_ CCKM_GUARDED_BY(making_);
  // Of the formats that are compressed.
  std::map<ExpositionFormat, GzipCompressor> compressors_ CCKM_GUARDED_BY(making_);

  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  bool notified_ CCKM_GUARDED_BY(mutex_) = false;
  SteadyTime published_at_ CCKM_GUARDED_BY(mutex_){};
  std::array<Slot, kSlots> slots_ CCKM_GUARDED_BY(mutex_);
};

}  // namespace cckm
