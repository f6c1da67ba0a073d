#include "collectors/http/base_url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "collectors/base/free_with.h"
#include "collectors/base/text.h"

namespace cckm {
namespace {

using CurlUrl = std::unique_ptr<CURLU, FreeWith<&curl_url_cleanup>>;
using CurlText = std::unique_ptr<char, FreeWith<&curl_free>>;

// Null if the text is no URL.
CurlUrl Parse(const std::string& text) {
  CurlUrl url(curl_url());
  if (url && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) url.reset();
  return url;
}

std::string PartOf(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  curl_url_get(url, part, &text, flags);
  const CurlText owned(text);
  return owned ? owned.get() : "";
}

void TakeProxy(const std::string& proxy_url, UrlParts& out) {
  const CurlUrl proxy = Parse(proxy_url);
  if (!proxy) return;
  // Without a port libcurl would take 1080, whatever the scheme.
  const std::string port = PartOf(proxy.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  out.proxy_authority = PartOf(proxy.get(), CURLUPART_HOST) + ":" + port;
  out.proxy = PartOf(proxy.get(), CURLUPART_SCHEME) + "://" + out.proxy_authority;
}

}  // namespace

UrlParts SplitUrls(const std::string& base_url, const std::string& server_name,
                   const std::string& proxy_url) {
  const CurlUrl url = Parse(base_url);
  if (!url) return {};
  UrlParts parts;
  const std::string host = PartOf(url.get(), CURLUPART_HOST);
  const std::string port = PartOf(url.get(), CURLUPART_PORT);
  parts.scheme = PartOf(url.get(), CURLUPART_SCHEME);
  parts.authority = port.empty() ? host : host + ":" + port;
  parts.request_base = base_url;
  if (!proxy_url.empty()) TakeProxy(proxy_url, parts);
  if (server_name.empty()) return parts;
  parts.connect_to = "::" + host + ":" + PartOf(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  curl_url_set(url.get(), CURLUPART_HOST, server_name.c_str(), 0);
  parts.request_base = PartOf(url.get(), CURLUPART_URL);
  if (parts.request_base.ends_with('/')) parts.request_base.pop_back();
  return parts;
}

std::string CanonicalBaseUrl(const std::string& base_url) {
  const CurlUrl url = Parse(base_url);
  if (!url) return base_url;
  std::string host = PartOf(url.get(), CURLUPART_HOST, CURLU_URLDECODE);
  std::ranges::transform(host, host.begin(), ToLower);
  if (host.ends_with('.')) host.pop_back();
  std::string path = PartOf(url.get(), CURLUPART_PATH, CURLU_URLDECODE);
  while (path.ends_with('/')) path.pop_back();
  return PartOf(url.get(), CURLUPART_SCHEME) + "://" + host + ":" +
         PartOf(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT) + path;
}

}  // namespace cckm
