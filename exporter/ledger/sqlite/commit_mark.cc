#include "exporter/ledger/sqlite/commit_mark.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "collectors/base/sync_folder.h"
#include "exporter/ledger/sqlite/file.h"

namespace cckm {
namespace {

// The number, twice: a file that was damaged tells nothing.
constexpr std::size_t kDigits = 19;
constexpr std::size_t kSize = 2 * (kDigits + 1);

std::string TextFor(std::int64_t commits) {
  return fmt::format("{0:0{1}} {0:0{1}}\n", commits, kDigits);
}

std::filesystem::path Beside(std::filesystem::path file, const char* ending) {
  file += ending;
  return file;
}

}  // namespace

SqliteCommitMark::SqliteCommitMark(std::filesystem::path ledger_file)
    : ledger_file_(std::move(ledger_file)), file_(Beside(ledger_file_, kCommitMarkEnding)) {}

SqliteCommitMark::~SqliteCommitMark() {
  std::error_code error;
  const bool is_moved = !std::filesystem::exists(Beside(ledger_file_, "-wal"), error) && !error;
  if (opened_ && is_moved) ::unlink(file_.c_str());
}

std::int64_t SqliteCommitMark::Read() const {
  const FileDescriptor file(::open(file_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  std::array<char, kSize + 1> bytes{};
  if (!file || ::read(file.number(), bytes.data(), bytes.size()) != ssize_t{kSize}) return 0;
  std::int64_t commits = 0;
  std::from_chars(bytes.data(), bytes.data() + kDigits, commits);
  const bool is_sound = commits >= 0 && std::string_view(bytes.data(), kSize) == TextFor(commits);
  return is_sound ? commits : 0;
}

std::optional<std::string> SqliteCommitMark::Write(std::int64_t commits) {
  const bool is_first = !opened_;
  if (is_first) {
    opened_ = FileDescriptor(
        ::open(file_.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kLedgerFileMode));
  }
  const std::string text = TextFor(commits);
  const bool is_written =
      opened_ && ::pwrite(opened_.number(), text.data(), text.size(), 0) == ssize_t{kSize} &&
      ::fdatasync(opened_.number()) == 0;
  if (!is_written) return name() + " beside it: " + std::strerror(errno);
  if (is_first) {
    (void)::fchmod(opened_.number(), kLedgerFileMode);  // whatever the umask
    (void)SyncFolder(file_.parent_path());
  }
  return std::nullopt;
}

}  // namespace cckm
