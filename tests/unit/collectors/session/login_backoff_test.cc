// When a LoginBackoff lets logins go.

#include "tests/unit/collectors/session/login_backoff_fixture.h"

namespace cckm {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(LoginBackoffTest, LetsTheFirstLoginGo) { EXPECT_EQ(Begin(), Permission::kGo); }

TEST_F(LoginBackoffTest, ARejectionHoldsFiveMinutesDoublingToSixty) {
  for (const int wait : {5, 10, 20, 40, 60, 60, 60}) {
    ASSERT_TRUE(TryInVain());
    EXPECT_EQ(HeldFor(), minutes(wait)) << wait;
  }
}

TEST_F(LoginBackoffTest, SaysWhenTheNextAttemptMayBeMade) {
  ASSERT_EQ(Begin(), Permission::kGo);
  EXPECT_EQ(backoff_->Rejected(account_), clock_.Now() + minutes(5));
  clock_.Advance(minutes(2));
  const LoginBackoff::Answer answer = backoff_->Begin(account_);
  EXPECT_EQ(answer.permission, Permission::kRejected);
  EXPECT_EQ(answer.not_before, clock_.Now() + minutes(3));
}

TEST_F(LoginBackoffTest, AGrantForgetsTheRejections) {
  TryInVain();
  clock_.Advance(minutes(5));
  ASSERT_EQ(Begin(), Permission::kGo);
  backoff_->Granted(account_);
  Start();
  ASSERT_TRUE(TryInVain());
  EXPECT_EQ(HeldFor(), minutes(5));
}

TEST_F(LoginBackoffTest, AnUndecidedLoginChangesNothing) {
  TryInVain();
  clock_.Advance(minutes(5));
  ASSERT_EQ(Begin(), Permission::kGo);
  backoff_->Undecided(account_);
  ASSERT_TRUE(TryInVain());
  EXPECT_EQ(HeldFor(), minutes(10));
}

TEST_F(LoginBackoffTest, AChangedCredentialFileLiftsIt) {
  TryInVain();
  ASSERT_EQ(Begin(), Permission::kRejected);
  folder_.Replace("password", "right-canary");
  clock_.Advance(seconds(1));
  ASSERT_TRUE(TryInVain());
  EXPECT_EQ(HeldFor(), minutes(5));
}

TEST_F(LoginBackoffTest, AFileThatIsTouchedOrMadeAnewWithTheSameContentDoesNotLiftIt) {
  TryInVain();
  std::filesystem::last_write_time(account_.credential_file, {});
  EXPECT_EQ(Begin(), Permission::kRejected);
  for (int start = 0; start < 3; ++start) {
    clock_.Advance(seconds(1));
    folder_.Replace("password", "wrong-canary");
    Start();
    EXPECT_EQ(Begin(), Permission::kRejected);
  }
  clock_.Advance(seconds(1));
  folder_.Replace("password", "right-canary");
  EXPECT_EQ(Begin(), Permission::kGo);
}

TEST_F(LoginBackoffTest, AFileThatCannotBeReadDoesNotLiftIt) {
  TryInVain();
  const std::filesystem::path& file = account_.credential_file;
  const std::function<void()> spoil[] = {
      [&] { folder_.Replace("password", std::string((1U << 20U) + 1, 'x')); },
      [&] { std::filesystem::remove(file); }, [&] { ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0); },
      [&] {
        std::filesystem::remove(file);
        std::filesystem::create_directory(file);
      },
      [&] {
        std::filesystem::remove(file);
        std::filesystem::create_symlink("nowhere", file);
      }};
  for (const auto& step : spoil) {
    step();
    for (int look = 0; look < 2; ++look) {
      EXPECT_EQ(Begin(), Permission::kRejected) << &step - spoil;
      Start();
      EXPECT_EQ(Begin(), Permission::kRejected) << &step - spoil;
      clock_.Advance(seconds(1));
    }
  }
  folder_.Replace("password", "wrong-canary");
  EXPECT_EQ(Begin(), Permission::kRejected);
  clock_.Advance(seconds(1));
  folder_.Replace("password", "right-canary");
  EXPECT_EQ(Begin(), Permission::kGo);
}

TEST_F(LoginBackoffTest, AFileThatCouldNotBeReadAtTheRejectionCountsFromItsFirstReading) {
  std::filesystem::remove(account_.credential_file);
  TryInVain();
  Start();
  EXPECT_EQ(Begin(), Permission::kRejected);
  folder_.Replace("password", "wrong-canary");
  clock_.Advance(seconds(1));
  EXPECT_EQ(Begin(), Permission::kRejected);
  folder_.Replace("password", "right-canary");
  clock_.Advance(seconds(1));
  EXPECT_EQ(Begin(), Permission::kGo);
}

TEST_F(LoginBackoffTest, ALaterRejectionWithoutAFileDoesNotForgetItsContent) {
  TryInVain();
  clock_.Advance(minutes(5));
  std::filesystem::remove(account_.credential_file);
  ASSERT_TRUE(TryInVain());
  folder_.Replace("password", "right-canary");
  clock_.Advance(seconds(1));
  EXPECT_EQ(Begin(), Permission::kGo);
}

