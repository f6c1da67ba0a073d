// Files that are looked at once a second and read again when they changed.
//
// Thread-safety: each object belongs to one thread; the functions are pure, over the file system.

#pragma once

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/file_identity.h"

namespace cckm {

inline constexpr Nanoseconds kFileLookInterval = std::chrono::seconds(1);

using FileIdentities = std::vector<std::optional<FileIdentity>>;
FileIdentities IdentitiesOf(const std::vector<std::filesystem::path>& files);

class FileWatch {
 public:
  // Looks at nothing yet.  `clock` outlives this.
  FileWatch(std::vector<std::filesystem::path> files, const Clock& clock)
      : files_(std::move(files)), clock_(clock) {}

  // What is to be done now.
  enum class Turn {
    kNothing,  // the last look is less than a second ago, or nothing changed
    kRead,     // the files are new or changed
    kRetry,    // they are as before, but could not be used: it may be the reading that failed
  };
  // The identities are taken before the contents are read, so that a change between the two is seen
  // at the next look.
  Turn Look();

  // What became of the reading that Look() asked for.
  void SetUsable(bool is_usable) { is_usable_ = is_usable; }

 private:
  const std::vector<std::filesystem::path> files_;
  const Clock& clock_;
  std::optional<SteadyTime> last_look_;
  std::optional<FileIdentities> identities_;  // of the files that were read last
  bool is_usable_ = false;
};

}  // namespace cckm
