// Reading of a whole regular file, with the checks that a secret needs.
//
// Used by secret_file.h and for certificates.  Thread-safety: pure functions over the file system.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace cckm {

// Who may be able to read the file, others than its owner and group.
enum class FilePrivacy { kPublic, kSecret };

// A file's bytes, overwritten when they go.
class FileContent {
 public:
  explicit FileContent(std::size_t most_bytes) : bytes_(most_bytes, '\0') {}
  ~FileContent();
  FileContent(FileContent&&) = default;
  FileContent& operator=(FileContent&&) = delete;
  FileContent(const FileContent&) = delete;
  FileContent& operator=(const FileContent&) = delete;

  std::string_view view() const { return {bytes_.data(), size_}; }

  // Reads to the end of the file or of the room; false with errno if that fails.
  bool Fill(int descriptor);

 private:
  std::string bytes_;
  std::size_t size_ = 0;
};

// The error is the end of a sentence that begins with the file's name: it cannot be opened or read,
// is no regular file after symbolic links, is longer than `most_bytes`, or, as a kSecret, can be
// read or written by everybody on the host (mode & 0007).  Never blocks on a FIFO.
tl::expected<FileContent, std::string> ReadWholeFile(const std::filesystem::path& path,
                                                     FilePrivacy privacy, std::size_t most_bytes);

}  // namespace cckm
