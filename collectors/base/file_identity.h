// What tells one version of a file from the next without reading it.
//
// Thread-safety: pure functions over the file system.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace cckm {

struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

// Of the file behind symbolic links; nothing if there is none.
std::optional<FileIdentity> IdentityOf(const std::filesystem::path& path);

}  // namespace cckm
