#include "exporter/ledger/sqlite/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include "collectors/base/file_descriptor.h"
#include "collectors/base/sync_folder.h"
#include "exporter/ledger/sqlite/commit_mark.h"

namespace cckm {
namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kAllModeBits = 07777;
constexpr mode_t kOthersMayWrite = 0002;

using Reason = std::optional<std::string>;  // none: it went well

Reason LastError() { return std::strerror(errno); }

// The mode as people write it: "0644".
std::string ModeText(mode_t mode) { return fmt::format("{:04o}", mode & kAllModeBits); }

// Whoever may write a folder can put another file in the place of the ledger.
Reason CheckFolder(const std::filesystem::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return LastError();
  if (!S_ISDIR(status.st_mode)) return std::strerror(ENOTDIR);
  if ((status.st_mode & kOthersMayWrite) == 0) return std::nullopt;
  return "everybody may write its folder (mode " + ModeText(status.st_mode) +
         "); take that right away, or name a folder inside it, which is made for this user alone";
}

Reason MakeFolder(const std::filesystem::path& folder) {
  std::filesystem::path parent = folder.parent_path();
  if (parent.empty()) parent = ".";
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  if (error) return error.message();
  if (::mkdir(folder.c_str(), kFolderMode) == 0) {
    (void)SyncFolder(parent);
    return std::nullopt;
  }
  return errno == EEXIST ? CheckFolder(folder) : LastError();
}

// Keeping others from reading is a wish: a file that belongs to somebody else, or lies on a file
// system without modes, is as good as long as others cannot write it.
//
// An existing file must not be opened here: closing it would give up the locks that SQLite holds
// for this process.
Reason CheckFile(const std::filesystem::path& file) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) return LastError();
  if (S_ISLNK(status.st_mode)) {
    return "it is a symbolic link; put the file itself there, or make its folder the link";
  }
  if (!S_ISREG(status.st_mode)) return "it is not a regular file";
  if ((status.st_mode & kAllModeBits) == kLedgerFileMode) return std::nullopt;
  (void)::chmod(file.c_str(), kLedgerFileMode);
  if (::lstat(file.c_str(), &status) != 0) return LastError();
  if ((status.st_mode & kOthersMayWrite) == 0) return std::nullopt;
  return "everybody may write it (mode " + ModeText(status.st_mode) +
         "), and its mode cannot be changed; take that right away";
}

// What a process that was killed left beside the file is read as if it were part of it.
Reason CheckFilesBeside(const std::filesystem::path& file) {
  for (const char* ending : {"-wal", "-journal", "-shm", kCommitMarkEnding}) {
    std::filesystem::path beside = file;
    beside += ending;
    struct stat status {};
    if (::lstat(beside.c_str(), &status) != 0) continue;
    if (const Reason reason = CheckFile(beside)) {
      return beside.filename().string() + " beside it: " + *reason;
    }
  }
  return std::nullopt;
}

Reason MakeFile(const std::filesystem::path& file) {
  const FileDescriptor made(
      ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kLedgerFileMode));
  if (!made && errno != EEXIST) return LastError();
  if (made) {
    (void)::fchmod(made.number(), kLedgerFileMode);  // whatever the umask
    (void)SyncFolder(file.parent_path());
  }
  if (Reason reason = CheckFile(file)) return reason;
  return CheckFilesBeside(file);
}

}  // namespace

tl::expected<std::filesystem::path, std::string> MakeLedgerFile(
    const std::filesystem::path& folder) {
  // Without the slash that a person may have put at the end.
  const std::filesystem::path named = folder.has_filename() ? folder : folder.parent_path();
  if (const Reason reason = MakeFolder(named)) return tl::make_unexpected(*reason);
  std::filesystem::path file = named / kLedgerFileName;
  if (const Reason reason = MakeFile(file)) return tl::make_unexpected(*reason);
  return file;
}

}  // namespace cckm
