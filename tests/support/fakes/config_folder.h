// A folder of its own for one test, with a token file in it; it goes with the object.

#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

#include "tests/support/fakes/temporary_folder.h"

namespace cckm {

class ConfigFolder {
 public:
  ConfigFolder() { Write("token", "canary-token", 0600); }

  std::filesystem::path File(std::string_view name) const { return folder_.File(name); }

  std::filesystem::path Write(std::string_view name, std::string_view text, unsigned mode) const {
    std::ofstream(File(name), std::ios::binary) << text;
    std::filesystem::permissions(File(name), static_cast<std::filesystem::perms>(mode));
    return File(name);
  }

  std::string Read(std::string_view name) const { return folder_.Read(name); }

 private:
  const TemporaryFolder folder_;
};

}  // namespace cckm
