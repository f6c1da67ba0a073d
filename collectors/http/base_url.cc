#include "collectors/http/base_url.h"

#include <algorithm>

#include "collectors/base/text.h"
#include "collectors/http/curl_url.h"

namespace cckm {
namespace {

void TakeProxy(const std::string& proxy_url, UrlParts& out) {
  const CurlUrl proxy = ReadCurlUrl(proxy_url);
  if (!proxy) return;
  // Without a port libcurl would take 1080, whatever the scheme.
  const std::string port = PartOf(proxy, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  out.proxy_authority = PartOf(proxy, CURLUPART_HOST) + ":" + port;
  out.proxy = PartOf(proxy, CURLUPART_SCHEME) + "://" + out.proxy_authority;
}

}  // namespace

UrlParts SplitUrls(const std::string& base_url, const std::string& server_name,
                   const std::string& proxy_url) {
  const CurlUrl url = ReadCurlUrl(base_url);
  if (!url) return {};
  UrlParts parts;
  const std::string host = PartOf(url, CURLUPART_HOST);
  const std::string port = PartOf(url, CURLUPART_PORT);
  parts.scheme = PartOf(url, CURLUPART_SCHEME);
  parts.authority = port.empty() ? host : host + ":" + port;
  parts.request_base = base_url;
  if (!proxy_url.empty()) TakeProxy(proxy_url, parts);
  if (server_name.empty()) return parts;
  parts.connect_to = "::" + host + ":" + PartOf(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  curl_url_set(url.get(), CURLUPART_HOST, server_name.c_str(), 0);
  parts.request_base = PartOf(url, CURLUPART_URL);
  if (parts.request_base.ends_with('/')) parts.request_base.pop_back();
  return parts;
}

std::string CanonicalBaseUrl(const std::string& base_url) {
  const CurlUrl url = ReadCurlUrl(base_url);
  if (!url) return base_url;
  std::string host = PartOf(url, CURLUPART_HOST, CURLU_URLDECODE);
  std::ranges::transform(host, host.begin(), ToLower);
  if (host.ends_with('.')) host.pop_back();
  std::string path = PartOf(url, CURLUPART_PATH, CURLU_URLDECODE);
  while (path.ends_with('/')) path.pop_back();
  return PartOf(url, CURLUPART_SCHEME) + "://" + host + ":" +
         PartOf(url, CURLUPART_PORT, CURLU_DEFAULT_PORT) + path;
}

}  // namespace cckm
