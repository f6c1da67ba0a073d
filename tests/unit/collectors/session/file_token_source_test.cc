#include "collectors/session/file_token_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/fakes/fake_clock.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;

class FileTokenSourceTest : public testing::Test {
 protected:
  FileTokenSourceTest() {
    std::string pattern = testing::TempDir() + "/token_source_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ / "token";
  }
  ~FileTokenSourceTest() override { std::filesystem::remove_all(folder_); }

  // As a renewer does: a new file takes the old one's place.
  void Replace(const std::string& content) const {
    const std::filesystem::path fresh = folder_ / "fresh";
    std::ofstream(fresh, std::ios::binary) << content;
    ::chmod(fresh.c_str(), 0600);
    std::filesystem::rename(fresh, path_);
  }

  void LetASecondPass() { clock_.Advance(milliseconds(1000)); }

  std::string CurrentText(FileTokenSource& source) const {
    const auto token = source.Current();
    return token ? std::string((*token)->Reveal()) : "no token: " + token.error().message;
  }

  FakeClock clock_;
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(FileTokenSourceTest, ReadsTheFileAtItsFirstUseAndNotBefore) {
  FileTokenSource source(path_, clock_);
  EXPECT_FALSE(source.State().is_held);
  Replace("one\n");
  EXPECT_EQ(CurrentText(source), "one");
  EXPECT_TRUE(source.State().is_held);
}

TEST_F(FileTokenSourceTest, ReturnsTheSameObjectWhileTheFileIsTheSame) {
  Replace("one");
  FileTokenSource source(path_, clock_);
  const auto first = *source.Current();
  LetASecondPass();
  EXPECT_EQ(*source.Current(), first);
}

TEST_F(FileTokenSourceTest, NoticesANewFileASecondLater) {
  Replace("one");
  FileTokenSource source(path_, clock_);
  EXPECT_EQ(CurrentText(source), "one");
  Replace("two");
  clock_.Advance(milliseconds(999));
  EXPECT_EQ(CurrentText(source), "one");
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(CurrentText(source), "two");
}

TEST_F(FileTokenSourceTest, NoticesANewLengthOfTheSameFile) {
  Replace("one");
  FileTokenSource source(path_, clock_);
  EXPECT_EQ(CurrentText(source), "one");
  std::ofstream(path_) << "longer";
  LetASecondPass();
  EXPECT_EQ(CurrentText(source), "longer");
}

TEST_F(FileTokenSourceTest, NoticesASymbolicLinkThatPointsElsewhere) {
  Replace("one");
  std::filesystem::rename(path_, folder_ / "version1");
  Replace("two");
  std::filesystem::rename(path_, folder_ / "version2");
  std::filesystem::create_symlink("version1", path_);
  FileTokenSource source(path_, clock_);
  EXPECT_EQ(CurrentText(source), "one");
  std::filesystem::remove(path_);
  std::filesystem::create_symlink("version2", path_);
  LetASecondPass();
  EXPECT_EQ(CurrentText(source), "two");
}

TEST_F(FileTokenSourceTest, KeepsTheObjectWhenANewFileHoldsTheSameToken) {
  Replace("one");
  FileTokenSource source(path_, clock_);
  const auto first = *source.Current();
  EXPECT_FALSE(source.Refused(first, false));
  Replace("one\n");
  LetASecondPass();
  EXPECT_EQ(*source.Current(), first);
  EXPECT_FALSE(source.State().is_held);
}

TEST_F(FileTokenSourceTest, KeepsTheFormerTokenWhileTheFileIsUnusableAndComplainsOnceOfEachChange) {
  std::vector<std::string> complaints;
  Replace("one");
  FileTokenSource source(path_, clock_,
                         [&](const Error& error) { complaints.push_back(error.message); });
  const auto token = *source.Current();
  const std::function<void()> spoil[] = {
      [&] { std::filesystem::remove(path_); }, [&] { Replace(""); }, [&] { Replace("Bearer two"); },
      [&] { Replace("tw\xE4"); }, [&] { ::chmod(path_.c_str(), 0644); }};
  for (const auto& step : spoil) {
    step();
    for (int look = 0; look < 3; ++look) {
      LetASecondPass();
      ASSERT_TRUE(source.Current());
      EXPECT_EQ(*source.Current(), token);
      source.Accepted(token, false);
    }
  }
  EXPECT_EQ(complaints.size(), 5U);
  EXPECT_TRUE(source.State().is_held);
  Replace("two");
  LetASecondPass();
  EXPECT_EQ(CurrentText(source), "two");
}

TEST_F(FileTokenSourceTest, HasNoTokenWhenTheFormerOneIsRefusedAndTheFileIsUnusable) {
  Replace("one");
  FileTokenSource source(path_, clock_);
  const auto token = *source.Current();
  std::filesystem::remove(path_);
  LetASecondPass();
  ASSERT_TRUE(source.Current());
  EXPECT_FALSE(source.Refused(token, false));
  const auto gone = source.Current();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::kAuth);
  EXPECT_NE(gone.error().message.find(path_.string()), std::string::npos);
  EXPECT_FALSE(source.State().is_held);

