#include "collectors/base/file_watch.h"

#include <gtest/gtest.h>

#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/temporary_folder.h"

namespace cckm {
namespace {

using Turn = FileTurn;

class FileWatchTest : public testing::Test {
 protected:
  // After a second.
  Turn Look() {
    clock_.Advance(kFileLookInterval);
    return watch_.Look();
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  FileWatch watch_{{folder_.Replace("a", "1"), folder_.File("b")}, clock_};
};

TEST_F(FileWatchTest, FilesAreReadAtTheFirstLookAndWhenOneOfThemChanged) {
  EXPECT_EQ(watch_.Look(), Turn::kRead);
  watch_.SetUsable(true);
  EXPECT_EQ(Look(), Turn::kNothing);
  folder_.Replace("b", "2");
  EXPECT_EQ(Look(), Turn::kRead);
  watch_.SetUsable(true);
  EXPECT_EQ(Look(), Turn::kNothing);
  std::filesystem::remove(folder_.File("a"));
  EXPECT_EQ(Look(), Turn::kRead);
}

TEST_F(FileWatchTest, AChangeWithinASecondIsSeenWhenItIsOver) {
  EXPECT_EQ(watch_.Look(), Turn::kRead);
  watch_.SetUsable(true);
  folder_.Replace("a", "2");
  clock_.Advance(kFileLookInterval - Nanoseconds(1));
  EXPECT_EQ(watch_.Look(), Turn::kNothing);
  clock_.Advance(Nanoseconds(1));
  EXPECT_EQ(watch_.Look(), Turn::kRead);
}

TEST_F(FileWatchTest, WhatCouldNotBeUsedIsReadAgainUntilItCan) {
  EXPECT_EQ(watch_.Look(), Turn::kRead);
  watch_.SetUsable(false);
  EXPECT_EQ(watch_.Look(), Turn::kNothing);
  EXPECT_EQ(Look(), Turn::kRetry);
  EXPECT_EQ(Look(), Turn::kRetry);
  watch_.SetUsable(true);
  EXPECT_EQ(Look(), Turn::kNothing);
}

TEST_F(FileWatchTest, WhatNobodyCalledUsableWasNotRead) {
  EXPECT_EQ(watch_.Look(), Turn::kRead);
  watch_.SetUsable(true);
  folder_.Replace("a", "2");
  EXPECT_EQ(Look(), Turn::kRead);  // whose reading ends in an exception
  EXPECT_EQ(Look(), Turn::kRetry);
}

TEST_F(FileWatchTest, OtherFilesAreWatchedInPlaceOfTheFormer) {
  EXPECT_EQ(watch_.Look(), Turn::kRead);
  watch_.Watch({folder_.File("c")});
  EXPECT_EQ(Look(), Turn::kRetry);
  watch_.SetUsable(true);
  folder_.Replace("a", "2");
  EXPECT_EQ(Look(), Turn::kNothing);
  folder_.Replace("c", "1");
  EXPECT_EQ(Look(), Turn::kRead);
}

}  // namespace
}  // namespace cckm
