// A body of an exposition: blocks of bytes, most of which it shares with the body before.
//
// Thread-safety: a body does not change; every method may be called from any thread.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/exposition/byte_buffer.h"

namespace cckm {

using Block = std::shared_ptr<const ByteBuffer>;  // never null
using Blocks = std::vector<Block>;

class Body {
 public:
  explicit Body(Blocks blocks);

  std::size_t size() const { return size_; }

  // Calls `write`, which returns false to end it, with pieces of the body in their order.  Returns
  // whether all were taken.  A piece is valid until `write` returns.
  template <typename Write>
  bool ForEachPiece(const Write& write) const {
    const std::size_t most = size_ > kLargeBytes ? kPieceOfLargeBytes : kPieceBytes;
    ByteBuffer piece;
    for (const Block& block : blocks_) {
      if (piece.size() + block->size() > most) {
        if (piece.size() != 0 && !write(piece.view())) return false;
        piece.clear();
      }
      if (block->size() > most) {
        if (!write(block->view())) return false;
      } else {
        piece.Reserve(most - piece.size());
        piece.AppendReserved(block->view());
      }
    }
    return piece.size() == 0 || write(piece.view());
  }

  // A copy of the whole.
  std::string Joined() const;

 private:
  // Blocks are joined up to these sizes: a call of the system for each takes longer than copying
  // what stays in the processor's cache.  Of a large body less of the cache is left.
  static constexpr std::size_t kPieceBytes = std::size_t{128} * 1024;
  static constexpr std::size_t kPieceOfLargeBytes = std::size_t{32} * 1024;
  static constexpr std::size_t kLargeBytes = std::size_t{4} * 1024 * 1024;

  Blocks blocks_;
  std::size_t size_;
};

}  // namespace cckm
