#include "exporter/ledger/sqlite_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include "collectors/base/file_descriptor.h"

namespace cckm {
namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr mode_t kAllModeBits = 07777;

using Reason = std::optional<std::string>;  // none: it went well

Reason LastError() { return std::strerror(errno); }

// Writes the folder's entries to the disk: SQLite does so for its own files only.
void Sync(const std::filesystem::path& folder) {
  const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Not every file system knows this for folders.
  if (opened) (void)::fsync(opened.number());
}

Reason MakeFolder(const std::filesystem::path& folder) {
  std::filesystem::path parent = folder.parent_path();
  if (parent.empty()) parent = ".";
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  if (error) return error.message();
  if (::mkdir(folder.c_str(), kFolderMode) == 0) {
    Sync(parent);
    return std::nullopt;
  }
  if (errno != EEXIST) return LastError();
  if (std::filesystem::is_directory(folder, error)) return std::nullopt;
  return error ? error.message() : std::strerror(ENOTDIR);
}

// An existing file must not be opened here: closing it would give up the locks that SQLite holds
// for this process.
Reason CheckFile(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return LastError();
  if (!S_ISREG(status.st_mode)) return "it is not a regular file";
  if ((status.st_mode & kAllModeBits) == kFileMode) return std::nullopt;
  return ::chmod(file.c_str(), kFileMode) == 0 ? std::nullopt : LastError();
}

Reason MakeFile(const std::filesystem::path& file) {
  const FileDescriptor made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
  if (!made) return errno == EEXIST ? CheckFile(file) : LastError();
  if (::fchmod(made.number(), kFileMode) != 0) return LastError();
  Sync(file.parent_path());
  return std::nullopt;
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
