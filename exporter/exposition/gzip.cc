#include "exporter/exposition/gzip.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace cckm {
namespace {

// Shorter segments compress less well, longer ones are compressed again for a smaller change.
constexpr std::size_t kSegmentBytes = std::size_t{8} * 1024;
// Of what comes before a segment.  A longer end takes more time and helps next to nothing.
constexpr std::size_t kDictionaryBytes = 1024;

// Method deflate, no flags, no time, the fastest level, an unknown system.
constexpr std::array<char, 10> kHead = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 4, '\xff'};
// The last block of a deflate stream, which is empty.
constexpr std::array<char, 2> kLastBlock = {3, 0};

Block BlockOf(std::string_view bytes) { return std::make_shared<const ByteBuffer>(bytes); }

std::string_view EndOf(const Block& block) {
  if (block == nullptr) return {};
  const std::string_view bytes = block->view();
  return bytes.substr(bytes.size() - std::min(bytes.size(), kDictionaryBytes));
}

void AppendLittleEndian(std::uint32_t number, std::string& out) {
  for (int i = 0; i < 4; ++i, number >>= 8U) out.push_back(static_cast<char>(number & 0xFFU));
}

Block TailOf(std::uint32_t crc, std::uint64_t size) {
  std::string tail(kLastBlock.data(), kLastBlock.size());
  AppendLittleEndian(crc, tail);
  AppendLittleEndian(static_cast<std::uint32_t>(size), tail);
  return BlockOf(tail);
}

}  // namespace

// One deflate stream after another, with the memory that all of them use.
class GzipCompressor::Stream {
 public:
  Stream() {
    isal_deflate_init(&stream_);
    stream_.level = 1;
    stream_.level_buf = memory_.data();
    stream_.level_buf_size = static_cast<std::uint32_t>(memory_.size());
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void Begin(std::string_view dictionary) {
    isal_deflate_reset(&stream_);
    isal_deflate_set_dict(&stream_, Bytes(dictionary),
                          static_cast<std::uint32_t>(dictionary.size()));
    out_.clear();
  }

  void Append(std::string_view bytes, bool is_last) {
    stream_.next_in = Bytes(bytes);
    stream_.avail_in = static_cast<std::uint32_t>(bytes.size());
    stream_.flush = is_last ? SYNC_FLUSH : NO_FLUSH;
    do {
      out_.Reserve(kRoom);
      stream_.next_out = reinterpret_cast<std::uint8_t*>(out_.end());
      stream_.avail_out = kRoom;
      if (isal_deflate(&stream_) != COMP_OK) throw std::runtime_error("isal_deflate failed");
      out_.Advance(kRoom - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  std::string_view written() const { return out_.view(); }

 private:
  static constexpr std::uint32_t kRoom = 16 * 1024;

  static std::uint8_t* Bytes(std::string_view bytes) {  // which it only reads
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
  }

  isal_zstream stream_{};
  std::array<std::uint8_t, ISAL_DEF_LVL1_DEFAULT> memory_{};
  ByteBuffer out_;
};

GzipCompressor::GzipCompressor() : stream_(std::make_unique<Stream>()) {}
GzipCompressor::~GzipCompressor() = default;

Blocks GzipCompressor::Compress(const Blocks& blocks) {
  Blocks member = {BlockOf({kHead.data(), kHead.size()})};
  std::vector<Segment> segments;
  segments.reserve(former_.size() + 1);
  next_former_ = 0;
  Block before;
  uLong crc = 0;
  std::uint64_t size = 0;
  std::size_t begin = 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    bytes += blocks[i]->size();
    if (bytes < kSegmentBytes && i + 1 != blocks.size()) continue;
    const Segment& segment =
        segments.emplace_back(TakeSegment(std::span(blocks).subspan(begin, i + 1 - begin), before));
    member.push_back(segment.deflated);
    crc = crc32_combine_op(crc, segment.crc, segment.shift);
    size += segment.size;
    before = blocks[i];
    begin = i + 1;
    bytes = 0;
  }
  former_ = std::move(segments);
  member.push_back(TailOf(static_cast<std::uint32_t>(crc), size));
  return member;
}

GzipCompressor::Segment GzipCompressor::TakeSegment(std::span<const Block> blocks,
                                                    const Block& before) {
  Segment segment = TakeFormer(blocks);
  const bool is_known = segment.deflated != nullptr;
  const bool is_after_the_same =
      is_known && (segment.before == before || EndOf(segment.before) == EndOf(before));
  segment.before = before;
  if (is_after_the_same) return segment;
  if (!is_known) segment.blocks.assign(blocks.begin(), blocks.end());
  Deflate(segment);
  return segment;
}

// The segment of these blocks in the member before; an empty one where there is none, or not near
// the one that was taken last.
GzipCompressor::Segment GzipCompressor::TakeFormer(std::span<const Block> blocks) {
  constexpr std::size_t kMaxLooks = 32;
  const std::size_t end = std::min(former_.size(), next_former_ + kMaxLooks);
  for (std::size_t i = next_former_; i < end; ++i) {
    if (!std::ranges::equal(former_[i].blocks, blocks)) continue;
    next_former_ = i + 1;
    return std::move(former_[i]);
  }
  return {};
}

void GzipCompressor::Deflate(Segment& segment) {
  stream_->Begin(EndOf(segment.before));
  segment.crc = 0;
  segment.size = 0;
  for (const Block& block : segment.blocks) {
    const std::string_view bytes = block->view();
    stream_->Append(bytes, &block == &segment.blocks.back());
    segment.crc = crc32_gzip_refl(segment.crc, reinterpret_cast<const unsigned char*>(bytes.data()),
                                  bytes.size());
    segment.size += bytes.size();
  }
  segment.shift = crc32_combine_gen64(static_cast<z_off64_t>(segment.size));
  segment.deflated = BlockOf(stream_->written());
}

}  // namespace cckm
