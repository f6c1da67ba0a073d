// Decides when files of targets make the configuration be read again.
//
// Thread-safety: belongs to whoever holds the mutex of App.

#pragma once

#include <optional>
#include <string>

#include "collectors/base/clock.h"
#include "exporter/config/target_files.h"

namespace cckm {

class TargetFileWatch {
 public:
  // `read` is what the running configuration was made of.  `clock` outlives this.
  TargetFileWatch(TargetFiles read, const Clock& clock) : seen_(std::move(read)), clock_(clock) {}

  // True where a file changed, came or went since the last look, or where the last reading failed a
  // minute ago: the reason may have been another file.  False where the last look is less than a
  // second ago.
  bool Look();

  // The configuration is made of these now.
  void Used(TargetFiles read);

  // The reading that Look() asked for failed.  False if that was told for the same reason, and no
  // file has changed since.
  bool IsNews(const std::string& reason);

 private:
  TargetFiles seen_;
  const Clock& clock_;
  std::optional<SteadyTime> last_look_;
  std::optional<SteadyTime> failed_at_;
  std::string told_;  // why the reading failed; empty: it did not
};

}  // namespace cckm
