// A body as one gzip member, of which only the parts that changed are compressed again.
//
// The blocks are compressed in segments, each flushed to a byte and knowing the end of the one
// before, so that their deflate streams can be joined.  The one place that knows ISA-L and zlib.
// Source: RFC 1951, RFC 1952.  Several members in one body break some clients.
// Thread-safety: belongs to one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "exporter/exposition/body.h"

namespace cckm {

class GzipCompressor {
 public:
  GzipCompressor();
  ~GzipCompressor();
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;

  // The blocks as a member.  What it has in common with the member before is shared with it.
  // Throws std::bad_alloc.
  Blocks Compress(const Blocks& blocks);

 private:
  class Stream;
  struct Segment {
    Blocks blocks;
    Block before;           // at whose end it was compressed; null: at none
    Block deflated;         // ends at a byte, and is not the last of its stream
    std::uint32_t crc = 0;  // of `blocks`
    std::uint64_t size = 0;
    unsigned long shift = 0;  // see crc32_combine_op
  };

  Segment TakeSegment(std::span<const Block> blocks, const Block& before);
  Segment TakeFormer(std::span<const Block> blocks);
  void Deflate(Segment& segment);

  std::unique_ptr<Stream> stream_;
  std::vector<Segment> former_;  // of the member before, in their order
  std::size_t next_former_ = 0;  // where the one is that comes after the one taken last
};

}  // namespace cckm
