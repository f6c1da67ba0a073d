// Writing a small private file so that it is always either the old one or the new one.
//
// Thread-safety: one caller at a time for a path.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace cckm {

// Writes `content` into a new file of mode 0600 beside `path`, makes sure that it is on disk, and
// renames it to `path`.  A missing folder is made with mode 0700.  The error is the end of a
// sentence that begins with the file's name.
tl::expected<void, std::string> ReplaceFile(const std::filesystem::path& path,
                                            std::string_view content);

}  // namespace cckm
