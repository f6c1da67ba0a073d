// Reading of a file that holds one secret (a token, a password).
//
// Thread-safety: pure functions over the file system.

#pragma once

#include <filesystem>

#include "collectors/base/error.h"
#include "collectors/base/secret.h"

namespace cckm {

// Returns the file's content without one trailing line break.
//
// Fails with ErrorKind::kAuth, and a sentence that names the file and what to do, if it cannot be
// opened, is no regular file after symbolic links, can be read or written by everybody on the host
// (mode & 0007), is empty, is longer than 64 KiB, or holds a line break or NUL inside.  Never
// blocks on a FIFO.
Result<Secret> ReadSecretFile(const std::filesystem::path& path);

}  // namespace cckm
