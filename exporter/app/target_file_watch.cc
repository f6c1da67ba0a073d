#include "exporter/app/target_file_watch.h"

#include <chrono>
#include <utility>

#include "collectors/base/file_watch.h"

namespace cckm {
namespace {

constexpr Nanoseconds kRetryInterval = std::chrono::minutes(1);

}  // namespace

bool TargetFileWatch::Look() {
  const SteadyTime now = clock_.SteadyNow();
  if (seen_.patterns.empty() || (last_look_ && now - *last_look_ < kFileLookInterval)) return false;
  last_look_ = now;
  TargetFiles found = LookAtTargetFiles(seen_.patterns);
  if (found != seen_) {
    seen_ = std::move(found);
    told_.clear();
    return true;
  }
  return failed_at_ && now - *failed_at_ >= kRetryInterval;
}

void TargetFileWatch::Used(TargetFiles read) {
  seen_ = std::move(read);
  failed_at_.reset();
  told_.clear();
}

bool TargetFileWatch::IsNews(const std::string& reason) {
  failed_at_ = clock_.SteadyNow();
  return std::exchange(told_, reason) != reason;
}

}  // namespace cckm
