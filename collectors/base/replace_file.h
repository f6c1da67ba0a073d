// Writing a small file so that it is always either the old one or the new one.
//
// Thread-safety: one caller at a time for a path.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace cckm {

// Who may read the file: mode 0600 or 0644, whatever the umask.
enum class FileReaders : std::uint8_t { kOwner, kEverybody };

// Writes `content` into a new file beside `path`, makes sure that it is on disk, and renames it to
// `path`.  A missing folder is made with mode 0700 for a file of the owner alone.  Where
// everybody may read, what is there and no regular file stays.  The error is the end of a sentence
// that begins with the file's name.
tl::expected<void, std::string> ReplaceFile(const std::filesystem::path& path,
                                            std::string_view content,
                                            FileReaders readers = FileReaders::kOwner);

}  // namespace cckm
