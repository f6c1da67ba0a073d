// A mark by which the content of a credential file is known again, fit to be kept on disk.
//
// Thread-safety: a pure function over the file system.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace cckm {

// Six hexadecimal digits that depend on the text of the file, without its last line break, and on
// `account`: not on where the file is.  Nothing if there is no such file of UTF-8 text of at most
// 1 MiB, or it cannot be read.
//
// Whoever reads the mark learns nearly nothing of a password.  It is slow to make (PBKDF2 of RFC
// 8018 with 50,000 rounds of HMAC-SHA-256, some 15 ms), so that guesses cost; and it is short, so
// that they do not pay: one in 16.7 million passwords has the same mark, more than one of every
// long list.  By the same chance a new password is taken for the old one.
std::optional<std::string> CredentialDigest(std::string_view account,
                                            const std::filesystem::path& file);

}  // namespace cckm
