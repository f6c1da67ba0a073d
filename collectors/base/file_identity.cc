#include "collectors/base/file_identity.h"

#include <sys/stat.h>

namespace cckm {
namespace {

std::int64_t ToNanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::optional<FileIdentity> IdentityOf(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino, status.st_size, ToNanoseconds(status.st_mtim),
                      ToNanoseconds(status.st_ctim)};
}

}  // namespace cckm
