#include "exporter/exposition/gzip.h"

#include <libdeflate.h>

#include <new>

namespace cckm {
namespace {

// An exposition repeats itself so much that higher levels take longer and save next to nothing.
constexpr int kLevel = 1;

}  // namespace

GzipCompressor::GzipCompressor() : compressor_(libdeflate_alloc_compressor(kLevel)) {
  if (compressor_ == nullptr) throw std::bad_alloc();
}

GzipCompressor::~GzipCompressor() { libdeflate_free_compressor(compressor_); }

void GzipCompressor::Compress(std::string_view body, ByteBuffer& out) {
  out.clear();
  out.Reserve(libdeflate_gzip_compress_bound(compressor_, body.size()));
  const std::size_t written =
      libdeflate_gzip_compress(compressor_, body.data(), body.size(), out.end(), out.capacity());
  if (written == 0)
    throw std::bad_alloc();  // only where the room is too small, which the bound rules out
  out.Advance(written);
}

}  // namespace cckm
