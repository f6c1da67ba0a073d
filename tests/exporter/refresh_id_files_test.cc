#include "exporter/config/refresh_id_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/fakes/temporary_folder.h"

namespace cckm {
namespace {

using Ids = std::vector<std::string>;
using Patterns = std::vector<std::filesystem::path>;

TEST(RefreshIdFilesTest, ReadsEachIdOnceInTheOrderOfFilesAndLines) {
  const TemporaryFolder folder;
  folder.Replace("a-2.txt", "r3\r\n  r1 # again\r\n\r\n# all\r\nr4");
  folder.Replace("a-1.txt", "r1\nr2#glued\n\tr1\t\n");
  folder.Replace("b.txt", "other\n");
  const Patterns patterns = {folder.File("a-*.txt"), folder.File("a-1.txt")};
  const RefreshIdFiles read = ReadRefreshIdFiles(patterns);
  EXPECT_EQ(read.refresh_ids, Ids({"r1", "r2", "r3", "r4"}));
  EXPECT_TRUE(read.problems.empty());
}

TEST(RefreshIdFilesTest, ABadLineIsSkippedAndNamedByFileAndNumber) {
  const TemporaryFolder folder;
  const auto file = folder.Replace("ids", "r1\nr 2\n../r3\n" + std::string(129, 'x') + "\nr5\n");
  const RefreshIdFiles read = ReadRefreshIdFiles(Patterns{file});
  EXPECT_EQ(read.refresh_ids, Ids({"r1", "r5"}));
  ASSERT_EQ(read.problems.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(read.problems[i].starts_with(file.string() + ":" + std::to_string(i + 2) + " "));
  }
}

TEST(RefreshIdFilesTest, AWrongFileDoesNotFloodTheLog) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "no id\n";
  EXPECT_EQ(ReadRefreshIdFiles(Patterns{folder.Replace("ids", text)}).problems.size(), 20U);
}

TEST(RefreshIdFilesTest, WhatIsNoReadableFileIsAProblemAndTheOthersCount) {
  const TemporaryFolder folder;
  folder.Replace("a-ids", "r1\n");
  ASSERT_EQ(::mkfifo(folder.File("a-fifo").c_str(), 0600), 0);
  std::filesystem::create_directory(folder.File("a-folder"));
  std::filesystem::create_symlink("nowhere", folder.File("a-link"));
  const RefreshIdFiles read =
      ReadRefreshIdFiles(Patterns{folder.File("a-*"), folder.File("missing-*")});
  EXPECT_EQ(read.refresh_ids, Ids({"r1"}));
  EXPECT_EQ(read.problems.size(), 3U);
}

TEST(RefreshIdFilesTest, VersionsChangeWhenAFileComesChangesOrGoes) {
  const TemporaryFolder folder;
  const Patterns patterns = {folder.File("*.txt")};
  std::vector<FileVersions> versions = {VersionsOf(patterns)};
  folder.Replace("a.txt", "r1\n");
  versions.push_back(VersionsOf(patterns));
  folder.Replace("a.txt", "r2\n");
  versions.push_back(VersionsOf(patterns));
  EXPECT_EQ(VersionsOf(patterns), versions.back());
  folder.Replace("b.txt", "r2\n");
  versions.push_back(VersionsOf(patterns));
  std::filesystem::remove(folder.File("a.txt"));
  versions.push_back(VersionsOf(patterns));
  for (std::size_t i = 1; i < versions.size(); ++i) EXPECT_NE(versions[i], versions[i - 1]) << i;
}

// As Kubernetes renews a ConfigMap: the file is a link through a link to a folder, which is
// swapped.
TEST(RefreshIdFilesTest, ASwapOfTheFolderBehindTheLinkIsSeen) {
  const TemporaryFolder folder;
  for (const char* version : {"1", "2"}) {
    std::filesystem::create_directory(folder.File(version));
    std::ofstream(folder.File(version) / "ids.txt") << "r" << version << "\n";
  }
  std::filesystem::create_symlink("1", folder.File("..data"));
  std::filesystem::create_symlink("..data/ids.txt", folder.File("ids.txt"));
  const Patterns patterns = {folder.File("*.txt")};
  const FileVersions before = VersionsOf(patterns);
  EXPECT_EQ(ReadRefreshIdFiles(patterns).refresh_ids, Ids({"r1"}));
  std::filesystem::create_symlink("2", folder.File("..data_tmp"));
  std::filesystem::rename(folder.File("..data_tmp"), folder.File("..data"));
  EXPECT_NE(VersionsOf(patterns), before);
  EXPECT_EQ(ReadRefreshIdFiles(patterns).refresh_ids, Ids({"r2"}));
}

}  // namespace
}  // namespace cckm
