#include "collectors/http/descriptor_budget.h"

#include <algorithm>
#include <utility>

namespace cckm {

DescriptorBudget::Share::Share(DescriptorBudget& budget, std::function<void()> wake)
    : budget_(budget), wake_(std::move(wake)) {
  budget_.Join(*this);
}

DescriptorBudget::Share::~Share() { budget_.Leave(*this); }

void DescriptorBudget::Join(Share& share) {
  const MutexLock lock(mutex_);
  shares_.insert(&share);
}

void DescriptorBudget::Leave(Share& share) {
  const MutexLock lock(mutex_);
  shares_.erase(&share);
  std::erase(waiting_, &share);
  used_ -= share.held_;
  WakeNext();
}

bool DescriptorBudget::IsShort() const {
  const MutexLock lock(mutex_);
  return is_short_;
}

bool DescriptorBudget::Hold(Share& share, std::size_t wanted) {
  const MutexLock lock(mutex_);
  const bool grows = wanted > share.held_;
  const bool has_its_turn = waiting_.empty() || waiting_.front() == &share;
  const std::size_t used = used_ - share.held_ + wanted;
  if (grows && (!has_its_turn || used > limit_)) {
    WaitForTurn(share);
    return false;
  }
  used_ = used;
  share.held_ = wanted;
  std::erase(waiting_, &share);
  WakeNext();
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
