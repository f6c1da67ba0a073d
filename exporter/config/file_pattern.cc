#include "exporter/config/file_pattern.h"

#include <glob.h>

#include <memory>
#include <system_error>

namespace cckm {

bool HasWildcard(const std::filesystem::path& pattern) {
  return pattern.native().find_first_of("*?[\\") != std::string::npos;
}

bool IsThere(const std::filesystem::path& path) {
  std::error_code fault;
  return std::filesystem::symlink_status(path, fault).type() !=
         std::filesystem::file_type::not_found;
}

MatchedFiles FindFiles(const std::filesystem::path& pattern) {
  MatchedFiles matches;
  if (!HasWildcard(pattern)) {
    if (IsThere(pattern)) matches.files.insert(pattern.string());
    return matches;
  }
  glob_t found{};
  const std::unique_ptr<glob_t, void (*)(glob_t*)> owner(&found, &globfree);
  const int result = glob(pattern.c_str(), GLOB_NOSORT | GLOB_ERR, nullptr, &found);
  matches.files.insert(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  matches.folder_is_unreadable =
      result != 0 && result != GLOB_NOMATCH && IsThere(pattern.parent_path());
  return matches;
}

}  // namespace cckm
