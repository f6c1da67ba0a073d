#include <civetweb.h>

#include "exporter/web/server/http_server.h"

namespace cckm {

std::string WebLibraryVersion() { return std::string("civetweb/") + mg_version(); }

}  // namespace cckm
