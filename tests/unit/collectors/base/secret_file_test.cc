#include "collectors/base/secret_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace cckm {
namespace {

constexpr const char* kCanary = "CANARY-41";

// A folder of its own for each test.
class SecretFileTest : public testing::Test {
 protected:
  SecretFileTest() {
    std::string pattern = testing::TempDir() + "/secret_file_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~SecretFileTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path Write(const std::string& content, mode_t mode = 0600) const {
    const std::filesystem::path path = folder_ / "secret";
    std::ofstream(path, std::ios::binary) << content;
    ::chmod(path.c_str(), mode);
    return path;
  }

  // The sentence with which `path` is refused; it must name the file and keep what is in it.
  static std::string RefusalOf(const std::filesystem::path& path) {
    const Result<Secret> secret = ReadSecretFile(path, SecretKind::kPassword);
    if (secret) return "not refused";
    EXPECT_EQ(secret.error().kind, ErrorKind::kAuth);
    EXPECT_NE(secret.error().message.find(path.string()), std::string::npos);
    EXPECT_EQ(secret.error().message.find(kCanary), std::string::npos);
    return secret.error().message;
  }

  std::filesystem::path folder_;
};

TEST_F(SecretFileTest, ReturnsTheContentWithoutOneLineBreak) {
  struct Case {
    std::string content, secret;
  };
  const Case cases[] = {
      {"pass", "pass"},
      {"pass\n", "pass"},
      {"pass\r\n", "pass"},
      {"\xEF\xBB\xBFpass\r\n", "pass"},
      {"p  a$s \"\\", "p  a$s \"\\"},
      {"p\xc3\xa4ss\n", "p\xc3\xa4ss"},
      {std::string(65536, 'x'), std::string(65536, 'x')},
      {std::string(65535, 'x') + "\n", std::string(65535, 'x')},
  };
  for (const Case& example : cases) {
    const Result<Secret> secret = ReadSecretFile(Write(example.content), SecretKind::kPassword);
    ASSERT_TRUE(secret) << secret.error().message;
    EXPECT_EQ(secret->Reveal(), example.secret);
  }
}

TEST_F(SecretFileTest, RefusesContentThatIsNoSecretAndSaysWhatToDo) {
  const std::string canary = kCanary;
  struct Case {
    std::string content, sentence;
  };
  const Case cases[] = {
      {"", "is empty: write the secret into it"},
      {"\n", "is empty: write the secret into it"},
      {"\r\n", "is empty: write the secret into it"},
      {canary + "\n\n", "holds a line break or a NUL byte"},
      {canary + "\nsecond", "holds a line break or a NUL byte"},
      {canary + "\r", "holds a line break or a NUL byte"},
      {canary + std::string(1, '\0'), "holds a line break or a NUL byte"},
      {canary + " ", "begins or ends with a blank"},
      {" " + canary, "begins or ends with a blank"},
      {canary + " \r\n", "begins or ends with a blank"},
      {canary + "\t", "holds a control character"},
      {"p\xE4ss" + canary, "is not UTF-8 text"},
      {"\xFF\xFEp", "is UTF-16 text"},
      {std::string(65537, 'x'), "is longer than 64 KiB"},
      {std::string(200000, 'x'), "is longer than 64 KiB"},
  };
  for (const Case& example : cases) {
    EXPECT_NE(RefusalOf(Write(example.content)).find(example.sentence), std::string::npos)
        << example.sentence << ", " << example.content.size() << " bytes";
  }
}

TEST_F(SecretFileTest, ATokenIsVisibleAsciiWithoutBearer) {
  struct Case {
    std::string content, sentence;
  };
  const Case cases[] = {
      {"Bearer eyJ-CANARY-41", "begins with \"Bearer\": write the bare token"},
      {"BEARER CANARY-41", "begins with \"Bearer\": write the bare token"},
      {"CANARY-41 ", "holds a character that no token has"},
      {" CANARY-41", "holds a character that no token has"},
      {"CANARY 41", "holds a character that no token has"},
      {"CANARY-41\xC3\xA4", "holds a character that no token has"},
      {"CANARY-41\xE4", "is not UTF-8 text"},
  };
  for (const Case& example : cases) {
    const auto token = ReadSecretFile(Write(example.content), SecretKind::kToken);
    ASSERT_FALSE(token) << example.content;
    EXPECT_NE(token.error().message.find(example.sentence), std::string::npos)
        << token.error().message;
    EXPECT_EQ(token.error().message.find("CANARY"), std::string::npos);
  }
  EXPECT_EQ(ReadSecretFile(Write("\xEF\xBB\xBF"
                                 "BearerX.y-z~\r\n"),
                           SecretKind::kToken)
                ->Reveal(),
            "BearerX.y-z~");
}

TEST_F(SecretFileTest, ATokenPastedForTheNameOfItsFileIsNotShown) {
  const std::string opaque = "q7Zk" + std::string(36, 'a') + "9XW";
  for (const std::string& name :
       {std::string("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI0MSJ9.c2ln"), opaque}) {
    const auto token = ReadSecretFile(folder_ / name, SecretKind::kToken);
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().message, "the secret file " + folder_.string() +
                                         "/<secret> cannot be opened: No such file or directory");
  }
}

TEST_F(SecretFileTest, RefusesAFileThatIsOpenToEverybody) {
  for (const mode_t mode : {0604U, 0602U, 0601U, 0644U, 0777U}) {
    const std::filesystem::path path = Write(kCanary, mode);
    EXPECT_NE(RefusalOf(path).find("run chmod o-rwx " + path.string()), std::string::npos) << mode;
  }
}

TEST_F(SecretFileTest, AllowsAccessOfTheGroup) {
  for (const mode_t mode : {0400U, 0440U, 0660U, 0770U}) {
    EXPECT_TRUE(ReadSecretFile(Write(kCanary, mode), SecretKind::kToken)) << mode;
    std::filesystem::remove(folder_ / "secret");
  }
}

TEST_F(SecretFileTest, FollowsSymbolicLinksToARegularFile) {
  const std::filesystem::path target = Write(kCanary);
  std::filesystem::create_symlink(target, folder_ / "data");
  std::filesystem::create_symlink("data", folder_ / "link");
  const Result<Secret> secret = ReadSecretFile(folder_ / "link", SecretKind::kToken);
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->Reveal(), kCanary);
}

TEST_F(SecretFileTest, SaysWhyAFileCannotBeOpened) {
  EXPECT_NE(RefusalOf(folder_ / "absent").find("cannot be opened: No such file or directory"),
            std::string::npos);
  std::filesystem::create_symlink("nowhere", folder_ / "dangling");
  EXPECT_NE(RefusalOf(folder_ / "dangling").find("No such file"), std::string::npos);
}

TEST_F(SecretFileTest, RefusesWhatIsNoRegularFileWithoutWaitingForIt) {
  const std::filesystem::path fifo = folder_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  std::filesystem::create_symlink("fifo", folder_ / "link");
  for (const std::filesystem::path& path :
       {fifo, folder_ / "link", folder_, std::filesystem::path("/dev/null")}) {
    EXPECT_NE(RefusalOf(path).find("is not a regular file"), std::string::npos) << path;
  }
}

}  // namespace
}  // namespace cckm
