// Whose file and folder the durable ledger takes, and whose it refuses.

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "exporter/ledger/sqlite/file.h"
#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

namespace cckm {
namespace {

using std::filesystem::perms;

constexpr uid_t kNobody = 65'534;
constexpr gid_t kSharedGroup = 4'242;

unsigned ModeOf(const std::filesystem::path& path) {
  return static_cast<unsigned>(std::filesystem::status(path).permissions());
}

// Runs as another user who has a group in common with the owner; what `run` returns.
int AsAnotherUser(const std::function<int()>& run) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool is_other =
        ::setgroups(1, &kSharedGroup) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0;
    ::_exit(is_other ? run() : 99);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A folder whose parents everybody may pass.
class SharedFolder {
 public:
  SharedFolder() {
    folder_.Open().reset();
    for (auto parent = folder_.path(); parent != parent.root_path() && parent != "/tmp";
         parent = parent.parent_path()) {
      ::chmod(parent.c_str(), 0755);
    }
    EXPECT_EQ(::chown(folder_.path().c_str(), 0, kSharedGroup), 0);
    EXPECT_EQ(::chown(folder_.file().c_str(), 0, kSharedGroup), 0);
    ::chmod(folder_.path().c_str(), 0770);
  }
  const LedgerFolder& folder() const { return folder_; }

 private:
  const LedgerFolder folder_;
};

TEST(SqliteLedgerFileTest, AFileThatItsGroupMayWriteIsTakenThoughItsModeCannotBeChanged) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  const SharedFolder shared;
  ::chmod(shared.folder().file().c_str(), 0664);
  EXPECT_EQ(AsAnotherUser([&] {
              const auto ledger = shared.folder().TryOpen();
              if (!ledger) return 1;
              return Commit(**ledger, MakeRefreshes("r", 1)) == Answers{true} ? 0 : 2;
            }),
            0);
  EXPECT_EQ(ModeOf(shared.folder().file()), 0664U);
  EXPECT_EQ(Commit(*shared.folder().Open(), MakeRefreshes("r", 1)), Answers{false});
}

TEST(SqliteLedgerFileTest, AFileThatEverybodyMayWriteIsRefusedWhereItsModeCannotBeChanged) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  const SharedFolder shared;
  ::chmod(shared.folder().file().c_str(), 0666);
  EXPECT_EQ(AsAnotherUser([&] {
              const auto ledger = shared.folder().TryOpen();
              if (ledger) return 1;
              return ledger.error().kind == LedgerOpenFailure::Kind::kCannotWrite ? 0 : 2;
            }),
            0);
}

TEST(SqliteLedgerFileTest, AFileThatEverybodyMayWriteIsTightenedWhereThatIsPossible) {
  const LedgerFolder folder;
  folder.Open().reset();
  std::filesystem::permissions(folder.file(), perms{0666});
  EXPECT_TRUE(folder.TryOpen());
  EXPECT_EQ(ModeOf(folder.file()), 0600U);
}

TEST(SqliteLedgerFileTest, ASymbolicLinkInThePlaceOfTheFileIsRefusedAndItsTargetStaysAsItIs) {
  const LedgerFolder folder;
  folder.Open().reset();
  for (const char* name : {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-journal"}) {
    const LedgerFolder other;
    other.Open().reset();
    const auto target = other.path() / "somebody-elses";
    WriteBytes(target, "text");
    std::filesystem::permissions(target, perms{0644});
    std::filesystem::remove(other.path() / name);
    std::filesystem::create_symlink(target, other.path() / name);
    const auto ledger = other.TryOpen();
    ASSERT_FALSE(ledger) << name;
    EXPECT_EQ(ledger.error().kind, LedgerOpenFailure::Kind::kCannotWrite);
    EXPECT_NE(ledger.error().message.find("symbolic link"), std::string::npos);
    EXPECT_EQ(ModeOf(target), 0644U);
    EXPECT_EQ(ReadBytes(target), "text");
  }
}

TEST(SqliteLedgerFileTest, AFolderThatEverybodyMayWriteIsRefusedAndAFolderInsideItIsNot) {
  const LedgerFolder folder;
  folder.Open().reset();
  for (const unsigned mode : {0777U, 01777U, 0702U}) {
    std::filesystem::permissions(folder.path(), perms{mode});
    const auto ledger = folder.TryOpen();
    ASSERT_FALSE(ledger) << mode;
    EXPECT_EQ(ledger.error().kind, LedgerOpenFailure::Kind::kCannotWrite);
    EXPECT_NE(ledger.error().message.find("everybody may write its folder"), std::string::npos);
  }
  EXPECT_TRUE(MakeLedgerFile(folder.path() / "inside"));
}

}  // namespace
}  // namespace cckm
