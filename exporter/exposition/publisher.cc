#include "exporter/exposition/publisher.h"

#include <chrono>
#include <utility>

#include "exporter/exposition/text_writer.h"

namespace cckm {
namespace {

// Updates that come close together share an exposition.
constexpr auto kShortestPause = std::chrono::milliseconds(200);
// How old self metrics may be while somebody scrapes, and how long a scrape counts as "somebody
// scrapes".
constexpr auto kSelfMetricsAge = std::chrono::seconds(4);
constexpr auto kScraperMemory = std::chrono::minutes(3);

}  // namespace

Publisher::Publisher(Exposition exposition, const Clock& clock)
    : clock_(clock), exposition_(std::move(exposition)) {
  PublishOnce();
}

std::shared_ptr<const ByteBuffer> Publisher::Text() {
  const SteadyTime now = clock_.SteadyNow();
  const MutexLock lock(mutex_);
  scraped_at_ = now;
  return text_;
}

void Publisher::Notify() {
  {
    const MutexLock lock(mutex_);
    notified_ = true;
  }
  changed_.notify_one();
}

bool Publisher::IsDue() const {
  const SteadyTime now = clock_.SteadyNow();
  const bool somebody_scrapes = scraped_at_ != SteadyTime{} && now - scraped_at_ < kScraperMemory;
  return notified_ || (somebody_scrapes && now - published_at_ >= kSelfMetricsAge);
}

void Publisher::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bool due = false;
    {
      const MutexLock lock(mutex_);
      changed_.wait_for(mutex_, stop, kShortestPause * 5,
                        [this]() CCKM_REQUIRES(mutex_) { return IsDue(); });
      due = std::exchange(notified_, false) || IsDue();
    }
    if (!due || stop.stop_requested()) continue;
    if (!PublishOnce()) Notify();
    const MutexLock lock(mutex_);
    changed_.wait_for(mutex_, stop, kShortestPause, [] { return false; });
  }
}

void Publisher::PublishNow() {
  if (!PublishOnce()) PublishOnce();
}

bool Publisher::PublishOnce() {
  auto body = std::make_shared<ByteBuffer>();
  TextWriter writer(*body);
  const bool complete = exposition_.Render(writer);
  body->ShrinkToFit();
  const SteadyTime now = clock_.SteadyNow();
  std::shared_ptr<const ByteBuffer> previous = std::move(body);
  const MutexLock lock(mutex_);
  published_at_ = now;
  std::swap(text_, previous);
  return complete;
}

}  // namespace cckm
