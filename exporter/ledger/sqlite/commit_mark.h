// How many commits the ledger holds at least, told in a small file beside it.  For SqliteStore.
//
// What a killed process has written ahead is all there is of its latest commits, and SQLite takes
// an end of it that is damaged or lost for one that was never written.  So each commit is told here
// too, once it is on disk: a ledger that holds fewer has lost some, and is refused.
//
// A folder that was put back as a whole, as it was earlier, cannot be told from the folder of that
// time; nor can an end that was lost together with this file.  The exporter counts on from there:
// what finished since then and is still in the appliance's list counts once more.
//
// Thread-safety: as the connection.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "collectors/base/file_descriptor.h"

namespace cckm {

inline constexpr const char* kCommitMarkEnding = "-commits";

class SqliteCommitMark {
 public:
  explicit SqliteCommitMark(std::filesystem::path ledger_file);
  // To be called when the ledger is closed.  Takes the file away if it was written here and nothing
  // is written ahead any more.
  ~SqliteCommitMark();
  SqliteCommitMark(const SqliteCommitMark&) = delete;
  SqliteCommitMark& operator=(const SqliteCommitMark&) = delete;

  // What was written last; 0 where nothing was, or where the file is damaged itself.
  std::int64_t Read() const;

  // Returns why it could not; the file then asks for no more than before.
  std::optional<std::string> Write(std::int64_t commits);

  std::string name() const { return file_.filename().string(); }

 private:
  const std::filesystem::path ledger_file_;
  const std::filesystem::path file_;
  FileDescriptor opened_{-1};  // once it was written
};

}  // namespace cckm
