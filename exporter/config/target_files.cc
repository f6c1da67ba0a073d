#include "exporter/config/target_files.h"

#include <utility>

#include "exporter/config/file_pattern.h"

namespace cckm {

TargetFiles LookAtTargetFiles(std::vector<std::filesystem::path> patterns) {
  TargetFiles look{.patterns = std::move(patterns)};
  for (const std::filesystem::path& pattern : look.patterns) {
    const MatchedFiles matches = FindFiles(pattern);
    if (matches.folder_is_unreadable) look.unreadable.push_back(pattern);
    for (const std::string& file : matches.files) {
      if (look.files.size() > kMaxTargetFiles) return look;
      look.files.emplace(file, IdentityOf(file));
    }
  }
  return look;
}

}  // namespace cckm