TEST_F(LoginBackoffTest, AnotherCredentialIsTriedAtOnceInWhateverFileItIs) {
  TryInVain();
  const LoginAccount corrected{account_.name, folder_.Replace("other", "right-canary")};
  EXPECT_EQ(backoff_->Begin(corrected).permission, Permission::kGo);
  backoff_->Undecided(corrected);
  Start();
  EXPECT_EQ(backoff_->Begin(corrected).permission, Permission::kGo);
}

TEST_F(LoginBackoffTest, AGrantToAnotherCredentialLeavesTheRejectedOneHeld) {
  TryInVain();
  const LoginAccount corrected{account_.name, folder_.Replace("other", "right-canary")};
  ASSERT_EQ(backoff_->Begin(corrected).permission, Permission::kGo);
  backoff_->Granted(corrected);
  EXPECT_EQ(Begin(), Permission::kRejected);
  Start();
  EXPECT_EQ(HeldFor(), minutes(5));
}

TEST_F(LoginBackoffTest, GoingToAndFroBetweenWrongCredentialsTriesEachOnce) {
  int logins = 0;
  for (int turn = 0; turn < 40; ++turn) {
    folder_.Replace("password", "wrong-canary-" + std::to_string(turn % 4));
    if (TryInVain()) ++logins;
    clock_.Advance(seconds(1));
  }
  EXPECT_EQ(logins, 4);
}

TEST_F(LoginBackoffTest, TheSameCredentialWithAnotherLineBreakIsTheSame) {
  TryInVain();
  for (const char* spelling : {"wrong-canary\n", "wrong-canary\r\n", "\xEF\xBB\xBFwrong-canary"}) {
    folder_.Replace("password", spelling);
    EXPECT_EQ(Begin(), Permission::kRejected) << spelling;
  }
}

TEST_F(LoginBackoffTest, AFileThatChangedWhileTheLoginWasUnderWayLiftsIt) {
  ASSERT_EQ(Begin(), Permission::kGo);
  folder_.Replace("password", "right-canary");
  backoff_->Rejected(account_);
  EXPECT_EQ(Begin(), Permission::kGo);
}

TEST_F(LoginBackoffTest, AnotherFileOfTheAccountSeenForTheFirstTimeDoesNotLiftIt) {
  TryInVain();
  const LoginAccount other{account_.name, folder_.Replace("other", "wrong-canary")};
  EXPECT_EQ(backoff_->Begin(other).permission, Permission::kRejected);
  clock_.Advance(seconds(1));
  folder_.Replace("other", "right-canary");
  EXPECT_EQ(backoff_->Begin(other).permission, Permission::kGo);
}

TEST_F(LoginBackoffTest, AccountsAreHeldApart) {
  TryInVain();
  const LoginAccount other{"another account", account_.credential_file};
  EXPECT_EQ(backoff_->Begin(other).permission, Permission::kGo);
  EXPECT_EQ(Begin(), Permission::kRejected);
}

TEST_F(LoginBackoffTest, LiftForgetsEveryRejectionForGood) {
  TryInVain();
  clock_.Advance(minutes(5));
  TryInVain();
  backoff_->Reset();
  Start();
  ASSERT_TRUE(TryInVain());
  EXPECT_EQ(HeldFor(), minutes(5));
}

TEST_F(LoginBackoffTest, LiftLeavesALoginUnderWayAlone) {
  ASSERT_EQ(Begin(), Permission::kGo);
  backoff_->Reset();
  EXPECT_EQ(Begin(), Permission::kBusy);
}

TEST_F(LoginBackoffTest, OneLoginOfAnAccountAtATime) {
  ASSERT_EQ(Begin(), Permission::kGo);
  EXPECT_EQ(Begin(), Permission::kBusy);
  backoff_->Undecided(account_);
  ASSERT_EQ(Begin(), Permission::kGo);
  backoff_->Granted(account_);
  ASSERT_EQ(Begin(), Permission::kGo);
  backoff_->Rejected(account_);
  EXPECT_EQ(Begin(), Permission::kRejected);
}

TEST_F(LoginBackoffTest, ThreadsThatShareAnAccountLogInOneAfterTheOther) {
  std::atomic<int> under_way{0};
  std::atomic<int> most_under_way{0};
  std::atomic<int> logins{0};
  const auto log_in = [&] {
    for (int i = 0; i < 2000; ++i) {
      if (backoff_->Begin(account_).permission != Permission::kGo) continue;
      const int now = ++under_way;
      if (now > most_under_way) most_under_way = now;
      ++logins;
      --under_way;
      if (i % 3 == 0) {
        backoff_->Granted(account_);
      } else {
        backoff_->Undecided(account_);
      }
      if (i % 100 == 0) backoff_->Reset();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(log_in);
  }
  EXPECT_EQ(most_under_way, 1);
  EXPECT_GT(logins, 0);
}

TEST_F(LoginBackoffTest, ThreadsThatShareAWrongPasswordTryItOnce) {
  std::atomic<int> logins{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 500; ++j) {
          if (backoff_->Begin(account_).permission != Permission::kGo) continue;
          ++logins;
          backoff_->Rejected(account_);
        }
      });
    }
  }
  EXPECT_EQ(logins, 1);
}

}  // namespace
}  // namespace cckm
