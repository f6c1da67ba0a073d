#include "tests/simulator/faults.h"

#include <algorithm>
#include <utility>

#include "tests/simulator/random.h"

namespace cckm::simulator {

void Faults::Add(FaultRule rule, TimePoint now) {
  const TimePoint from = now + rule.at;
  const TimePoint until = rule.lasts ? from + *rule.lasts : kNever;
  const std::lock_guard lock(mutex_);
  const auto hiding = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.rule.count == 0 && entry.until == kNever && entry.from <= from &&
           entry.rule.path == rule.path;
  });
  Entry entry{std::move(rule), from, until};
  if (hiding == entries_.end()) {
    entries_.push_back(std::move(entry));
  } else {
    *hiding = std::move(entry);
  }
}

void Faults::Clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

std::optional<FaultRule> Faults::Next(std::string_view path, TimePoint now) {
  const std::lock_guard lock(mutex_);
  auto rule = ByRule(path, now);
  return rule ? rule : ByChance();
}

std::optional<FaultRule> Faults::ByRule(std::string_view path, TimePoint now) {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.from <= now && now < entry.until && path.starts_with(entry.rule.path);
  });
  if (found == entries_.end()) return std::nullopt;
  FaultRule rule = found->rule;
  const bool last = found->rule.count == 1;
  if (last) {
    entries_.erase(found);
  } else if (found->rule.count > 0) {
    --found->rule.count;
  }
  return rule;
}

std::optional<FaultRule> Faults::ByChance() {
  if (percent_ == 0) return std::nullopt;
  if (Random(seed_, "fault", asked_++).Below(100) >= percent_) return std::nullopt;
  return FaultRule{.status = 500};
}

}  // namespace cckm::simulator
