#include "exporter/exposition/buffer_pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace cckm {
namespace {

TEST(BufferPoolTest, WhatWasLetGoIsUsedAgain) {
  BufferPool pool;
  auto first = pool.Take();
  first->Append(std::string(10'000, 'x'));
  const ByteBuffer* const block = first.get();
  first.reset();
  const auto second = pool.Take();
  EXPECT_EQ(second.get(), block);
  EXPECT_EQ(second->size(), 0U) << "it is empty";
  EXPECT_GE(second->capacity(), 10'000U) << "it keeps its room";
}

TEST(BufferPoolTest, WhatIsHeldIsNobodyElses) {
  BufferPool pool;
  const auto held = pool.Take();
  held->Append("held");
  const auto other = pool.Take();
  EXPECT_NE(other.get(), held.get());
  other->Append("other");
  EXPECT_EQ(held->view(), "held");
}

TEST(BufferPoolTest, MuchMoreRoomThanNeededIsGivenBack) {
  BufferPool pool;
  {
    const auto buffer = pool.Take();
    buffer->Reserve(1'000'000);
    buffer->Append(std::string(1000, 'x'));
  }
  EXPECT_LE(pool.Take()->capacity(), 1000U);
}

TEST(BufferPoolTest, AVeryLargeOneIsNotKept) {
  BufferPool pool;
  pool.Take()->Append(std::string(std::size_t{17} << 20U, 'x'));
  EXPECT_EQ(pool.Take()->capacity(), 0U);
}

TEST(BufferPoolTest, ABufferMayOutliveThePool) {
  auto pool = std::make_unique<BufferPool>();
  const auto buffer = pool->Take();
  buffer->Append("still here");
  pool.reset();
  EXPECT_EQ(buffer->view(), "still here");
}

}  // namespace
}  // namespace cckm
