// The files that name refreshes: one ID a line, # begins a comment.
//
// Thread-safety: each object belongs to one thread; the functions are pure, over the file system.

#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "collectors/base/file_watch.h"

namespace cckm {

// What is wrong with the files that a pattern (as of glob(7), absolute) matches, a sentence each.
struct RefreshIdProblems {
  // Files and folders that cannot be read, files without a single ID among lines that should be.
  std::vector<std::string> errors;
  std::vector<std::string> warnings;  // lines that are skipped, a pattern that matches nothing
};
RefreshIdProblems CheckRefreshIdFiles(const std::filesystem::path& pattern);

// The refresh IDs of a collector that stand in its files, which are read again when they change.
//
// A file that cannot be read keeps the IDs that were read from it before, and so does one whose
// folder cannot be read, or whose path was written without a wildcard and that is not there any
// more.  A file that is gone from what a wildcard matches takes its IDs with it.
class WatchedRefreshIds {
 public:
  // Told once for each change: what could not be used, a sentence with file and line.
  using ErrorReporter = std::function<void(const std::string&)>;

  // Reads nothing yet.
  explicit WatchedRefreshIds(std::vector<std::filesystem::path> patterns)
      : patterns_(std::move(patterns)) {}

  // Takes over what was read for another configuration of the same collector.  To be called before
  // the first Look().
  void Inherit(const WatchedRefreshIds& former) { files_ = former.files_; }

  // Reads the files that are new, changed or could not be read.  True if refresh_ids() or
  // unreadable() may have changed.
  bool Look(const ErrorReporter& report);

  // Each ID once: those written in the configuration, then those of the files, in the order of
  // files and lines.
  std::vector<std::string> refresh_ids(const std::vector<std::string>& written = {}) const;
  // Files, and folders of files, that cannot be read now.
  std::size_t unreadable() const;

 private:
  using Ids = std::vector<std::string>;
  struct File {
    FileChanges changes;
    std::shared_ptr<const Ids> refresh_ids = std::make_shared<const Ids>();
    std::string objection;  // why it cannot be read; empty: it was
  };
  using Files = std::map<std::string, File>;

  void LookAt(const std::filesystem::path& pattern, Files& now, const ErrorReporter& report) const;
  File Former(const std::string& name) const;
  File Read(const std::string& name, const ErrorReporter& report) const;
  static File Unread(File file, std::string objection, const ErrorReporter& report);

  const std::vector<std::filesystem::path> patterns_;
  Files files_;  // by name
};

}  // namespace cckm
