#include "exporter/config/refresh_id_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/fakes/temporary_folder.h"

namespace cckm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Ids = std::vector<std::string>;

class RefreshIdFilesTest : public testing::Test {
 protected:
  bool Look(WatchedRefreshIds& ids) {
    return ids.Look([this](const std::string& problem) { complaints_.push_back(problem); });
  }

  const TemporaryFolder folder_;
  std::vector<std::string> complaints_;
};

TEST_F(RefreshIdFilesTest, ReadsEachIdOnceInTheOrderOfFilesAndLines) {
  folder_.Replace("a-2.txt", "r3\r\n  r1 # again\r\n\r\n# all\r\nr4");
  folder_.Replace("a-1.txt", "r1\nr2#glued\n\tr1\t\n");
  folder_.Replace("b.txt", "other\n");
  WatchedRefreshIds ids({folder_.File("a-*.txt"), folder_.File("a-1.txt")});
  EXPECT_TRUE(Look(ids));
  EXPECT_THAT(ids.refresh_ids({"w1", "r3"}), ElementsAre("w1", "r3", "r1", "r2", "r4"));
  EXPECT_EQ(ids.unreadable(), 0U);
  EXPECT_THAT(complaints_, IsEmpty());
  EXPECT_FALSE(Look(ids));
}

TEST_F(RefreshIdFilesTest, AByteOrderMarkAndCarriageReturnsAreNoPartOfAnId) {
  folder_.Replace("ids", "\xEF\xBB\xBFr1\r\nr2\r\n");
  WatchedRefreshIds ids({folder_.File("ids")});
  Look(ids);
  EXPECT_THAT(ids.refresh_ids(), ElementsAre("r1", "r2"));
  EXPECT_THAT(complaints_, IsEmpty());
}

TEST_F(RefreshIdFilesTest, ABadLineIsSkippedAndNamedByFileAndNumber) {
  const auto file = folder_.Replace("ids", "r1\nr 2\n../r3\n" + std::string(129, 'x') + "\nr5\n");
  WatchedRefreshIds ids({file});
  Look(ids);
  EXPECT_THAT(ids.refresh_ids(), ElementsAre("r1", "r5"));
  ASSERT_EQ(complaints_.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(complaints_[i].starts_with(file.string() + ":" + std::to_string(i + 2) + " "));
  }
}

TEST_F(RefreshIdFilesTest, AWrongFileDoesNotFloodTheLog) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "no id\n";
  WatchedRefreshIds ids({folder_.Replace("ids", text)});
  Look(ids);
  EXPECT_EQ(complaints_.size(), 20U);
}

TEST_F(RefreshIdFilesTest, AFileThatCannotBeReadAnyMoreKeepsItsIdsIsCountedAndToldOnce) {
  const auto file = folder_.Replace("ids", "r1\n");
  const std::function<void()> spoil[] = {[&] { std::filesystem::remove(file); },
                                         [&] { std::filesystem::create_directory(file); },
                                         [&] {
                                           std::filesystem::remove(file);
                                           ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
                                         },
                                         [&] {
                                           std::filesystem::remove(file);
                                           std::filesystem::create_symlink("nowhere", file);
                                         },
                                         [&] {
                                           std::filesystem::remove(file);
                                           folder_.Replace("ids", "r\xE4\n");
                                         }};
  WatchedRefreshIds ids({file});
  Look(ids);
  for (const auto& step : spoil) {
    SCOPED_TRACE(&step - spoil);
    step();
    complaints_.clear();
    Look(ids);
    EXPECT_FALSE(Look(ids));
    EXPECT_THAT(ids.refresh_ids(), ElementsAre("r1"));
    EXPECT_EQ(ids.unreadable(), 1U);
    EXPECT_LE(complaints_.size(), 1U);
  }
  folder_.Replace("ids", "r2\n");
  EXPECT_TRUE(Look(ids));
  EXPECT_THAT(ids.refresh_ids(), ElementsAre("r2"));
  EXPECT_EQ(ids.unreadable(), 0U);
}

TEST_F(RefreshIdFilesTest, WhatIsNoReadableFileFromTheStartIsCountedAndTheOthersCount) {
  folder_.Replace("a-ids", "r1\n");
  ASSERT_EQ(::mkfifo(folder_.File("a-fifo").c_str(), 0600), 0);
  std::filesystem::create_directory(folder_.File("a-folder"));
  std::filesystem::create_symlink("nowhere", folder_.File("a-link"));
  WatchedRefreshIds ids({folder_.File("a-*"), folder_.File("missing-*"), folder_.File("missing")});
  Look(ids);
  EXPECT_THAT(ids.refresh_ids(), ElementsAre("r1"));
  EXPECT_EQ(complaints_.size(), 3U);
  EXPECT_EQ(ids.unreadable(), 3U);
}

