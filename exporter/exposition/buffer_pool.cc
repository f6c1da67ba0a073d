#include "exporter/exposition/buffer_pool.h"

#include <utility>

namespace cckm {
namespace {

// A buffer that has this many times the room it needs is cut to what it needs.
constexpr std::size_t kMaxRoom = 3;
// One with more in it is not kept: memory matters more then than the time it takes to map it again.
constexpr std::size_t kLargestSpareBytes = std::size_t{16} << 20U;

}  // namespace

void BufferPool::Spare::Put(std::unique_ptr<ByteBuffer> returned) {
  if (returned->size() > kLargestSpareBytes) return;
  if (returned->capacity() / kMaxRoom > returned->size()) returned->ShrinkToFit();
  returned->clear();
  const MutexLock lock(mutex);
  if (!buffer) buffer = std::move(returned);
}

std::shared_ptr<ByteBuffer> BufferPool::Take() {
  std::unique_ptr<ByteBuffer> taken;
  {
    const MutexLock lock(spare_->mutex);
    taken = std::move(spare_->buffer);
  }
  if (!taken) taken = std::make_unique<ByteBuffer>();
  return {taken.release(), [spare = spare_](ByteBuffer* buffer) {
            spare->Put(std::unique_ptr<ByteBuffer>(buffer));
          }};
}

}  // namespace cckm
