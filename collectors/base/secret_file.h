// Reading of a file that holds one secret (a token, a password).
//
// The same rules hold at --config.check, at a start, at a reload and when the file changes.
// Thread-safety: pure functions over the file system.

#pragma once

#include <filesystem>

#include "collectors/base/error.h"
#include "collectors/base/secret.h"

namespace cckm {

enum class SecretKind {
  kToken,     // visible ASCII, without "Bearer"
  kPassword,  // text without control characters; blanks inside are kept, at either end refused
};

// Returns the file's text without one trailing line break.
//
// Fails with ErrorKind::kAuth, and a sentence that names the file and what to do, if it cannot be
// opened, is no regular file after symbolic links, can be read or written by everybody on the host
// (mode & 0007), is empty, is no UTF-8, is longer than 64 KiB, or holds what a secret of this kind
// cannot hold.  Never blocks on a FIFO.
Result<Secret> ReadSecretFile(const std::filesystem::path& path, SecretKind kind);

}  // namespace cckm
