// Opening the durable ledger: the folder, the file, who may hold it, and what is refused.

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>
#include <utility>

#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

namespace cckm {
namespace {

using Kind = LedgerOpenFailure::Kind;

unsigned ModeOf(const std::filesystem::path& path) {
  return static_cast<unsigned>(std::filesystem::status(path).permissions());
}

// Sets the umask until it goes.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  const mode_t before_;
};

// A process that runs something when it is told to.  It is made before the ledger is opened here,
// so that its SQLite knows nothing of that.
class OtherProcess {
 public:
  explicit OtherProcess(const std::function<int()>& run) {
    EXPECT_EQ(::pipe(go_.data()), 0);
    child_ = ::fork();
    if (child_ != 0) return;
    char go = 0;
    ::_exit(::read(go_[0], &go, 1) == 1 ? run() : 0);
  }
  ~OtherProcess() {
    if (child_ > 0) (void)Run();
    for (const int end : go_) ::close(end);
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  // What it returns; -1 if it is killed.
  int Run() {
    EXPECT_EQ(::write(go_[1], "g", 1), 1);
    int status = 0;
    EXPECT_GT(::waitpid(std::exchange(child_, 0), &status, 0), 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  std::array<int, 2> go_{};
  pid_t child_ = 0;
};

constexpr int kOpened = 100;

// How opening goes: kOpened, or the kind of the failure.
int TryToOpen(const LedgerFolder& folder) {
  const auto ledger = folder.TryOpen();
  return ledger ? kOpened : static_cast<int>(ledger.error().kind);
}

TEST(SqliteLedgerOpenTest, OnlyItsUserMayReadWhatItMakes) {
  for (const mode_t mask : {0000U, 0022U, 0077U}) {
    const LedgerFolder folder;
    const Umask umask(mask);
    const auto ledger = folder.Open();
    ASSERT_NE(ledger, nullptr);
    Commit(*ledger, MakeRefreshes("r", 1));
    EXPECT_EQ(ModeOf(folder.path()), 0700U & ~mask) << "umask " << mask;
    EXPECT_EQ(ModeOf(folder.file()), 0600U) << "umask " << mask;
    EXPECT_EQ(ModeOf(folder.log_file()), 0600U) << "umask " << mask;
  }
}

TEST(SqliteLedgerOpenTest, AnExistingFolderKeepsItsModeAndTheFileGetsIts) {
  const LedgerFolder folder;
  folder.Open().reset();
  std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
  std::filesystem::permissions(folder.file(), std::filesystem::perms{0644});
  const auto ledger = folder.Open();
  EXPECT_EQ(ModeOf(folder.path()), 0755U);
  EXPECT_EQ(ModeOf(folder.file()), 0600U);
}

TEST(SqliteLedgerOpenTest, AUmaskThatTakesEverythingTakesNothingFromTheFile) {
  const LedgerFolder folder;
  std::filesystem::create_directory(folder.path());
  const Umask umask(0777U);
  const auto ledger = folder.Open();
  ASSERT_NE(ledger, nullptr);
  Commit(*ledger, MakeRefreshes("r", 1));
  EXPECT_EQ(ModeOf(folder.file()), 0600U);
  EXPECT_EQ(ModeOf(folder.log_file()), 0600U);
}

TEST(SqliteLedgerOpenTest, NothingButTheFileStaysWhenItCloses) {
  const LedgerFolder folder;
  const auto files = [&] {
    return std::distance(std::filesystem::directory_iterator(folder.path()),
                         std::filesystem::directory_iterator());
  };
  auto ledger = folder.Open();
  Commit(*ledger, MakeRefreshes("r", 1));
  EXPECT_EQ(files(), 3) << "the file, what is written ahead, the number of commits";
  ledger.reset();
  EXPECT_EQ(files(), 1);
}

TEST(SqliteLedgerOpenTest, MakesMissingParents) {
  const ConfigFolder folder;
  const FakeClock clock;
  const BucketBounds bounds({1});
  EXPECT_TRUE(SqliteLedger::Open(folder.File("a") / "b" / "c" / "", bounds, {}, clock));
  EXPECT_TRUE(std::filesystem::exists(folder.File("a") / "b" / "c" / "ledger.sqlite"));
}

TEST(SqliteLedgerOpenTest, FollowsASymbolicLinkToAFolder) {
  const ConfigFolder folder;
  const FakeClock clock;
  const BucketBounds bounds({1});
  std::filesystem::create_directory(folder.File("real"));
  std::filesystem::create_symlink("real", folder.File("link"));
  EXPECT_TRUE(SqliteLedger::Open(folder.File("link"), bounds, {}, clock));
  EXPECT_TRUE(std::filesystem::exists(folder.File("real") / "ledger.sqlite"));
}

TEST(SqliteLedgerOpenTest, AnEmptyFileIsANewLedger) {
  const LedgerFolder folder;
  folder.Write("");
  EXPECT_EQ(Commit(*folder.Open(), MakeRefreshes("r", 1)), Answers{true});
  EXPECT_EQ(Commit(*folder.Open(), MakeRefreshes("r", 1)), Answers{false});
}

// The bytes of a ledger after `sql` was run in it.
std::string LedgerChangedBy(const char* sql) {
  const LedgerFolder folder;
  Commit(*folder.Open(), MakeRefreshes("r", 3));
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open(folder.file().c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(handle);
  return ReadBytes(folder.file());
}

TEST(SqliteLedgerOpenTest, RefusesAFileThatIsNoSoundLedgerAndLeavesItAlone) {
  struct Case {
    std::string what;
    std::string bytes;
  };
  const std::vector<Case> cases = {
      {"one byte", "x"},
      {"a text", "this is not a ledger at all\n"},
      {"garbage", std::string(10'000, '\x5A')},
      {"zeros", std::string(8'192, '\0')},
      {"only the beginning of a ledger", LedgerChangedBy("SELECT 1").substr(0, 4'096)},
      {"the file of another program", LedgerChangedBy("PRAGMA application_id = 7")},
      {"tables without a version", LedgerChangedBy("PRAGMA user_version = 0")},
      {"a negative version", LedgerChangedBy("PRAGMA user_version = -1")},
      {"a missing table", LedgerChangedBy("DROP TABLE forgotten")},
      {"a missing number of commits", LedgerChangedBy("DELETE FROM commits")},
      {"a changed number of commits", LedgerChangedBy("UPDATE commits SET number = 7")},
      {"a missing column", LedgerChangedBy("ALTER TABLE refresh DROP COLUMN counts")},
      {"a changed counter", LedgerChangedBy("UPDATE domain SET failed = 1 WHERE domain_id = 'd2'")},
      {"a changed key", LedgerChangedBy("UPDATE refresh SET refresh_id = 'x' WHERE "
                                        "refresh_id = 'r1'")},
      {"a changed histogram", LedgerChangedBy("UPDATE collector SET durations = x'00000000'")},
      {"changed bucket bounds", LedgerChangedBy("UPDATE bucket_bounds SET bounds = x'00'")},
  };
  for (const Case& test : cases) {
    const LedgerFolder folder;
    folder.Write(test.bytes);
    const auto ledger = folder.TryOpen();
    ASSERT_FALSE(ledger) << test.what;
    EXPECT_EQ(ledger.error().kind, Kind::kUnusable) << test.what;
    EXPECT_NE(ledger.error().message.find(folder.file().string()), std::string::npos);
    EXPECT_EQ(ledger.error().message.find('\n'), std::string::npos);
    EXPECT_EQ(ReadBytes(folder.file()), test.bytes) << test.what;
  }
}

TEST(SqliteLedgerOpenTest, RefusesANewerVersionAndSaysSo) {
  const LedgerFolder folder;
  const std::string newer = LedgerChangedBy("PRAGMA user_version = 4");
  folder.Write(newer);
  const auto ledger = folder.TryOpen();
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().kind, Kind::kUnusable);
  EXPECT_EQ(ledger.error().message,
            "the ledger " + folder.file().string() +
                " was written by a newer version of the exporter (tables of version 4, this one "
                "knows 3); start that version, or move the file away to begin anew");
  EXPECT_EQ(ReadBytes(folder.file()), newer);
}

TEST(SqliteLedgerOpenTest, SaysWhatCannotBeWritten) {
  const ConfigFolder folder;
  const FakeClock clock;
  const BucketBounds bounds({1});
  std::filesystem::create_directories(folder.File("a") / "ledger.sqlite");
  std::filesystem::create_symlink("nowhere", folder.File("dangling"));
  for (const auto& [path, why] : std::vector<std::pair<std::filesystem::path, std::string>>{
           {folder.File("token"), "Not a directory"},
           {folder.File("token") / "data", "Not a directory"},
           {folder.File("dangling"), "No such file or directory"},
           {folder.File("a"), "not a regular file"},
           {"/proc/data", "No such file or directory"}}) {
    const auto ledger = SqliteLedger::Open(path, bounds, {}, clock);
    ASSERT_FALSE(ledger) << path;
    EXPECT_EQ(ledger.error().kind, Kind::kCannotWrite) << ledger.error().message;
    EXPECT_NE(ledger.error().message.find((path / "ledger.sqlite").string()), std::string::npos);
    EXPECT_NE(ledger.error().message.find(why), std::string::npos) << ledger.error().message;
  }
}

TEST(SqliteLedgerOpenTest, AFolderThatMayNotBeWrittenIsOneThatCannotBeWritten) {
  const LedgerFolder folder;
  std::filesystem::create_directory(folder.path());
  std::filesystem::permissions(folder.path(), std::filesystem::perms{0500});
  constexpr uid_t kNobody = 65'534;
  OtherProcess user([&] {
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) return -1;
    return TryToOpen(folder);
  });
  EXPECT_EQ(user.Run(), static_cast<int>(Kind::kCannotWrite));
}

TEST(SqliteLedgerOpenTest, OneProcessHoldsItAtATime) {
  const LedgerFolder folder;
  const auto open = [&] { return TryToOpen(folder); };
  OtherProcess first(open);
  OtherProcess second(open);
  OtherProcess third(open);
  auto ledger = folder.Open();
  EXPECT_EQ(first.Run(), static_cast<int>(Kind::kLocked));
  Commit(*ledger, MakeRefreshes("r", 1));
  EXPECT_EQ(second.Run(), static_cast<int>(Kind::kLocked));
  ledger.reset();
  EXPECT_EQ(third.Run(), kOpened);
}

TEST(SqliteLedgerOpenTest, OpeningItAgainInTheSameProcessFailsAndGivesNoLockAway) {
  const LedgerFolder folder;
  OtherProcess other([&] { return TryToOpen(folder); });
  const auto ledger = folder.Open();
  const auto again = folder.TryOpen();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, Kind::kLocked);
  EXPECT_NE(again.error().message.find("held by another process"), std::string::npos);
  EXPECT_EQ(other.Run(), static_cast<int>(Kind::kLocked));
  EXPECT_EQ(Commit(*ledger, MakeRefreshes("r", 1)), Answers{true});
}

TEST(SqliteLedgerOpenTest, AKilledProcessHoldsNothing) {
  const LedgerFolder folder;
  OtherProcess killed([&] {
    const auto ledger = folder.Open();
    Commit(*ledger, MakeRefreshes("r", 2));
    return std::raise(SIGKILL);
  });
  EXPECT_EQ(killed.Run(), -1);
  EXPECT_EQ(Commit(*folder.Open(), MakeRefreshes("r", 3)), (Answers{false, false, true}));
}

TEST(SqliteLedgerOpenTest, WhatIsWrittenAheadStaysSmall) {
  const LedgerFolder folder;
  const auto ledger = folder.Open({.checkpoint_pages = 100});
  for (int i = 0; i < 50; ++i) {
    Commit(*ledger, MakeRefreshes("r" + std::to_string(i) + "-", 20));
    EXPECT_LT(std::filesystem::file_size(folder.log_file()), 4'096U * 200);
  }
}

}  // namespace
}  // namespace cckm
