// Makes each exposition once, before anybody asks for it, and hands the finished bytes to every
// scrape.
//
// One thread renders after an update, and every five seconds while somebody scrapes (for the self
// metrics), and swaps the result in.  A scrape takes a mutex for as long as it takes to copy a
// pointer. Thread-safety: Run() belongs to one thread; everything else may be called from any
// thread.

#pragma once

#include <condition_variable>
#include <memory>
#include <stop_token>

#include "collectors/base/clock.h"
#include "collectors/base/mutex.h"
#include "exporter/exposition/byte_buffer.h"
#include "exporter/exposition/exposition.h"

namespace cckm {

class Publisher {
 public:
  // Renders the first exposition at once.  `clock` outlives this.
  Publisher(Exposition exposition, const Clock& clock);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // The latest exposition in the text format; never null.  Counts as a scrape.
  std::shared_ptr<const ByteBuffer> Text();

  // Says that the state has changed: a new exposition follows within a second.
  void Notify();

  // Publishes until a stop is requested.
  void Run(const std::stop_token& stop);

  // Renders and swaps in one exposition now, and a second one if counters waited for it.
  // Not to be called while Run() runs.
  void PublishNow();

 private:
  bool PublishOnce();
  bool IsDue() const CCKM_REQUIRES(mutex_);

  const Clock& clock_;
  Exposition exposition_;

  Mutex mutex_;
  std::condition_variable_any changed_;
  bool notified_ CCKM_GUARDED_BY(mutex_) = false;
  SteadyTime scraped_at_ CCKM_GUARDED_BY(mutex_){};
  SteadyTime published_at_ CCKM_GUARDED_BY(mutex_){};
  std::shared_ptr<const ByteBuffer> text_ CCKM_GUARDED_BY(mutex_);
};

}  // namespace cckm
