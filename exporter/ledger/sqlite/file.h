// The folder and the file of the durable ledger, before SQLite opens it.  For this library.
//
// Thread-safety: pure functions; the file system is shared with everybody.

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <tl/expected.hpp>

namespace cckm {

inline constexpr const char* kLedgerFileName = "ledger.sqlite";
inline constexpr mode_t kLedgerFileMode = 0600;

// Makes what is missing of the folder (its last part with mode 0700) and of the file, and gives the
// file mode 0600 whatever the umask, where this user may; SQLite gives it to the files it puts
// beside.  An existing folder keeps its mode; it may be a symbolic link, the file may not.  Refused
// is what everybody may write.  Returns the file, or why it cannot be.
tl::expected<std::filesystem::path, std::string> MakeLedgerFile(
    const std::filesystem::path& folder);

}  // namespace cckm
