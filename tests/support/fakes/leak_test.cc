#include "tests/support/fakes/leak.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/support/fakes/temporary_folder.h"

namespace cckm {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(LeakTest, EachSecretIsFoundAndNotShown) {
  EXPECT_THAT(FindLeaks("log", "one CANARY-1 two CANARY-2"),
              ElementsAre("log: ...one ", "log: ...one CANARY-1 two "));
  EXPECT_THAT(FindLeaks("log", "a token: eyJhbGciOi"), ElementsAre("log: ...a token: "));
  EXPECT_THAT(FindLeaks("log", "canary eyj"), IsEmpty());
}

TEST(LeakTest, FilesAndTheirNamesAreSearched) {
  const TemporaryFolder folder;
  EXPECT_THAT(FindLeaksInFolder(folder.File("missing")), IsEmpty());
  folder.Replace("clean", "nothing");
  EXPECT_THAT(FindLeaksInFolder(folder.path()), IsEmpty());
  folder.Replace("dirty", "password=CANARY");
  folder.Replace("CANARY", "");
  EXPECT_THAT(FindLeaksInFolder(folder.path()), Contains(HasSubstr("dirty: ...password=")));
  EXPECT_THAT(FindLeaksInFolder(folder.path()), Contains(HasSubstr("a file's name")));
}

TEST(LeakTest, WhatTheSystemTellsOfAProcessIsSearched) {
  EXPECT_THAT(FindLeaksInProcess(::getpid()), IsEmpty());
}

}  // namespace
}  // namespace cckm
