#include "collectors/base/file_watch.h"

#include <algorithm>
#include <iterator>

namespace cckm {

FileTurn FileChanges::Look(const std::vector<std::filesystem::path>& files) {
  Identities identities;
  std::ranges::transform(files, std::back_inserter(identities), IdentityOf);
  if (identities == identities_) return is_usable_ ? FileTurn::kNothing : FileTurn::kRetry;
  identities_ = std::move(identities);
  is_usable_ = false;
  return FileTurn::kRead;
}

FileTurn FileWatch::Look() {
  const SteadyTime now = clock_.SteadyNow();
  if (last_look_ && now - *last_look_ < kFileLookInterval) return FileTurn::kNothing;
  last_look_ = now;
  return changes_.Look(files_);
}

void FileWatch::Watch(std::vector<std::filesystem::path> files) {
  files_ = std::move(files);
  changes_.Look(files_);
  changes_.SetUsable(false);
}

}  // namespace cckm