  Replace("two");
  EXPECT_FALSE(source.Current());
  LetASecondPass();
  EXPECT_EQ(CurrentText(source), "two");
  EXPECT_TRUE(source.State().is_held);
}

TEST_F(FileTokenSourceTest, NamesAFileThatIsAbsentFromTheStart) {
  FileTokenSource source(path_, clock_);
  const auto token = source.Current();
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().kind, ErrorKind::kAuth);
  EXPECT_NE(token.error().message.find(path_.string()), std::string::npos);
}

TEST_F(FileTokenSourceTest, RecoversWhenTheModeOfTheFileIsMended) {
  Replace("one");
  ::chmod(path_.c_str(), 0644);
  FileTokenSource source(path_, clock_);
  EXPECT_FALSE(source.Current());
  ::chmod(path_.c_str(), 0640);
  LetASecondPass();
  EXPECT_EQ(CurrentText(source), "one");
}

TEST_F(FileTokenSourceTest, RefusesATokenThatNoHeaderCanCarryWithoutShowingIt) {
  for (const std::string content : {"CANARY one", "CANARY\tone", "CANARY\x7f", "CANARY\xc3\xa4",
                                    "CANARY ", " CANARY", "Bearer CANARY", "bearer CANARY"}) {
    Replace(content);
    FileTokenSource source(path_, clock_);
    const auto token = source.Current();
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().kind, ErrorKind::kAuth);
    EXPECT_EQ(token.error().message.find("CANARY"), std::string::npos);
  }
}

TEST_F(FileTokenSourceTest, ReturnsARefusedTokenAgainAndIsAuthenticatedOnceItIsAccepted) {
  Replace("one");
  FileTokenSource source(path_, clock_);
  const auto token = *source.Current();
  EXPECT_FALSE(source.Refused(token, false));
  EXPECT_FALSE(source.State().is_held);
  EXPECT_EQ(*source.Current(), token);
  EXPECT_FALSE(source.State().is_held);
  source.Accepted(token, false);
  EXPECT_TRUE(source.State().is_held);
}

TEST_F(FileTokenSourceTest, IsAuthenticatedWithANewTokenAfterTheOldOneWasRefused) {
  Replace("one");
  FileTokenSource source(path_, clock_);
  EXPECT_FALSE(source.Refused(*source.Current(), false));
  Replace("two");
  LetASecondPass();
  EXPECT_EQ(CurrentText(source), "two");
  EXPECT_TRUE(source.State().is_held);
}

TEST_F(FileTokenSourceTest, IgnoresALateWordAboutATokenThatWasReplaced) {
  Replace("one");
  FileTokenSource source(path_, clock_);
  const auto old_token = *source.Current();
  Replace("two");
  LetASecondPass();
  const auto new_token = *source.Current();
  EXPECT_FALSE(source.Refused(old_token, false));
  EXPECT_TRUE(source.State().is_held);
  EXPECT_FALSE(source.Refused(new_token, false));
  source.Accepted(old_token, false);
  EXPECT_FALSE(source.State().is_held);
}

TEST_F(FileTokenSourceTest, GoesBySteadyTimeOnly) {
  Replace("one");
  FileTokenSource source(path_, clock_);
  EXPECT_EQ(CurrentText(source), "one");
  Replace("two");
  clock_.SetWall(FakeClock::kStart + std::chrono::hours(1));
  EXPECT_EQ(CurrentText(source), "one");
}

}  // namespace
}  // namespace cckm
