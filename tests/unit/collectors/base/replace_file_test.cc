#include "collectors/base/replace_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/fakes/temporary_folder.h"

namespace cckm {
namespace {

class ReplaceFileTest : public testing::Test {
 protected:
  // How it ended, as a sentence.
  std::string Replace(std::string_view name, std::string_view content) const {
    const auto replaced = ReplaceFile(folder_.File(name), content);
    return replaced ? "done" : "file" + replaced.error();
  }

  TemporaryFolder folder_;
};

TEST_F(ReplaceFileTest, WritesTheWholeContentForTheOwnerAlone) {
  const mode_t former = ::umask(0);
  const std::string bytes = std::string("a\0b\n", 4) + std::string(1 << 20, 'x');
  for (const std::string& content : {std::string(), std::string("one\n"), bytes}) {
    EXPECT_EQ(Replace("file", content), "done");
    EXPECT_EQ(folder_.Read("file"), content);
    EXPECT_EQ(ModeOf(folder_.File("file")), 0600U);
  }
  ::umask(former);
}

TEST_F(ReplaceFileTest, WritesAFileForEverybodyWhateverTheUmask) {
  const mode_t former = ::umask(077);
  EXPECT_TRUE(ReplaceFile(folder_.File("file"), "content", FileReaders::kEverybody));
  ::umask(former);
  EXPECT_EQ(folder_.Read("file"), "content");
  EXPECT_EQ(ModeOf(folder_.File("file")), 0644U);
}

TEST_F(ReplaceFileTest, MakesNoFolderForAFileOfEverybody) {
  EXPECT_FALSE(ReplaceFile(folder_.File("missing/file"), "", FileReaders::kEverybody));
  EXPECT_FALSE(std::filesystem::exists(folder_.File("missing")));
}

TEST_F(ReplaceFileTest, WhatIsNoRegularFileStaysWhereEverybodyMayRead) {
  ASSERT_EQ(::mkfifo(folder_.File("pipe").c_str(), 0600), 0);
  folder_.Replace("file", "old", 0600);
  std::filesystem::create_symlink(folder_.File("file"), folder_.File("link"));
  for (const char* name : {"pipe", "link"}) {
    const auto replaced = ReplaceFile(folder_.File(name), "new", FileReaders::kEverybody);
    ASSERT_FALSE(replaced) << name;
    EXPECT_EQ(replaced.error(), " cannot be replaced: it is no regular file");
  }
  EXPECT_TRUE(std::filesystem::is_fifo(folder_.File("pipe")));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.File("link")));
  EXPECT_EQ(folder_.Read("file"), "old");
}

TEST_F(ReplaceFileTest, ClosesAnOpenFileToOthers) {
  folder_.Replace("file", "old", 0666);
  EXPECT_EQ(Replace("file", "new"), "done");
  EXPECT_EQ(ModeOf(folder_.File("file")), 0600U);
}

TEST_F(ReplaceFileTest, WhoReadsTheOldFileReadsItToItsEnd) {
  ASSERT_EQ(Replace("file", "the old content"), "done");
  std::ifstream reader(folder_.File("file"));
  ASSERT_EQ(reader.get(), 't');
  ASSERT_EQ(Replace("file", "new"), "done");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "he old content");
  EXPECT_EQ(folder_.Read("file"), "new");
}

TEST_F(ReplaceFileTest, LeavesNothingElseInTheFolder) {
  ASSERT_EQ(Replace("file", "one"), "done");
  ASSERT_EQ(Replace("file", "two"), "done");
  const std::filesystem::directory_iterator entries(folder_.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST_F(ReplaceFileTest, MakesTheLastFolderOfThePathForTheOwnerAlone) {
  const mode_t former = ::umask(0);
  EXPECT_EQ(Replace("state/file", "one"), "done");
  ::umask(former);
  EXPECT_EQ(ModeOf(folder_.File("state")), 0700U);
  EXPECT_EQ(folder_.Read("state/file"), "one");
  EXPECT_TRUE(Replace("not/there/file", "one")
                  .starts_with("file cannot be written, as its folder cannot be made: "));
}

TEST_F(ReplaceFileTest, WritesIntoTheWorkingFolderToo) {
  const std::filesystem::path former = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  const auto replaced = ReplaceFile("bare", "one");
  std::filesystem::current_path(former);
  EXPECT_TRUE(replaced) << replaced.error();
  EXPECT_EQ(folder_.Read("bare"), "one");
}

TEST_F(ReplaceFileTest, WhatAKilledWriterLeftIsNoObstacle) {
  folder_.Replace("file.new", "half of a fi", 0644);
  EXPECT_EQ(Replace("file", "one"), "done");
  EXPECT_EQ(folder_.Read("file"), "one");
}

TEST_F(ReplaceFileTest, WritesThroughNoSymbolicLink) {
  folder_.Replace("precious", "precious");
  std::filesystem::create_symlink("precious", folder_.File("file"));
  std::filesystem::create_symlink("precious", folder_.File("file.new"));
  EXPECT_EQ(Replace("file", "one"), "done");
  EXPECT_EQ(folder_.Read("precious"), "precious");
  EXPECT_EQ(folder_.Read("file"), "one");
  EXPECT_FALSE(std::filesystem::is_symlink(folder_.File("file")));
}

TEST_F(ReplaceFileTest, SaysWhatStoodInTheWay) {
  std::filesystem::create_directory(folder_.File("folder"));
  folder_.Replace("a file", "x");
  std::filesystem::create_directory(folder_.File("blocked.new"));
  EXPECT_EQ(Replace("folder", "one"), "file cannot be renamed: Is a directory");
  EXPECT_EQ(Replace("a file/below", "one"), "file cannot be created: Not a directory");
  EXPECT_EQ(Replace("blocked", "one"), "file cannot be created: File exists");
}

// In a process of its own, since the limit would hit everything else here.
TEST_F(ReplaceFileTest, AFullDiskLeavesTheOldFileWhole) {
  ASSERT_EQ(Replace("file", "the old content"), "done");
  const std::filesystem::path path = folder_.File("file");
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = 4, .rlim_max = 4};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
    const auto replaced = ReplaceFile(path, "the new content");
    ::_exit(!replaced && replaced.error() == " cannot be written: File too large" ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(folder_.Read("file"), "the old content");
}

}  // namespace
}  // namespace cckm
