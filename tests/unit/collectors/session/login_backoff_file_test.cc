// What a LoginBackoff remembers through restarts, and what it makes of a hostile file.

#include "tests/unit/collectors/session/login_backoff_fixture.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(LoginBackoffTest, AWrongPasswordCausesTwoLoginsInTenMinutesHoweverOftenItStarts) {
  int logins = 0;
  for (int start = 0; start < 20; ++start) {
    Start();
    for (int second = 0; second < 30; ++second) {
      if (TryInVain()) ++logins;
      clock_.Advance(seconds(1));
    }
  }
  EXPECT_EQ(logins, 2);
}

TEST_F(LoginBackoffTest, CountsOnAfterARestart) {
  for (const int wait : {5, 10, 20, 40, 60, 60}) {
    Start();
    ASSERT_TRUE(TryInVain());
    Start();
    EXPECT_EQ(HeldFor(), minutes(wait));
  }
}

TEST_F(LoginBackoffTest, AChangeWhileTheProcessWasDownLiftsIt) {
  TryInVain();
  folder_.Replace("password", "right-canary");
  Start();
  EXPECT_EQ(Begin(), Permission::kGo);
}

TEST_F(LoginBackoffTest, RemembersNamesAndPathsOfEveryKind) {
  for (const std::string& name :
       {std::string(), std::string(" "), std::string("a b\tc\nd"), std::string("100% #1"),
        std::string("%"), std::string("%25"), std::string("p\xC3\xA4ul\x7F\xFF"),
        std::string("nul\0byte", 8), std::string(5000, 'x')}) {
    const LoginAccount account{name, folder_.Replace("a pass\nword", "wrong-canary")};
    ASSERT_EQ(backoff_->Begin(account).permission, Permission::kGo);
    backoff_->Rejected(account);
    Start();
    EXPECT_EQ(backoff_->Begin(account).permission, Permission::kRejected) << name.substr(0, 20);
    clock_.Advance(seconds(1));
    folder_.Replace("a pass\nword", "right-canary");
    EXPECT_EQ(backoff_->Begin(account).permission, Permission::kGo) << name.substr(0, 20);
    backoff_->Granted(account);
  }
}

TEST_F(LoginBackoffTest, RemembersTheDomainThatALoginWasRejectedIn) {
  for (const std::string& domain :
       {std::string("finance"), std::string("a b = c"), std::string(), std::string("domain=")}) {
    LoginAccount account{"account " + domain, account_.credential_file};
    account.domain = domain;
    ASSERT_EQ(backoff_->Begin(account).permission, Permission::kGo);
    backoff_->Rejected(account);
    account.domain = "root";
    EXPECT_EQ(backoff_->Begin(account).domain, domain);
    Start();
    EXPECT_EQ(backoff_->Begin(account).domain, domain);
  }
}

TEST_F(LoginBackoffTest, TheDomainOfTheNewestRejectionIsTheOneThatIsTold) {
  LoginAccount account = account_;
  for (const std::string domain : {"finance", "sales"}) {
    account.domain = domain;
    ASSERT_EQ(backoff_->Begin(account).permission, Permission::kGo);
    backoff_->Rejected(account);
    EXPECT_EQ(backoff_->Begin(account).domain, domain);
    clock_.Advance(hours(2));
  }
}

TEST_F(LoginBackoffTest, TheFileIsForItsOwnerAloneAndHoldsNoSecret) {
  TryInVain();
  EXPECT_EQ(ModeOf(file_), 0600U);
  const std::string content = folder_.Read("logins");
  EXPECT_TRUE(content.starts_with("# "));
  const std::string line = content.substr(content.find('\n') + 1);
  EXPECT_THAT(line, testing::MatchesRegex("1 1614752154 account [0-9a-f]{6}\n"));
  EXPECT_EQ(content.find("canary"), std::string::npos);
}

TEST_F(LoginBackoffTest, MakesTheFolderOfItsFile) {
  LoginBackoff backoff(folder_.File("state/logins"), clock_, nullptr);
  ASSERT_EQ(backoff.Begin(account_).permission, Permission::kGo);
  EXPECT_FALSE(std::filesystem::exists(folder_.File("state")));
  backoff.Rejected(account_);
  EXPECT_EQ(ModeOf(folder_.File("state")), 0700U);
  EXPECT_EQ(ModeOf(folder_.File("state/logins")), 0600U);
}

TEST_F(LoginBackoffTest, WithoutAFileEverythingIsInMemory) {
  LoginBackoff backoff({}, clock_, [](const Error& error) { ADD_FAILURE() << error.message; });
  ASSERT_EQ(backoff.Begin(account_).permission, Permission::kGo);
  backoff.Rejected(account_);
  EXPECT_EQ(backoff.Begin(account_).permission, Permission::kRejected);
}

TEST_F(LoginBackoffTest, ComplainsOfAFileThatCannotBeWrittenAndGoesOnInMemory) {
  std::filesystem::create_directory(file_);
  Start();
  ASSERT_TRUE(TryInVain());
  ASSERT_EQ(complaints_.size(), 1U);
  EXPECT_EQ(complaints_.front(), "the record of rejected logins " + file_.string() +
                                     " cannot be renamed: Is a directory; a restart will not "
                                     "know of them");
  EXPECT_EQ(HeldFor(), minutes(5));
  LoginBackoff silent(file_, clock_, nullptr);
  ASSERT_EQ(silent.Begin(account_).permission, Permission::kGo);
  silent.Rejected(account_);
}

