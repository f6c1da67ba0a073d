#include "exporter/app/freed_memory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <vector>

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMebibyte = std::size_t{1} << 20U;

class FreedMemoryTest : public testing::Test {
 protected:
  // How often memory was given back, with so much of it taken at that time.
  int ReturnsAt(SteadyTime now, std::size_t mebibytes) {
    resident_bytes_ = mebibytes * kMebibyte;
    freed_memory_.ReturnIfDue(now);
    return returns_;
  }

  static constexpr SteadyTime kStart{1h};
  std::size_t resident_bytes_ = 0;
  std::size_t kept_bytes_ = 100 * kMebibyte;  // not freed, in all tests
  int returns_ = 0;
  FreedMemory freed_memory_{[this] { return resident_bytes_; },
                            [this] {
                              ++returns_;
                              resident_bytes_ = kept_bytes_;
                            }};
};

TEST_F(FreedMemoryTest, GoesBackOnceAMinute) {
  EXPECT_EQ(ReturnsAt(kStart, 100), 1);
  EXPECT_EQ(ReturnsAt(kStart + 59s, 100), 1);
  EXPECT_EQ(ReturnsAt(kStart + 60s, 100), 2);
  EXPECT_EQ(ReturnsAt(kStart + 119s, 100), 2);
  EXPECT_EQ(ReturnsAt(kStart + 120s, 100), 3);
}

TEST_F(FreedMemoryTest, OfABurstGoesBackAtOnce) {
  EXPECT_EQ(ReturnsAt(kStart, 100), 1);
  EXPECT_EQ(ReturnsAt(kStart + 1s, 103), 1);
  EXPECT_EQ(ReturnsAt(kStart + 2s, 104), 2);
}

TEST_F(FreedMemoryTest, ThatEveryPollTakesIsLeftToTheNextOne) {
  EXPECT_EQ(ReturnsAt(kStart, 100), 1);
  EXPECT_EQ(ReturnsAt(kStart + 1s, 120), 2);
  EXPECT_EQ(ReturnsAt(kStart + 2s, 120), 2);
  EXPECT_EQ(ReturnsAt(kStart + 3s, 123), 2);
  EXPECT_EQ(ReturnsAt(kStart + 4s, 124), 3) << "more than every poll took so far";
}

TEST_F(FreedMemoryTest, IsForgottenWithTheMinuteInWhichItWasTaken) {
  EXPECT_EQ(ReturnsAt(kStart, 100), 1);
  EXPECT_EQ(ReturnsAt(kStart + 1s, 200), 2);
  EXPECT_EQ(ReturnsAt(kStart + 60s, 200), 3);
  EXPECT_EQ(ReturnsAt(kStart + 61s, 120), 4) << "much, beside what was kept after the last minute";
}

TEST(ResidentBytesTest, CountMemoryThatIsUsed) {
  const std::size_t before = ResidentBytes();
  EXPECT_GT(before, kMebibyte);
  const std::vector<char> used(64 * kMebibyte, 'x');
  EXPECT_GT(ResidentBytes(), before + 60 * kMebibyte);
}

}  // namespace
}  // namespace cckm
