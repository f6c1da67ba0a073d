#include "collectors/base/whole_file.h"

#include <fcntl.h>
#include <string.h>  // explicit_bzero
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "collectors/base/file_descriptor.h"

namespace cckm {
namespace {

std::string SystemSentence(int error_number) {
  return std::generic_category().message(error_number);
}

// Empty if the file may be read.
std::string ObjectionTo(int descriptor, FilePrivacy privacy, const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return " cannot be examined: " + SystemSentence(errno);
  if (!S_ISREG(status.st_mode)) return " is not a regular file";
  if (privacy == FilePrivacy::kSecret && (status.st_mode & S_IRWXO) != 0) {
    return " is open to everybody on this host: run chmod o-rwx " + path;
  }
  return {};
}

std::string InKibibytes(std::size_t bytes) { return std::to_string(bytes / 1024) + " KiB"; }

}  // namespace

FileContent::~FileContent() { explicit_bzero(bytes_.data(), bytes_.size()); }

bool FileContent::Fill(int descriptor) {
  while (size_ < bytes_.size()) {
    const ssize_t count = ::read(descriptor, bytes_.data() + size_, bytes_.size() - size_);
    if (count == 0) return true;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    size_ += static_cast<std::size_t>(count);
  }
  return true;
}

tl::expected<FileContent, std::string> ReadWholeFile(const std::filesystem::path& path,
                                                     FilePrivacy privacy, std::size_t most_bytes) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) {
    return tl::make_unexpected(" cannot be opened: " + SystemSentence(errno));
  }
  std::string objection = ObjectionTo(file.number(), privacy, path.string());
  if (!objection.empty()) return tl::make_unexpected(std::move(objection));
  FileContent content(most_bytes + 1);
  if (!content.Fill(file.number())) {
    return tl::make_unexpected(" cannot be read: " + SystemSentence(errno));
  }
  if (content.view().size() > most_bytes) {
    return tl::make_unexpected(" is longer than " + InKibibytes(most_bytes));
  }
  return content;
}

}  // namespace cckm
