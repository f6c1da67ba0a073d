#include "exporter/web/origin.h"
#include "collectors/base/text.h"

#include <array>
#include <string_view>

namespace cckm {
namespace {

struct Scheme {
  std::string_view start;
  std::string_view port;  // which need not be written
};
constexpr std::array<Scheme, 2> kSchemes = {{{"http://", ":80"}, {"https://", ":443"}}};

std::string_view WithoutPort(std::string_view host, std::string_view port) {
  return host.ends_with(port) ? host.substr(0, host.size() - port.size()) : host;
}

bool IsOwn(std::string_view origin, std::string_view host) {
  for (const Scheme& scheme : kSchemes) {
    if (!origin.starts_with(scheme.start)) continue;
    const std::string_view named = WithoutPort(origin.substr(scheme.start.size()), scheme.port);
    return !named.empty() && EqualsWithoutCase(named, WithoutPort(host, scheme.port));
  }
  return false;
}

}  // namespace

bool IsOfAnotherOrigin(const WebRequest& request) {
  if (!request.origin.empty() && !IsOwn(request.origin, request.host)) return true;
  const std::string_view site = request.fetch_site;
  return !site.empty() && site != "same-origin" && site != "none";
}

}  // namespace cckm
