#include "exporter/exposition/byte_buffer.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <new>
#include <string>
#include <utility>

namespace cckm {
namespace {

TEST(ByteBufferTest, StartsEmpty) {
  const ByteBuffer buffer;
  EXPECT_EQ(buffer.size(), 0U);
  EXPECT_EQ(buffer.view(), "");
}

TEST(ByteBufferTest, AppendsBytesOfEveryValue) {
  ByteBuffer buffer;
  buffer.Append(std::string_view("a\0b", 3));
  buffer.Append("");
  buffer.Append("\xff");
  EXPECT_EQ(buffer.view(), std::string_view("a\0b\xff", 4));
}

TEST(ByteBufferTest, TakesNothingBeforeAnythingWasReserved) {
  ByteBuffer buffer;
  buffer.Append({});
  EXPECT_EQ(buffer.size(), 0U);
}

TEST(ByteBufferTest, KeepsWhatItHoldsWhileItGrows) {
  ByteBuffer buffer;
  std::string expected;
  for (int i = 0; i < 20000; ++i) {
    const std::string piece = std::to_string(i) + "\n";
    buffer.Append(piece);
    expected += piece;
  }
  EXPECT_EQ(buffer.view(), expected);
}

TEST(ByteBufferTest, KeepsItsBlockWhileTheReservedRoomLasts) {
  ByteBuffer buffer;
  buffer.Append("x");
  buffer.Reserve(1'000'000);
  const char* block = buffer.view().data();
  buffer.AppendReserved(std::string(1'000'000, 'y'));
  EXPECT_EQ(buffer.view().data(), block);
}

TEST(ByteBufferTest, CountsWhatWasWrittenAtItsEnd) {
  ByteBuffer buffer;
  buffer.Append("a");
  buffer.Reserve(2);
  buffer.end()[0] = 'b';
  buffer.end()[1] = 'c';
  buffer.Advance(2);
  EXPECT_EQ(buffer.view(), "abc");
}

TEST(ByteBufferTest, KeepsItsBlockWhenCleared) {
  ByteBuffer buffer;
  buffer.Append("abc");
  const char* block = buffer.view().data();
  buffer.clear();
  EXPECT_EQ(buffer.size(), 0U);
  buffer.Append("d");
  EXPECT_EQ(buffer.view(), "d");
  EXPECT_EQ(buffer.view().data(), block);
}

TEST(ByteBufferTest, ACopyOfBytesHasRoomForNoMoreUntilMoreAreAppended) {
  ByteBuffer copy("abc");
  EXPECT_EQ(copy.view(), "abc");
  EXPECT_EQ(copy.capacity(), 3U);
  copy.Append("d");
  EXPECT_EQ(copy.view(), "abcd");
  EXPECT_EQ(ByteBuffer("").view(), "");
}

TEST(ByteBufferTest, IsEmptyAfterItWasMovedFrom) {
  ByteBuffer first;
  first.Append("abc");
  ByteBuffer second(std::move(first));
  EXPECT_EQ(second.view(), "abc");
  EXPECT_EQ(first.view(), "");  // NOLINT(bugprone-use-after-move): that is what is tested
  first.Append("d");
  second = std::move(first);
  EXPECT_EQ(second.view(), "d");
  EXPECT_EQ(first.view(), "");  // NOLINT(bugprone-use-after-move)
}

TEST(ByteBufferTest, ThrowsBadAllocAndKeepsItsBytesWhenThereIsNoRoom) {
  ByteBuffer buffer;
  buffer.Append("abc");
  EXPECT_THROW(buffer.Reserve(std::numeric_limits<std::size_t>::max()), std::bad_alloc);
  EXPECT_THROW(buffer.Reserve(std::numeric_limits<std::ptrdiff_t>::max()), std::bad_alloc);
  EXPECT_EQ(buffer.view(), "abc");
}

}  // namespace
}  // namespace cckm
