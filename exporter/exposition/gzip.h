// A body as one gzip member, as every client can read it.  The one place that knows libdeflate.
//
// Source: RFC 1952.  Several members in one body break some clients.
// Thread-safety: a compressor belongs to one thread at a time.

#pragma once

#include <string_view>

#include "exporter/exposition/byte_buffer.h"

struct libdeflate_compressor;

namespace cckm {

class GzipCompressor {
 public:
  GzipCompressor();
  ~GzipCompressor();
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;

  // Replaces what is in `out`.  Throws std::bad_alloc.
  void Compress(std::string_view body, ByteBuffer& out);

 private:
  libdeflate_compressor* const compressor_;
};

}  // namespace cckm
