#include "exporter/app/version.h"

#include <fmt/format.h>

#include "collectors/decode/decoder.h"
#include "collectors/http/curl_http_client.h"
#include "exporter/web/server/http_server.h"

namespace cckm {

BuildInfo ThisBuild() {
  return {.version = CCKM_VERSION, .revision = SourceRevision(), .compiler = CCKM_COMPILER};
}

std::string VersionText() {
  const BuildInfo build = ThisBuild();
  return fmt::format(
      "cckm_exporter, version {} (revision: {})\n  compiler:  {}\n  libraries: {}, {}, {}\n",
      build.version, build.revision, build.compiler, HttpLibraryVersion(), JsonLibraryVersion(),
      WebLibraryVersion());
}

}  // namespace cckm