TEST_F(RefreshIdFilesTest, AFileThatLeavesWhatAWildcardMatchesTakesItsIdsWithIt) {
  folder_.Replace("a.txt", "r1\n");
  const auto gone = folder_.Replace("b.txt", "r2\n");
  WatchedRefreshIds ids({folder_.File("*.txt")});
  Look(ids);
  std::filesystem::remove(gone);
  EXPECT_TRUE(Look(ids));
  EXPECT_THAT(ids.refresh_ids(), ElementsAre("r1"));
  EXPECT_EQ(ids.unreadable(), 0U);
  EXPECT_THAT(complaints_, IsEmpty());
}

TEST_F(RefreshIdFilesTest, AFolderThatIsTakenAwayKeepsTheIdsOfItsFiles) {
  const auto inner = folder_.File("inner");
  std::filesystem::create_directory(inner);
  std::ofstream(inner / "a.txt") << "r1\n";
  std::ofstream(inner / "b.txt") << "r2\n";
  WatchedRefreshIds ids({inner / "*.txt"});
  Look(ids);
  std::filesystem::rename(inner, folder_.File("away"));
  EXPECT_TRUE(Look(ids));
  EXPECT_THAT(ids.refresh_ids(), ElementsAre("r1", "r2"));
  EXPECT_EQ(ids.unreadable(), 2U);
  std::filesystem::rename(folder_.File("away"), inner);
  EXPECT_TRUE(Look(ids));
  EXPECT_EQ(ids.unreadable(), 0U);
}

TEST_F(RefreshIdFilesTest, AFolderThatMayNotBeReadKeepsTheIdsOfItsFiles) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every folder";
  const auto inner = folder_.File("inner");
  std::filesystem::create_directory(inner);
  std::ofstream(inner / "a.txt") << "r1\n";
  WatchedRefreshIds ids({inner / "*.txt"});
  Look(ids);
  ::chmod(inner.c_str(), 0);
  EXPECT_TRUE(Look(ids));
  EXPECT_THAT(ids.refresh_ids(), ElementsAre("r1"));
  EXPECT_GE(ids.unreadable(), 1U);
  ::chmod(inner.c_str(), 0700);
}

TEST_F(RefreshIdFilesTest, AnotherConfigurationOfTheCollectorInheritsWhatWasRead) {
  const auto file = folder_.Replace("ids", "r1\n");
  WatchedRefreshIds former({file});
  Look(former);
  std::filesystem::remove(file);
  WatchedRefreshIds ids({file});
  ids.Inherit(former);
  Look(ids);
  EXPECT_THAT(ids.refresh_ids({"w1"}), ElementsAre("w1", "r1"));
}

// As Kubernetes renews a ConfigMap: the file is a link through a link to a folder, which is
// swapped.
TEST_F(RefreshIdFilesTest, ASwapOfTheFolderBehindTheLinkIsSeen) {
  for (const char* version : {"1", "2"}) {
    std::filesystem::create_directory(folder_.File(version));
    std::ofstream(folder_.File(version) / "ids.txt") << "r" << version << "\n";
  }
  std::filesystem::create_symlink("1", folder_.File("..data"));
  std::filesystem::create_symlink("..data/ids.txt", folder_.File("ids.txt"));
  WatchedRefreshIds ids({folder_.File("*.txt")});
  Look(ids);
  EXPECT_THAT(ids.refresh_ids(), ElementsAre("r1"));
  std::filesystem::create_symlink("2", folder_.File("..data_tmp"));
  std::filesystem::rename(folder_.File("..data_tmp"), folder_.File("..data"));
  EXPECT_TRUE(Look(ids));
  EXPECT_THAT(ids.refresh_ids(), ElementsAre("r2"));
}

TEST_F(RefreshIdFilesTest, TheCheckOpensTheFilesAndTellsErrorsFromWarnings) {
  std::filesystem::create_directory(folder_.File("folder"));
  const struct {
    std::filesystem::path pattern;
    std::string error;    // a part of the only one; empty: none
    std::string warning;  // likewise
  } cases[] = {
      {folder_.Replace("good", "r1\n# r 2\n"), "", ""},
      {folder_.Replace("empty", ""), "", ""},
      {folder_.Replace("some", "r1\nr 2\n"), "", ":2 is skipped"},
      {folder_.Replace("none", "\nr 2\n"), "holds no refresh ID", ":2 is skipped"},
      {folder_.Replace("latin", "r\xE4\n"), "is not UTF-8 text", ""},
      {folder_.File("folder"), "is not a regular file", ""},
      {folder_.File("missing"), "", "matches no file"},
      {folder_.File("*.missing"), "", "matches no file"},
      {folder_.File("missing/*.txt"), "", "matches no file"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.pattern);
    const RefreshIdProblems problems = CheckRefreshIdFiles(c.pattern);
    EXPECT_EQ(problems.errors.size(), c.error.empty() ? 0U : 1U);
    EXPECT_EQ(problems.warnings.size(), c.warning.empty() ? 0U : 1U);
    for (const std::string& error : problems.errors) EXPECT_THAT(error, HasSubstr(c.error));
    for (const std::string& warning : problems.warnings) {
      EXPECT_THAT(warning, HasSubstr(c.warning));
    }
  }
}

}  // namespace
}  // namespace cckm
