// Blocks of bytes that are used again, so that the next exposition finds memory that is already
// mapped.
//
// Thread-safety: every method may be called from any thread; a buffer comes back from the thread
// that lets it go.

#pragma once

#include <memory>

#include "collectors/base/mutex.h"
#include "exporter/exposition/byte_buffer.h"

namespace cckm {

class BufferPool {
 public:
  BufferPool() : spare_(std::make_shared<Spare>()) {}

  // An empty buffer that comes back when its last holder lets it go, also after the pool has gone;
  // one that holds more than 16 MiB then does not.
  std::shared_ptr<ByteBuffer> Take();

 private:
  // One buffer at most: besides the published one, no more are in use for long.
  struct Spare {
    void Put(std::unique_ptr<ByteBuffer> returned);

    Mutex mutex;
    std::unique_ptr<ByteBuffer> buffer CCKM_GUARDED_BY(mutex);
  };

  const std::shared_ptr<Spare> spare_;
};

}  // namespace cckm
