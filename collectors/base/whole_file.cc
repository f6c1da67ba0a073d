#include "collectors/base/whole_file.h"

#include <fcntl.h>
#include <string.h>  // explicit_bzero
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "collectors/base/access_advice.h"
#include "collectors/base/file_descriptor.h"
#include "collectors/base/redact.h"
#include "collectors/base/text.h"

namespace cckm {
namespace {

using Failure = tl::unexpected<std::string>;

std::string SystemSentence(int error_number) {
  return std::generic_category().message(error_number);
}

std::string ObjectionToOpening(int error_number, const std::filesystem::path& path) {
  std::string objection = " cannot be opened: " + SystemSentence(error_number);
  if (error_number == EACCES) objection += AccessAdvice(path);
  return objection;
}

// Empty if the file may be read.
std::string ObjectionTo(const struct stat& status, FilePrivacy privacy,
                        const std::filesystem::path& path) {
  if (!S_ISREG(status.st_mode)) return " is not a regular file";
  if (privacy == FilePrivacy::kSecret && (status.st_mode & S_IRWXO) != 0) {
    return " is open to everybody on this host: run chmod o-rwx " + ShownPath(path);
  }
  return {};
}

std::string InKibibytes(std::size_t bytes) { return std::to_string(bytes / 1024) + " KiB"; }

// Empty for UTF-8.
std::string_view ObjectionToText(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return " is UTF-16 text: save it as UTF-8";
  }
  if (!IsUtf8(text)) return " is not UTF-8 text: save it as UTF-8";
  return {};
}

}  // namespace

// What was moved from has no bytes, whatever else it says.
void FileContent::Wipe() noexcept {
  if (!bytes_.empty()) explicit_bzero(bytes_.data(), end_);
}

// By hand, because a vector would leave what it held behind.
void FileContent::Grow(std::size_t size) {
  std::vector<char> larger(size);
  std::copy_n(bytes_.begin(), end_, larger.begin());
  Wipe();
  bytes_.swap(larger);
}

bool FileContent::Fill(int descriptor, std::size_t expected_bytes, std::size_t most_bytes) {
  constexpr std::size_t kSmallest = 512;
  Grow(std::clamp(expected_bytes + 1, std::min(kSmallest, most_bytes + 1), most_bytes + 1));
  while (true) {
    const ssize_t count = ::read(descriptor, bytes_.data() + end_, bytes_.size() - end_);
    if (count == 0) return true;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    end_ += static_cast<std::size_t>(count);
    if (end_ > most_bytes) return true;
    if (end_ == bytes_.size()) Grow(std::min(end_ * 2, most_bytes + 1));
  }
}

void FileContent::MakePlainText() {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (view().starts_with(kByteOrderMark)) begin_ += kByteOrderMark.size();
  std::size_t written = begin_;
  for (std::size_t i = begin_; i < end_; ++i) {
    const bool ends_line = bytes_[i] == '\r' && i + 1 < end_ && bytes_[i + 1] == '\n';
    if (!ends_line) bytes_[written++] = bytes_[i];
  }
  explicit_bzero(bytes_.data() + written, end_ - written);
  end_ = written;
}

tl::expected<FileContent, std::string> ReadWholeFile(const std::filesystem::path& path,
                                                     FilePrivacy privacy, std::size_t most_bytes) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return Failure(ObjectionToOpening(errno, path));
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    return Failure(" cannot be examined: " + SystemSentence(errno));
  }
  std::string objection = ObjectionTo(status, privacy, path);
  if (!objection.empty()) return Failure(std::move(objection));
  FileContent content;
  if (!content.Fill(file.number(), static_cast<std::size_t>(status.st_size), most_bytes)) {
    return Failure(" cannot be read: " + SystemSentence(errno));
  }
  if (content.view().size() > most_bytes) {
    return Failure(" is longer than " + InKibibytes(most_bytes));
  }
  return content;
}

tl::expected<FileContent, std::string> ReadTextFile(const std::filesystem::path& path,
                                                    FilePrivacy privacy, std::size_t most_bytes) {
  auto content = ReadWholeFile(path, privacy, most_bytes);
  if (!content) return content;
  const std::string_view objection = ObjectionToText(content->view());
  if (!objection.empty()) return Failure(std::string(objection));
  content->MakePlainText();
  return content;
}

}  // namespace cckm
