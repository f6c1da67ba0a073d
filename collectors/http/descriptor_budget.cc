#include "collectors/http/descriptor_budget.h"

#include <algorithm>
#include <utility>

namespace cckm {

DescriptorBudget::Share::Share(DescriptorBudget& budget, std::function<void()> wake)
    : budget_(budget), wake_(std::move(wake)) {
  const MutexLock lock(budget_.mutex_);
  budget_.shares_.insert(this);
}

DescriptorBudget::Share::~Share() {
  const MutexLock lock(budget_.mutex_);
  budget_.shares_.erase(this);
  std::erase(budget_.waiting_, this);
  budget_.used_ -= held_;
  budget_.WakeNext();
}

bool DescriptorBudget::Share::IsShort() const {
  const MutexLock lock(budget_.mutex_);
  return budget_.is_short_;
}

bool DescriptorBudget::Share::Hold(std::size_t wanted) {
  const MutexLock lock(budget_.mutex_);
  const bool grows = wanted > held_;
  const bool has_its_turn = budget_.waiting_.empty() || budget_.waiting_.front() == this;
  const std::size_t used = budget_.used_ - held_ + wanted;
  if (grows && (!has_its_turn || used > budget_.limit_)) {
    budget_.WaitForTurn(*this);
    return false;
  }
  budget_.used_ = used;
  held_ = wanted;
  std::erase(budget_.waiting_, this);
  budget_.WakeNext();
  return true;
}

// Those that hold more than they need are asked once to give it back: from then on they look.
void DescriptorBudget::WaitForTurn(Share& share) {
  if (std::ranges::find(waiting_, &share) == waiting_.end()) waiting_.push_back(&share);
  if (std::exchange(is_short_, true)) return;
  if (on_shortage_) on_shortage_();
  for (const Share* other : shares_) other->wake_();
}

void DescriptorBudget::WakeNext() {
  if (!waiting_.empty() && used_ < limit_) waiting_.front()->wake_();
}

}  // namespace cckm
