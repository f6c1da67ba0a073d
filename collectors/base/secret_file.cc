#include "collectors/base/secret_file.h"

#include <fcntl.h>
#include <string.h>  // explicit_bzero
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace cckm {
namespace {

constexpr std::size_t kMaxFileSize = std::size_t{64} * 1024;

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return number_; }

 private:
  const int number_;
};

// Room for one byte more than is allowed, overwritten when it goes.
class ReadBuffer {
 public:
  ReadBuffer() : bytes_(kMaxFileSize + 1, '\0') {}
  ~ReadBuffer() { explicit_bzero(bytes_.data(), bytes_.size()); }
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;

  // Reads to the end of the file or of the buffer; false with errno if that fails.
  bool Fill(int descriptor) {
    while (size_ < bytes_.size()) {
      const ssize_t count = ::read(descriptor, bytes_.data() + size_, bytes_.size() - size_);
      if (count == 0) return true;
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      size_ += static_cast<std::size_t>(count);
    }
    return true;
  }
  std::string_view content() const { return {bytes_.data(), size_}; }

 private:
  std::string bytes_;
  std::size_t size_ = 0;
};

std::string SystemSentence(int error_number) {
  return std::generic_category().message(error_number);
}

// Empty if the file may be read as a secret.
std::string ObjectionToFile(int descriptor, const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return " cannot be examined: " + SystemSentence(errno);
  if (!S_ISREG(status.st_mode)) return " is not a regular file";
  if ((status.st_mode & S_IRWXO) != 0) {
    return " is open to everybody on this host: run chmod o-rwx " + path;
  }
  return {};
}

std::string_view WithoutLineBreak(std::string_view content) {
  if (content.ends_with('\n')) content.remove_suffix(content.ends_with("\r\n") ? 2 : 1);
  return content;
}

// Empty if the content may be a secret.
std::string_view ObjectionToContent(std::string_view content, std::string_view secret) {
  if (content.size() > kMaxFileSize) return " is longer than 64 KiB: it must hold one secret only";
  if (secret.empty()) return " is empty: write the secret into it";
  if (secret.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return " holds a line break or a NUL byte: it must hold one secret on one line";
  }
  return {};
}

}  // namespace

Result<Secret> ReadSecretFile(const std::filesystem::path& path) {
  const auto refuse = [&path](std::string_view objection) {
    return Fail(ErrorKind::kAuth, "the secret file " + path.string() + std::string(objection));
  };
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return refuse(" cannot be opened: " + SystemSentence(errno));

  const std::string objection = ObjectionToFile(file.get(), path.string());
  if (!objection.empty()) return refuse(objection);

  ReadBuffer buffer;
  if (!buffer.Fill(file.get())) return refuse(" cannot be read: " + SystemSentence(errno));
  const std::string_view secret = WithoutLineBreak(buffer.content());
  const std::string_view content_objection = ObjectionToContent(buffer.content(), secret);
  if (!content_objection.empty()) return refuse(content_objection);
  return Secret(std::string(secret));
}

}  // namespace cckm
