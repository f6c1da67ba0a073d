#include "collectors/http/curl_profile.h"

#include <algorithm>

namespace cckm {
namespace {

struct LongOption {
  CURLoption option;
  long value;
};

// The same for every target, defaults of libcurl included: they matter too much to be left unsaid.
constexpr LongOption kProfile[] = {
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
    {CURLOPT_PROXY_SSL_VERIFYPEER, 1},
    {CURLOPT_PROXY_SSL_VERIFYHOST, 2},
    {CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    // A time-out or a shutdown does not wait for a resolver thread that hangs.
    {CURLOPT_QUICK_EXIT, 1},
};

constexpr Nanoseconds kLongestConnect = std::chrono::seconds(5);

// As libcurl takes times; 0 would mean "for ever".
long ToTimeoutMilliseconds(Nanoseconds length) {
  return std::max(1L,
                  static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(length).count()));
}

using CurlUrl = std::unique_ptr<CURLU, FreeWith<&curl_url_cleanup>>;
using CurlText = std::unique_ptr<char, FreeWith<&curl_free>>;

std::string PartOf(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  curl_url_get(url, part, &text, flags);
  const CurlText owned(text);
  return owned ? owned.get() : "";
}

// Sets options until one is refused.
class Setter {
 public:
  explicit Setter(CURL* easy) : easy_(easy) {}

  template <typename Value>
  void Set(CURLoption option, Value value) {
    if (result_ == CURLE_OK) result_ = curl_easy_setopt(easy_, option, value);
  }
  // The text is not copied: `text` must outlive the handle.
  void SetBlob(CURLoption option, std::string_view text) {
    curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};
    Set(option, &blob);
  }
  CURLcode result() const { return result_; }

 private:
  CURL* const easy_;
  CURLcode result_ = CURLE_OK;
};

void SetTls(Setter& setter, const TlsOptions& tls, const TlsMaterial* material) {
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

}  // namespace

UrlParts SplitBaseUrl(const HttpClientOptions& options) {
  const CurlUrl url(curl_url());
  if (!url) return {};
  if (curl_url_set(url.get(), CURLUPART_URL, options.base_url.c_str(), 0) != CURLUE_OK) return {};
  UrlParts parts;
  const std::string host = PartOf(url.get(), CURLUPART_HOST);
  const std::string port = PartOf(url.get(), CURLUPART_PORT);
  parts.scheme = PartOf(url.get(), CURLUPART_SCHEME);
  parts.authority = port.empty() ? host : host + ":" + port;
  parts.request_base = options.base_url;
  if (options.tls.server_name.empty()) return parts;
  parts.connect_to = "::" + host + ":" + PartOf(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  curl_url_set(url.get(), CURLUPART_HOST, options.tls.server_name.c_str(), 0);
  parts.request_base = PartOf(url.get(), CURLUPART_URL);
  if (parts.request_base.ends_with('/')) parts.request_base.pop_back();
  return parts;
}

CURLcode ApplyProfile(CURL* easy, const HttpClientOptions& options, SharedByTransfers& shared,
                      const TlsMaterial* material) {
  if (easy == nullptr) return CURLE_FAILED_INIT;
  const std::string& scheme = shared.url.scheme;
  if (scheme != "https" && scheme != "http") return CURLE_URL_MALFORMAT;
  Setter setter(easy);
  for (const LongOption& entry : kProfile) setter.Set(entry.option, entry.value);
  SetTls(setter, options.tls, material);
  setter.Set(CURLOPT_PROTOCOLS_STR, scheme.c_str());
  setter.Set(CURLOPT_REDIR_PROTOCOLS_STR, scheme.c_str());
  setter.Set(CURLOPT_PROXY, options.proxy_url.c_str());
  setter.Set(CURLOPT_NOPROXY, "");
  setter.Set(CURLOPT_USERAGENT, options.user_agent.c_str());
  setter.Set(CURLOPT_TIMEOUT_MS, ToTimeoutMilliseconds(options.request_timeout));
  setter.Set(CURLOPT_CONNECTTIMEOUT_MS,
             ToTimeoutMilliseconds(std::min(options.request_timeout, kLongestConnect)));
  setter.Set(CURLOPT_SHARE, shared.tls_sessions.get());
  if (shared.connect_to.get() != nullptr) {
    setter.Set(CURLOPT_CONNECT_TO, shared.connect_to.get());
  }
  if (setter.result() != CURLE_OK) return setter.result();
  const CURLcode watched = shared.sockets.Watch(easy);
  return watched != CURLE_OK ? watched : shared.peer.Watch(easy);
}

}  // namespace cckm
