#include "exporter/exposition/publisher.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cckm {
namespace {

// Updates that come close together share an exposition: during a long poll there are four a second,
// and each exposition may be many megabytes.  Together with the poller's own pause both of these
// leave every finding published within a second.
constexpr auto kPause = std::chrono::milliseconds(400);
constexpr auto kPauseBeforeSecond = std::chrono::milliseconds(100);  // see Exposition::Render
// How often to look whether the self metrics have grown old.
constexpr auto kMaxSleep = std::chrono::seconds(1);
// How old self metrics may be while somebody scrapes.
constexpr auto kSelfMetricsAge = std::chrono::seconds(4);
// How long a body is made after it was asked for.
constexpr auto kAskedForMemory = std::chrono::minutes(10);

}  // namespace

Publisher::Publisher(Exposition exposition, const Clock& clock)
    : clock_(clock), exposition_(std::move(exposition)) {
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < kSlots; ++i) {
    slots_[i].kind = {static_cast<ExpositionFormat>(i / 2), static_cast<Encoding>(i % 2)};
  }
  published_at_ = clock.SteadyNow();
  slots_[SlotOf({})].asked_at = published_at_;
}

std::size_t Publisher::SlotOf(BodyKind kind) {
  return static_cast<std::size_t>(kind.format) * 2 + static_cast<std::size_t>(kind.encoding);
}

Publisher::SharedBody Publisher::BodyOf(BodyKind kind) {
  const SteadyTime now = clock_.SteadyNow();
  SharedBody outdated;
  {
    const MutexLock lock(mutex_);
    Slot& slot = slots_[SlotOf(kind)];
    if (!IsWanted(slot, now)) outdated = std::move(slot.body);
    slot.asked_at = now;
    if (slot.body != nullptr) return slot.body;
  }
  return MakeFirst(kind);
}

// What waits to be counted goes on waiting: the next exposition, which every body then has, shows
// it.
Publisher::SharedBody Publisher::MakeFirst(BodyKind kind) {
  const MutexLock making(making_);
  {
    const MutexLock lock(mutex_);
    if (SharedBody made = slots_[SlotOf(kind)].body) return made;
  }
  const auto rendered = exposition_.RenderAgain(kind.format);
  SharedBody body = Encode(kind, rendered);
  {
    const MutexLock lock(mutex_);
    slots_[SlotOf(kind)].body = body;
    slots_[SlotOf(kind)].updates = rendered.updates;
  }
  Notify();
  return body;
}

Publisher::SharedBody Publisher::Encode(BodyKind kind, const Exposition::Rendered& rendered) {
  const Blocks& blocks = rendered.blocks[static_cast<std::size_t>(kind.format)];
  if (kind.encoding == Encoding::kIdentity) return std::make_shared<const Body>(blocks);
  return std::make_shared<const Body>(compressors_[kind.format].Compress(blocks));
}

void Publisher::Notify() {
  {
    const MutexLock lock(mutex_);
    notified_ = true;
  }
  changed_.notify_one();
}

bool Publisher::IsWanted(const Slot& slot, SteadyTime now) const {
  return slot.asked_at != SteadyTime{} && now - slot.asked_at < kAskedForMemory;
}

// A body that is wanted and not there is being made, of no older state than the one before it; one
// that is not wanted is made anew before it is served.
bool Publisher::ShowsUpdate(std::uint64_t update) const {
  const SteadyTime now = clock_.SteadyNow();
  const MutexLock lock(mutex_);
  return std::ranges::all_of(slots_, [&](const Slot& slot) CCKM_REQUIRES(mutex_) {
    return !IsWanted(slot, now) || slot.updates >= update;
  });
}

bool Publisher::IsDue() const {
  const SteadyTime now = clock_.SteadyNow();
  const bool somebody_scrapes = std::ranges::any_of(
      slots_, [&](const Slot& slot) CCKM_REQUIRES(mutex_) { return IsWanted(slot, now); });
  return notified_ || (somebody_scrapes && now - published_at_ >= kSelfMetricsAge);
}

void Publisher::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bool due = false;
    {
      const MutexLock lock(mutex_);
      changed_.wait_for(mutex_, stop, kMaxSleep,
                        [this]() CCKM_REQUIRES(mutex_) { return IsDue(); });
      due = std::exchange(notified_, false) || IsDue();
    }
    if (!due || stop.stop_requested()) continue;
    const bool complete = Publish();
    if (!complete) Notify();
    const MutexLock lock(mutex_);
    changed_.wait_for(mutex_, stop, complete ? kPause : kPauseBeforeSecond, [] { return false; });
  }
}

// The bodies to make.  Lets go of the others.
std::vector<BodyKind> Publisher::TakeWanted() {
  const SteadyTime now = clock_.SteadyNow();
  std::vector<BodyKind> wanted;
  std::vector<SharedBody> released;
  const MutexLock lock(mutex_);
  published_at_ = now;
  for (Slot& slot : slots_) {
    if (IsWanted(slot, now)) {
      wanted.push_back(slot.kind);
    } else {
      released.push_back(std::move(slot.body));
    }
  }
  return wanted;
}

// Keeps nothing of bodies that nobody wants, and returns the formats of the others.
std::vector<ExpositionFormat> Publisher::KeepOnly(const std::vector<BodyKind>& wanted) {
  std::vector<ExpositionFormat> formats;
  for (std::size_t i = 0; i < kContentTypes.size(); ++i) {
    const auto format = static_cast<ExpositionFormat>(i);
    const auto is_of_it = [&](const BodyKind& kind) { return kind.format == format; };
    const auto is_compressed = [&](const BodyKind& kind) {
      return kind.format == format && kind.encoding == Encoding::kGzip;
    };
    if (std::ranges::any_of(wanted, is_of_it)) formats.push_back(format);
    if (std::ranges::none_of(wanted, is_compressed)) compressors_.erase(format);
  }
  exposition_.KeepOnly(formats);
  return formats;
}

bool Publisher::Publish() {
  const MutexLock making(making_);
  const std::vector<BodyKind> wanted = TakeWanted();
  const std::vector<ExpositionFormat> formats = KeepOnly(wanted);
  if (wanted.empty()) return true;
  const Exposition::Rendered rendered = exposition_.Render(formats);
  std::vector<SharedBody> bodies;
  bodies.reserve(wanted.size());
  for (const BodyKind& kind : wanted) bodies.push_back(Encode(kind, rendered));
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    Slot& slot = slots_[SlotOf(wanted[i])];
    std::swap(slot.body, bodies[i]);
    slot.updates = rendered.updates;
  }
  return rendered.is_complete;
}

}  // namespace cckm
