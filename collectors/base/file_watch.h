// Whether files have to be read again: because they changed, or because they could not be used.
//
// Thread-safety: each object belongs to one thread.

#pragma once

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/file_identity.h"

namespace cckm {

inline constexpr Nanoseconds kFileLookInterval = std::chrono::seconds(1);

// What is to be done with files that are looked at.
enum class FileTurn {
  kNothing,  // they are as they were read
  kRead,     // they are new or changed
  kRetry,    // they are as before, but could not be used: it may be the reading that failed
};

// What files were when they were read last.
class FileChanges {
 public:
  // The identities are taken before the contents are read, so that a change between the two is seen
  // at the next look.
  FileTurn Look(const std::vector<std::filesystem::path>& files);

  // What became of the reading that Look() asked for.
  void SetUsable(bool is_usable) { is_usable_ = is_usable; }

 private:
  using Identities = std::vector<std::optional<FileIdentity>>;

  std::optional<Identities> identities_;
  bool is_usable_ = false;
};

// The same for files that are looked at once a second.
class FileWatch {
 public:
  // Looks at nothing yet.  `clock` outlives this.
  FileWatch(std::vector<std::filesystem::path> files, const Clock& clock)
      : files_(std::move(files)), clock_(clock) {}

  // kNothing, too, where the last look is less than a second ago.
  FileTurn Look();

  // As FileChanges::SetUsable().
  void SetUsable(bool is_usable) { changes_.SetUsable(is_usable); }

  // Watches these files from now on, which are looked at and have to be read.
  void Watch(std::vector<std::filesystem::path> files);

 private:
  std::vector<std::filesystem::path> files_;
  const Clock& clock_;
  std::optional<SteadyTime> last_look_;
  FileChanges changes_;
};

}  // namespace cckm
