// The same bytes are known again, and no others.

#include "collectors/base/fingerprint.h"

#include <gtest/gtest.h>

#include <string>

namespace cckm {
namespace {

TEST(FingerprintTest, EqualBytesHaveEqualFingerprintsWhereverTheyStand) {
  const std::string text(301, 'a');
  for (std::size_t size = 1; size <= 300; ++size) {
    const auto fingerprint = FingerprintOf(std::string_view(text).substr(0, size));
    EXPECT_TRUE(fingerprint);
    EXPECT_EQ(fingerprint, FingerprintOf(std::string_view(text).substr(1, size)));
  }
}

TEST(FingerprintTest, EveryChangedByteChangesIt) {
  for (const std::size_t size : {1U, 8U, 15U, 16U, 17U, 100U}) {
    const std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
      for (const char changed : {'\1', '\x7F', '\xFF'}) {
        std::string other = text;
        other[i] = changed;
        EXPECT_NE(FingerprintOf(text), FingerprintOf(other)) << size << " " << i;
      }
    }
  }
}

TEST(FingerprintTest, TextsOfOtherLengthsAndOrdersDiffer) {
  EXPECT_NE(FingerprintOf("ab"), FingerprintOf(std::string("ab\0", 3)));
  EXPECT_NE(FingerprintOf(std::string(8, 'a') + std::string(8, 'b')),
            FingerprintOf(std::string(8, 'b') + std::string(8, 'a')));
  EXPECT_NE(FingerprintOf(std::string(16, 'a') + std::string(16, 'b')),
            FingerprintOf(std::string(16, 'b') + std::string(16, 'a')));
}

TEST(FingerprintTest, NothingAndWhatIsTooLongHasNone) {
  EXPECT_FALSE(FingerprintOf(""));
  EXPECT_TRUE(FingerprintOf(std::string(Fingerprint::kMaxBytes, 'a')));
  EXPECT_FALSE(FingerprintOf(std::string(Fingerprint::kMaxBytes + 1, 'a')));
}

}  // namespace
}  // namespace cckm
