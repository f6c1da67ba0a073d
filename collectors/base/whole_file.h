// Reading of a whole regular file, with the checks that a secret needs; the one way in which files
// of people are read.
//
// Used by secret_file.h, for certificates, files of refresh IDs and configuration.  Thread-safety:
// pure functions over the file system.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace cckm {

// Who may be able to read the file, others than its owner and group.
enum class FilePrivacy { kPublic, kSecret };

// A file's bytes, overwritten when they go.
class FileContent {
 public:
  FileContent() = default;
  ~FileContent() { Wipe(); }
  FileContent(FileContent&&) = default;
  FileContent& operator=(FileContent&&) = delete;
  FileContent(const FileContent&) = delete;
  FileContent& operator=(const FileContent&) = delete;

  std::string_view view() const { return {bytes_.data() + begin_, end_ - begin_}; }

  // Reads to the end of the file, or one byte more than `most_bytes`.  `expected_bytes` is what the
  // file says of its size; it may be wrong.  False with errno if the system refuses.
  bool Fill(int descriptor, std::size_t expected_bytes, std::size_t most_bytes);

  // Takes a byte order mark and the CR of each CR LF away.
  void MakePlainText();

 private:
  void Wipe() noexcept;
  void Grow(std::size_t size);

  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// The error is the end of a sentence that begins with the file's name: it cannot be opened or read,
// is no regular file after symbolic links, is longer than `most_bytes`, or, as a kSecret, can be
// read or written by everybody on the host (mode & 0007).  Never blocks on a FIFO.
tl::expected<FileContent, std::string> ReadWholeFile(const std::filesystem::path& path,
                                                     FilePrivacy privacy, std::size_t most_bytes);

// The same for text that people write with whatever editor they have: without byte order mark, with
// LF in place of CR LF.  What is not UTF-8 is an error.
tl::expected<FileContent, std::string> ReadTextFile(const std::filesystem::path& path,
                                                    FilePrivacy privacy, std::size_t most_bytes);

}  // namespace cckm
