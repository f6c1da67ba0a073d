#include "exporter/exposition/gzip.h"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "collectors/base/free_with.h"

namespace cckm {
namespace {

// What one gzip member holds, by libdeflate and by zlib; fails unless it is the whole of
// `compressed`.
std::string Unpacked(std::string_view compressed, std::size_t size) {
  const std::unique_ptr<libdeflate_decompressor, FreeWith<&libdeflate_free_decompressor>>
      decompressor(libdeflate_alloc_decompressor());
  std::string unpacked(size + 1, '\0');
  std::size_t used = 0;
  std::size_t written = 0;
  const auto result =
      libdeflate_gzip_decompress_ex(decompressor.get(), compressed.data(), compressed.size(),
                                    unpacked.data(), unpacked.size(), &used, &written);
  EXPECT_EQ(result, LIBDEFLATE_SUCCESS);
  EXPECT_EQ(used, compressed.size()) << "one member";
  unpacked.resize(written);
  return unpacked;
}

std::string UnpackedByZlib(std::string_view compressed, std::size_t size) {
  constexpr int kGzip = 16 + MAX_WBITS;
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, kGzip), Z_OK);
  std::string unpacked(size + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
  stream.avail_out = static_cast<uInt>(unpacked.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0U);
  unpacked.resize(stream.total_out);
  inflateEnd(&stream);
  return unpacked;
}

std::string TextOf(const Blocks& blocks) { return Body(blocks).Joined(); }

void ExpectToHold(const Blocks& member, const Blocks& blocks) {
  const std::string text = TextOf(blocks);
  const std::string compressed = TextOf(member);
  EXPECT_EQ(Unpacked(compressed, text.size()), text);
  EXPECT_EQ(UnpackedByZlib(compressed, text.size()), text);
}

Block BlockOf(std::string_view bytes) { return std::make_shared<const ByteBuffer>(bytes); }

// Lines as an exposition has them, about 45 bytes each.
Block Lines(int first, int count) {
  std::string lines;
  for (int i = first; i < first + count; ++i) {
    lines += "cckm_up{target=\"" + std::to_string(i * 7919) + "\",cloud=\"dsm\"} " +
             std::to_string(i % 2) + "\n";
  }
  return BlockOf(lines);
}

// Blocks of about 18 kB.
Blocks ManyBlocks(int count) {
  Blocks blocks;
  for (int i = 0; i < count; ++i) blocks.push_back(Lines(i * 400, 400));
  return blocks;
}

// How many blocks of `now` are none of `before`.
std::size_t NewIn(const Blocks& now, const Blocks& before) {
  return static_cast<std::size_t>(std::ranges::count_if(
      now, [&](const Block& block) { return std::ranges::find(before, block) == before.end(); }));
}

constexpr std::size_t kHeadAndTail = 2;  // of a member, which are always new

TEST(GzipTest, BlocksComeBackFromOneMember) {
  GzipCompressor compressor;
  for (const Blocks& blocks :
       {ManyBlocks(20), Blocks{}, Blocks{BlockOf("x")}, Blocks{BlockOf("a"), BlockOf("b")},
        Blocks{Lines(0, 1), Lines(0, 50'000), Lines(0, 1)}, ManyBlocks(21)}) {
    ExpectToHold(compressor.Compress(blocks), blocks);
  }
}

TEST(GzipTest, TakesLessThanAFifthOfLines) {
  const Blocks blocks = ManyBlocks(20);
  const std::size_t size = Body(GzipCompressor().Compress(blocks)).size();
  EXPECT_LT(size * 5, Body(blocks).size());
}

// At most 1.05 of what one stream of the fastest level takes.
TEST(GzipTest, SegmentsTakeHardlyMoreThanOneStream) {
  const Blocks blocks = ManyBlocks(100);
  const std::string text = TextOf(blocks);
  const std::unique_ptr<libdeflate_compressor, FreeWith<&libdeflate_free_compressor>> whole(
      libdeflate_alloc_compressor(1));
  std::string out(text.size(), '\0');
  const std::size_t floor =
      libdeflate_gzip_compress(whole.get(), text.data(), text.size(), out.data(), out.size());
  EXPECT_LE(Body(GzipCompressor().Compress(blocks)).size() * 100, floor * 105);
}

TEST(GzipTest, WhatDidNotChangeIsNotCompressedAgain) {
  GzipCompressor compressor;
  Blocks blocks = ManyBlocks(20);
  const Blocks first = compressor.Compress(blocks);
  EXPECT_EQ(NewIn(compressor.Compress(blocks), first), kHeadAndTail);
}

TEST(GzipTest, AChangedBlockIsCompressedAgainWithTheNextWhereItsEndChanged) {
  GzipCompressor compressor;
  Blocks blocks = ManyBlocks(20);
  const Blocks first = compressor.Compress(blocks);
  std::string text(blocks[7]->view());
  text.replace(0, 4, "CCKM");
  blocks[7] = BlockOf(text);
  const Blocks second = compressor.Compress(blocks);
  EXPECT_EQ(NewIn(second, first), kHeadAndTail + 1) << "its end is as before";
  ExpectToHold(second, blocks);
  text.back() = '!';
  blocks[7] = BlockOf(text);
  const Blocks third = compressor.Compress(blocks);
  EXPECT_EQ(NewIn(third, second), kHeadAndTail + 2);
  ExpectToHold(third, blocks);
}

TEST(GzipTest, SmallBlocksAreCompressedTogether) {
  Blocks blocks;
  for (int i = 0; i < 1000; ++i) blocks.push_back(Lines(i, 1));
  GzipCompressor compressor;
  const Blocks member = compressor.Compress(blocks);
  EXPECT_LT(member.size(), 10U);
  ExpectToHold(member, blocks);
}

// Blocks come, change and go; some are used at several places, and come back.
TEST(GzipTest, AnyChangeLeavesAMemberThatHoldsTheBlocks) {
  std::mt19937 random(20261130);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  GzipCompressor compressor;
  const Blocks pool = ManyBlocks(12);
  Blocks blocks;
  for (int round = 0; round < 300; ++round) {
    const std::size_t at = below(blocks.size() + 1);
    const Block block = below(2) == 0 ? pool[below(pool.size())]
                                      : Lines(static_cast<int>(below(9999)), 1 << below(9));
    const auto place = blocks.begin() + static_cast<std::ptrdiff_t>(at);
    if (at == blocks.size() || below(3) == 0) {
      blocks.insert(place, block);
    } else if (below(3) == 0) {
      blocks.erase(place);
    } else {
      *place = block;
    }
    ExpectToHold(compressor.Compress(blocks), blocks);
  }
}

}  // namespace
}  // namespace cckm
