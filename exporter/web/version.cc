#include <civetweb.h>

#include "exporter/web/http_server.h"

namespace cckm {

std::string WebLibraryVersion() { return std::string("civetweb/") + mg_version(); }

}  // namespace cckm
