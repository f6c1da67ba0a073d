#include "collectors/base/file_watch.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cckm {

FileIdentities IdentitiesOf(const std::vector<std::filesystem::path>& files) {
  FileIdentities identities;
  std::ranges::transform(files, std::back_inserter(identities), IdentityOf);
  return identities;
}

FileWatch::Turn FileWatch::Look() {
  const SteadyTime now = clock_.SteadyNow();
  if (last_look_ && now - *last_look_ < kFileLookInterval) return Turn::kNothing;
  last_look_ = now;
  FileIdentities identities = IdentitiesOf(files_);
  if (identities == identities_) return is_usable_ ? Turn::kNothing : Turn::kRetry;
  identities_ = std::move(identities);
  return Turn::kRead;
}

}  // namespace cckm
