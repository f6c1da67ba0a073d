// A folder of its own for one test, with a token file in it; it goes with the object.

#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace cckm {

class ConfigFolder {
 public:
  ConfigFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cckm-config-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
    Write("token", "canary-token", 0600);
  }
  ~ConfigFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  ConfigFolder(const ConfigFolder&) = delete;
  ConfigFolder& operator=(const ConfigFolder&) = delete;

  std::filesystem::path File(std::string_view name) const { return path_ / name; }

  std::filesystem::path Write(std::string_view name, std::string_view text, unsigned mode) const {
    std::ofstream(File(name), std::ios::binary) << text;
    std::filesystem::permissions(File(name), static_cast<std::filesystem::perms>(mode));
    return File(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace cckm
