#include "exporter/app/target_file_watch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/support/fakes/config_folder.h"
#include "tests/support/fakes/fake_clock.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class TargetFileWatchTest : public testing::Test {
 protected:
  TargetFiles Now() const { return LookAtTargetFiles({folder_.File("*.yml")}); }
  bool LookAfter(Nanoseconds length) {
    clock_.Advance(length);
    return watch_.Look();
  }

  const ConfigFolder folder_;
  FakeClock clock_;
  TargetFileWatch watch_{Now(), clock_};
};

TEST_F(TargetFileWatchTest, FilesThatComeChangeAndGoAreSeenOnce) {
  EXPECT_FALSE(watch_.Look()) << "they are as they were read";
  folder_.Write("a.yml", "- a", 0600);
  EXPECT_TRUE(LookAfter(1s));
  EXPECT_FALSE(LookAfter(1s));
  folder_.Write("a.yml", "- abc", 0600);
  EXPECT_TRUE(LookAfter(1s));
  std::filesystem::remove(folder_.File("a.yml"));
  EXPECT_TRUE(LookAfter(1s));
  EXPECT_FALSE(LookAfter(1s));
}

TEST_F(TargetFileWatchTest, TheyAreLookedAtOnceASecond) {
  EXPECT_FALSE(watch_.Look());
  folder_.Write("a.yml", "- a", 0600);
  EXPECT_FALSE(LookAfter(999ms));
  EXPECT_TRUE(LookAfter(1ms));
}

TEST_F(TargetFileWatchTest, WhatWasReadMeanwhileIsNoChange) {
  folder_.Write("a.yml", "- a", 0600);
  watch_.Used(Now());
  EXPECT_FALSE(LookAfter(1s));
}

TEST_F(TargetFileWatchTest, AReadingThatFailedIsTriedAgainEachMinuteAndToldOnce) {
  folder_.Write("a.yml", "- a", 0600);
  ASSERT_TRUE(LookAfter(1s));
  EXPECT_TRUE(watch_.IsNews("broken"));
  EXPECT_FALSE(LookAfter(59s));
  EXPECT_TRUE(LookAfter(1s));
  EXPECT_FALSE(watch_.IsNews("broken"));
  EXPECT_FALSE(LookAfter(59s));
  EXPECT_TRUE(LookAfter(1s));
  EXPECT_TRUE(watch_.IsNews("broken otherwise"));
  folder_.Write("a.yml", "- abc", 0600);
  EXPECT_TRUE(LookAfter(1s));
  EXPECT_TRUE(watch_.IsNews("broken otherwise")) << "the file changed";
  watch_.Used(Now());
  EXPECT_FALSE(LookAfter(24h));
}

TEST_F(TargetFileWatchTest, WithoutPatternsNothingIsLookedAt) {
  TargetFileWatch none({}, clock_);
  EXPECT_FALSE(none.Look());
}

}  // namespace
}  // namespace cckm