TEST_F(LoginBackoffTest, WhatCannotBeReadIsAsIfItWereNot) {
  const std::string cases[] = {
      "",
      "\n\n\n",
      "#",
      "garbage",
      "1",
      "1 99999999999",
      "1 99999999999 account",
      "one 99999999999 account none\n",
      "0 99999999999 account none\n",
      "1 99999999999 account none more\n",
      "1 99999999999 account 0\n",
      "1 99999999999 account 01234g\n",
      "1 99999999999 account 0123456\n",
      "-1 99999999999 account none\n",
      "-2147483648 99999999999 account none\n",
      "99999999999999999999 99999999999 account none\n",
      "1 99999999999999999999999 account none\n",
      "1 soon account none\n",
      "1.5 99999999999 account none\n",
      std::string(5000, '\0'),
      std::string("\xFF\xFE\x00 1", 5),
      std::string(100'000, '1'),
  };
  for (const std::string& content : cases) {
    WriteFile(content);
    Start();
    EXPECT_EQ(Begin(), Permission::kGo) << content.substr(0, 60);
    EXPECT_EQ(backoff_->Rejected(account_), clock_.Now() + minutes(5)) << content.substr(0, 60);
  }
}

TEST_F(LoginBackoffTest, AFileThatIsNoneHoldsUpNobody) {
  std::filesystem::remove(file_);
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  Start();
  EXPECT_TRUE(TryInVain());
  std::filesystem::remove(file_);
  std::filesystem::create_symlink("/dev/zero", file_);
  Start();
  EXPECT_TRUE(TryInVain());
}

TEST_F(LoginBackoffTest, KeepsTheGoodLinesOfABrokenFile) {
  WriteFile("rubbish\n" + LineFor("1", "1614752154") + "1 2");
  Start();
  EXPECT_EQ(HeldFor(), minutes(5));
}

TEST_F(LoginBackoffTest, ARejectionWithoutADigestIsThatOfTheFirstReading) {
  WriteFile("1 1614752154 account none\n");
  Start();
  EXPECT_EQ(Begin(), Permission::kRejected);
  folder_.Replace("password", "another-canary");
  EXPECT_EQ(Begin(), Permission::kGo);
}

TEST_F(LoginBackoffTest, NoTimeInTheFileHoldsLongerThanTheRejectionDidAtFirst) {
  const struct {
    std::string count;
    std::string not_before;
    Nanoseconds held;
  } cases[] = {{"1", "9223372036854775807", minutes(5)},
               {"1", "9183110400", minutes(5)},
               {"2", "4102444800", minutes(10)},
               {"5", "4102444800", minutes(60)},
               {"1000000", "4102444800", minutes(60)},
               {"2147483647", "4102444800", minutes(60)},
               {"1", "1614751914", minutes(1)},
               {"1", "1614751854", seconds(0)},
               {"1", "0", seconds(0)},
               {"1", "-9223372036854775808", seconds(0)}};
  for (const auto& c : cases) {
    WriteFile(LineFor(c.count, c.not_before));
    clock_.SetWall(FakeClock::kStart);
    Start();
    EXPECT_EQ(HeldFor(), c.held) << c.count << ' ' << c.not_before;
  }
}

TEST_F(LoginBackoffTest, AHostileCountStillCounts) {
  for (const char* count : {"2147483646", "2147483647"}) {
    WriteFile(LineFor(count, "0"));
    Start();
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(Begin(), Permission::kGo);
      EXPECT_EQ(backoff_->Rejected(account_), clock_.Now() + minutes(60));
      clock_.Advance(minutes(60));
    }
    Start();
    ASSERT_EQ(Begin(), Permission::kGo);
    EXPECT_EQ(backoff_->Rejected(account_), clock_.Now() + minutes(60));
  }
}

TEST_F(LoginBackoffTest, StepsOfTheWallClockDoNotMoveIt) {
  for (const Nanoseconds step : {-hours(24 * 365), -hours(1), hours(1), hours(24 * 365)}) {
    backoff_->Reset();
    clock_.SetWall(FakeClock::kStart);
    ASSERT_TRUE(TryInVain());
    clock_.SetWall(FakeClock::kStart + step);
    EXPECT_EQ(HeldFor(), minutes(5));
  }
}

TEST_F(LoginBackoffTest, AStepOfTheWallClockBeforeARestartHoldsNoLongerThanAtFirst) {
  ASSERT_TRUE(TryInVain());
  clock_.SetWall(FakeClock::kStart - hours(24 * 365 * 40));
  Start();
  EXPECT_EQ(HeldFor(), minutes(5));
  ASSERT_TRUE(TryInVain());
  clock_.SetWall(FakeClock::kStart + hours(24 * 365 * 100));
  Start();
  EXPECT_EQ(HeldFor(), seconds(0));
}

}  // namespace
}  // namespace cckm
