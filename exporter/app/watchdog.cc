#include "exporter/app/watchdog.h"

#include <algorithm>
#include <utility>

namespace cckm {

bool Watchdog::AllProgressing(const std::map<std::string, std::uint64_t>& steps, SteadyTime now) {
  std::map<std::string, Seen> seen;
  for (const auto& [name, count] : steps) {
    const auto before = seen_.find(name);
    const bool moved = before == seen_.end() || before->second.steps != count;
    seen.emplace(name, Seen{count, moved ? now : before->second.moved_at});
  }
  seen_ = std::move(seen);
  return std::ranges::all_of(
      seen_, [&](const auto& entry) { return now - entry.second.moved_at < longest_pause_; });
}

}  // namespace cckm
