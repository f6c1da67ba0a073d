#include "collectors/base/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "collectors/base/file_descriptor.h"
#include "collectors/base/sync_folder.h"

namespace cckm {
namespace {

tl::unexpected<std::string> FailedTo(std::string_view what) {
  const int error_number = errno;
  return tl::make_unexpected(" cannot be " + std::string(what) + ": " +
                             std::generic_category().message(error_number));
}

bool WriteAll(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

constexpr mode_t kReadableByAll = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;

// A link, a device, a pipe or a folder is not to be renamed away.
bool MayBeReplaced(const std::filesystem::path& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) != 0 || S_ISREG(found.st_mode);
}

// Only the last folder of the path may be missing.
bool MakeFolder(const std::filesystem::path& folder) {
  return ::mkdir(folder.c_str(), S_IRWXU) == 0 || errno == EEXIST;
}

}  // namespace

tl::expected<void, std::string> ReplaceFile(const std::filesystem::path& path,
                                            std::string_view content, FileReaders readers) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const bool is_private = readers == FileReaders::kOwner;
  if (is_private && !MakeFolder(folder)) return FailedTo("written, as its folder cannot be made");
  if (!is_private && !MayBeReplaced(path)) {
    return tl::make_unexpected<std::string>(" cannot be replaced: it is no regular file");
  }
  const std::string temporary = path.string() + ".new";
  ::unlink(temporary.c_str());
  const FileDescriptor file(::open(
      temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!file) return FailedTo("created");
  if (!is_private && ::fchmod(file.number(), kReadableByAll) != 0) return FailedTo("made readable");
  if (!WriteAll(file.number(), content) || ::fsync(file.number()) != 0) return FailedTo("written");
  if (::rename(temporary.c_str(), path.c_str()) != 0) return FailedTo("renamed");
  if (!SyncFolder(folder)) return FailedTo("made durable");
  return {};
}

}  // namespace cckm
