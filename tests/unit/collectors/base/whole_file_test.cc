#include "collectors/base/whole_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <utility>

#include "tests/support/fakes/temporary_folder.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxBytes = 2048;

class WholeFileTest : public testing::Test {
 protected:
  // The content, or the objection.
  std::string Read(std::string_view name, FilePrivacy privacy = FilePrivacy::kPublic) const {
    const auto content = ReadWholeFile(folder_.File(name), privacy, kMaxBytes);
    return content ? std::string(content->view()) : "refused:" + content.error();
  }

  TemporaryFolder folder_;
};

TEST_F(WholeFileTest, ReadsEveryByteUpToTheLimit) {
  const std::string bytes("a\0b\r\n\xFF", 6);
  for (const std::string& content :
       {std::string(), bytes, std::string(kMaxBytes - 1, 'x'), std::string(kMaxBytes, 'x')}) {
    folder_.Replace("file", content);
    EXPECT_EQ(Read("file", FilePrivacy::kSecret), content) << content.size();
  }
}

TEST_F(WholeFileTest, RefusesOneByteMore) {
  folder_.Replace("file", std::string(kMaxBytes + 1, 'x'));
  EXPECT_EQ(Read("file"), "refused: is longer than 2 KiB");
}

TEST_F(WholeFileTest, ReadsAFileThatClaimsToBeEmpty) {
  const auto content = ReadWholeFile("/proc/self/status", FilePrivacy::kPublic, 65536);
  ASSERT_TRUE(content) << content.error();
  EXPECT_TRUE(content->view().starts_with("Name:"));
}

TEST_F(WholeFileTest, ASecretMayBeOpenToItsOwnerAndGroupOnly) {
  for (unsigned others = 0; others <= 7; ++others) {
    folder_.Replace("file", "canary", 0660 | others);
    EXPECT_EQ(Read("file"), "canary") << others;
    const std::string refused = "refused: is open to everybody on this host: run chmod o-rwx " +
                                folder_.File("file").string();
    EXPECT_EQ(Read("file", FilePrivacy::kSecret), others == 0 ? "canary" : refused) << others;
  }
}

TEST_F(WholeFileTest, WhatIsNoRegularFileIsRefusedWithoutWaiting) {
  ASSERT_EQ(::mkfifo(folder_.File("fifo").c_str(), 0600), 0);
  std::filesystem::create_directory(folder_.File("folder"));
  std::filesystem::create_symlink("/dev/zero", folder_.File("device"));
  std::filesystem::create_symlink("fifo", folder_.File("link to fifo"));
  for (const char* name : {"fifo", "folder", "device", "link to fifo"}) {
    EXPECT_EQ(Read(name, FilePrivacy::kSecret), "refused: is not a regular file") << name;
  }
}

TEST_F(WholeFileTest, FollowsSymbolicLinksToTheEnd) {
  folder_.Replace("file", "canary");
  std::filesystem::create_symlink("file", folder_.File("link"));
  std::filesystem::create_symlink("link", folder_.File("link to link"));
  std::filesystem::create_symlink("loop", folder_.File("loop"));
  std::filesystem::create_symlink("nowhere", folder_.File("dangling"));
  EXPECT_EQ(Read("link to link", FilePrivacy::kSecret), "canary");
  EXPECT_TRUE(Read("loop").starts_with("refused: cannot be opened: "));
  EXPECT_TRUE(Read("dangling").starts_with("refused: cannot be opened: "));
  EXPECT_TRUE(Read("missing").starts_with("refused: cannot be opened: "));
  EXPECT_TRUE(Read("file/below").starts_with("refused: cannot be opened: "));
}

TEST_F(WholeFileTest, AMovedContentIsStillTheContent) {
  folder_.Replace("file", "canary");
  auto content = ReadWholeFile(folder_.File("file"), FilePrivacy::kSecret, 6);
  ASSERT_TRUE(content);
  const FileContent moved(std::move(*content));
  EXPECT_EQ(moved.view(), "canary");
}

TEST_F(WholeFileTest, NoObjectionQuotesTheContent) {
  folder_.Replace("open", "canary", 0666);
  folder_.Replace("long", std::string(kMaxBytes, ' ') + "canary");
  for (const char* name : {"open", "long"}) {
    const std::string read = Read(name, FilePrivacy::kSecret);
    EXPECT_TRUE(read.starts_with("refused:")) << name;
    EXPECT_EQ(read.find("canary"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace cckm
