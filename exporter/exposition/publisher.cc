#include "exporter/exposition/publisher.h"

#include <chrono>
#include <utility>

#include "exporter/exposition/text_writer.h"

namespace cckm {
namespace {

// Updates that come close together share an exposition: during a long poll there are four a second,
// and each exposition may be many megabytes.  Together with the poller's own pause both of these
// leave every finding published within a second.
constexpr auto kPause = std::chrono::milliseconds(400);
constexpr auto kPauseBeforeSecond = std::chrono::milliseconds(100);  // see Exposition::Render
// How often to look whether the self metrics have grown old.
constexpr auto kLongestSleep = std::chrono::seconds(1);
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
      changed_.wait_for(mutex_, stop, kLongestSleep,
                        [this]() CCKM_REQUIRES(mutex_) { return IsDue(); });
      due = std::exchange(notified_, false) || IsDue();
    }
    if (!due || stop.stop_requested()) continue;
    const bool complete = PublishOnce();
    if (!complete) Notify();
    const MutexLock lock(mutex_);
    changed_.wait_for(mutex_, stop, complete ? kPause : kPauseBeforeSecond, [] { return false; });
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
