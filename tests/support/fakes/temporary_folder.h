// A folder of its own for one test; it goes with the object.

#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace cckm {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cckm-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path File(std::string_view name) const { return path_ / name; }

  // Puts a new file in the place of an old one, as those do that renew secrets.
  std::filesystem::path Replace(std::string_view name, std::string_view content,
                                unsigned mode = 0600) const {
    const std::filesystem::path fresh = File("fresh file");
    std::ofstream(fresh, std::ios::binary) << content;
    std::filesystem::permissions(fresh, static_cast<std::filesystem::perms>(mode));
    std::filesystem::rename(fresh, File(name));
    return File(name);
  }

  std::string Read(std::string_view name) const {
    std::ifstream file(File(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

 private:
  std::filesystem::path path_;
};

// The permission bits of a file or folder; 0 where there is none.
inline unsigned ModeOf(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return 0;
  return status.st_mode & 07777U;
}

}  // namespace cckm
