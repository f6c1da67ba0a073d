#include "collectors/base/sync_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include "collectors/base/file_descriptor.h"

namespace cckm {

bool SyncFolder(const std::filesystem::path& folder) {
  const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened && ::fsync(opened.number()) == 0;
}

}  // namespace cckm
