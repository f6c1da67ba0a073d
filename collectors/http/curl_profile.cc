#include "collectors/http/curl_profile.h"

#include <algorithm>
#include <new>
#include <utility>

namespace cckm {
namespace {

// The same for every target, defaults of libcurl included: they matter too much to be left unsaid.
constexpr std::pair<CURLoption, long> kProfile[] = {
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_HTTP09_ALLOWED, 0},
    {CURLOPT_HTTP_CONTENT_DECODING, 0},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_UNRESTRICTED_AUTH, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_PATH_AS_IS, 1},
    {CURLOPT_TCP_NODELAY, 1},
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_NOPROGRESS, 1},
    {CURLOPT_MAXAGE_CONN, 60},
    {CURLOPT_MAXLIFETIME_CONN, 300},
    {CURLOPT_DNS_CACHE_TIMEOUT, 30},
    // The answer of a proxy to CONNECT is not the appliance's.
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
    // Also for http://: a proxy sees no request, and so no token.
    {CURLOPT_HTTPPROXYTUNNEL, 1},
    {CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC)},
    {CURLOPT_PROXY_SSL_VERIFYPEER, 1},
    {CURLOPT_PROXY_SSL_VERIFYHOST, 2},
    {CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    // A time-out or a shutdown does not wait for a resolver thread that hangs.
    {CURLOPT_QUICK_EXIT, 1},
};

constexpr Nanoseconds kMaxConnect = std::chrono::seconds(5);

// As libcurl takes times; 0 would mean "for ever".
long ToTimeoutMilliseconds(Nanoseconds length) {
  return std::max(1L,
                  static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(length).count()));
}

void SetTls(CurlSetter& setter, const TlsOptions& tls, const TlsMaterial* material) {
  setter.Set(CURLOPT_SSL_VERIFYPEER, tls.insecure_skip_verify ? 0L : 1L);
  setter.Set(CURLOPT_SSL_VERIFYHOST, tls.insecure_skip_verify ? 0L : 2L);
  setter.Set(CURLOPT_SSLVERSION,
             tls.tls13_only ? long{CURL_SSLVERSION_TLSv1_3} : long{CURL_SSLVERSION_TLSv1_2});
  if (material == nullptr) return;
  if (!material->authorities.empty()) {
    setter.SetBlob(CURLOPT_CAINFO_BLOB, material->authorities);
    // Else the system's folder would be trusted besides.
    setter.Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!material->certificate.empty()) {
    setter.SetBlob(CURLOPT_SSLCERT_BLOB, material->certificate);
    setter.SetBlob(CURLOPT_SSLKEY_BLOB, material->key.Reveal());
  }
}

void SetProxy(CurlSetter& setter, const HttpClientOptions& options, const UrlParts& urls,
              const TlsMaterial* material) {
  setter.Set(CURLOPT_PROXY, urls.proxy.c_str());
  setter.Set(CURLOPT_NOPROXY, "");
  if (material == nullptr) return;
  if (!material->proxy_authorities.empty()) {
    setter.SetBlob(CURLOPT_PROXY_CAINFO_BLOB, material->proxy_authorities);
    setter.Set(CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!options.proxy.username.empty()) {
    setter.Set(CURLOPT_PROXYUSERNAME, options.proxy.username.c_str());
    setter.Set(CURLOPT_PROXYPASSWORD, material->proxy_password.Reveal().data());
  }
}

}  // namespace

std::deque<TransferAddress> AddressesOf(const HttpClientOptions& options) {
  std::deque<TransferAddress> addresses;
  const auto add = [&](const std::string& url) {
    TransferAddress& address = addresses.emplace_back();
    address.url = SplitUrls(url, options.tls.server_name, options.proxy.url);
    const std::string& connect_to = address.url.connect_to;
    if (!connect_to.empty() && !address.connect_to.Append(connect_to.c_str())) {
      throw std::bad_alloc();
    }
  };
  add(options.base_url);
  for (const std::string& url : options.further_urls) add(url);
  return addresses;
}

CURLcode ApplyProfile(CURL* easy, const HttpClientOptions& options, SharedByTransfers& shared,
                      const TlsMaterial* material) {
  if (easy == nullptr) return CURLE_FAILED_INIT;
  const auto can_be_used = [&options](const TransferAddress& address) {
    const UrlParts& url = address.url;
    // A proxy that cannot be understood is not left out.
    return (url.scheme == "https" || url.scheme == "http") &&
           options.proxy.url.empty() == url.proxy.empty();
  };
  if (!std::ranges::all_of(shared.addresses, can_be_used)) return CURLE_URL_MALFORMAT;
  CurlSetter setter(easy);
  for (const auto& [option, value] : kProfile) setter.Set(option, value);
  SetTls(setter, options.tls, material);
  SetProxy(setter, options, shared.addresses.front().url, material);
  setter.Set(CURLOPT_USERAGENT, options.user_agent.c_str());
  setter.Set(CURLOPT_TIMEOUT_MS, ToTimeoutMilliseconds(options.request_timeout));
  setter.Set(CURLOPT_CONNECTTIMEOUT_MS,
             ToTimeoutMilliseconds(std::min(options.request_timeout, kMaxConnect)));
  setter.Set(CURLOPT_SHARE, shared.tls_sessions.get());
  return setter.result();
}

void SetAddress(CurlSetter& setter, const TransferAddress& address) {
  setter.Set(CURLOPT_PROTOCOLS_STR, address.url.scheme.c_str());
  setter.Set(CURLOPT_REDIR_PROTOCOLS_STR, address.url.scheme.c_str());
  setter.Set(CURLOPT_CONNECT_TO, address.connect_to.get());
}

}  // namespace cckm
