#include "exporter/app/self_request.h"

#include <chrono>

#include "collectors/http/curl_http_client.h"
#include "exporter/config/web/web_config_file.h"

namespace cckm {
namespace {

// What the web configuration says of this server's TLS; nothing is known of a broken one.
struct ServerTls {
  bool is_on = false;
  bool needs_certificate = false;
};

ServerTls TlsOf(const std::filesystem::path& web_config_file) {
  if (web_config_file.empty()) return {};
  const auto config = LoadWebConfigFile(web_config_file);
  if (!config || !(*config)->tls) return {};
  const ClientAuth client_auth = (*config)->tls->client_auth;
  return {true,
          client_auth == ClientAuth::kRequireAny || client_auth == ClientAuth::kRequireAndVerify};
}

Result<HttpResponse> Get(std::string base_url, std::string_view path, std::size_t max_bytes) {
  CurlHttpClient client({.base_url = std::move(base_url),
                         .request_timeout = std::chrono::seconds(5),
                         .max_response_size = max_bytes,
                         .max_connections = 1,
                         .user_agent = "cckm_exporter-healthcheck",
                         .tls = {.insecure_skip_verify = true}});
  client.Start({.path = std::string(path), .bearer_token = nullptr, .tag = 0});
  while (client.InFlight() > 0) {
    for (HttpResult& result : client.Wait(std::chrono::seconds(1))) {
      return std::move(result.answer);
    }
  }
  return tl::make_unexpected(Error{ErrorKind::kInternal, "the request was lost"});
}

// Somebody is there and does not speak to us.
bool IsRefusal(const Result<HttpResponse>& answer) {
  return !answer &&
         (answer.error().kind == ErrorKind::kTls || answer.error().kind == ErrorKind::kReset);
}

}  // namespace

std::string UrlOfListenAddress(std::string_view listen_address, bool is_tls) {
  const std::size_t colon = listen_address.rfind(':');
  std::string_view host = listen_address.substr(0, colon);
  if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  std::string url = is_tls ? "https://" : "http://";
  return url.append(host).append(listen_address.substr(colon));
}

SelfAnswer AskRunningExporter(const CommandLine& flags, std::string_view path,
                              std::size_t max_bytes) {
  const std::string& address = flags.listen_addresses.front();
  const ServerTls tls = TlsOf(flags.web_config_file);
  const std::string url = UrlOfListenAddress(address, tls.is_on);
  SelfAnswer asked{.answer = Get(url, path, max_bytes), .url = url + std::string(path)};
  if (!IsRefusal(asked.answer)) return asked;
  asked.refuses_certificate = tls.needs_certificate;
  if (tls.needs_certificate) return asked;
  Result<HttpResponse> other = Get(UrlOfListenAddress(address, !tls.is_on), path, max_bytes);
  if (other) asked.answer = std::move(other);
  return asked;
}

}  // namespace cckm
