#include "exporter/app/healthcheck.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "collectors/http/curl_http_client.h"
#include "exporter/config/web/web_config_file.h"
#include "exporter/config/web_paths.h"

namespace cckm {
namespace {

constexpr std::array<long, 3> kStatusesOfLife = {200, 401, 429};

// What became of one attempt.
enum class Finding {
  kAlive,
  kNotAlive,  // it answers something else, or there is nobody, or nobody answers
  kRefused,   // somebody is there and does not speak to us
};

// What the web configuration says of this server's TLS; nothing is known of a broken one.
struct Expectation {
  bool is_tls = false;
  bool needs_certificate = false;
};

Expectation ExpectationOf(const std::filesystem::path& web_config_file) {
  if (web_config_file.empty()) return {};
  const auto config = LoadWebConfigFile(web_config_file);
  if (!config || !(*config)->tls) return {};
  const ClientAuth client_auth = (*config)->tls->client_auth;
  return {true,
          client_auth == ClientAuth::kRequireAny || client_auth == ClientAuth::kRequireAndVerify};
}

struct Attempt {
  Finding finding = Finding::kNotAlive;
  std::string problem;  // what to say of one that is not alive
};

Attempt Judge(const HttpResult& response) {
  if (response.answer) {
    const long status = response.answer->status;
    if (std::ranges::count(kStatusesOfLife, status) != 0) return {Finding::kAlive, {}};
    return {Finding::kNotAlive, "answered HTTP " + std::to_string(status)};
  }
  const Error& error = response.answer.error();
  const bool is_refusal = error.kind == ErrorKind::kTls || error.kind == ErrorKind::kReset;
  return {is_refusal ? Finding::kRefused : Finding::kNotAlive, error.message};
}

// The server's certificate is not verified: it is asked for on this host, where it need not be
// named, and neither is anything secret sent nor anything believed but a status.
Attempt Request(std::string_view listen_address, bool is_tls) {
  constexpr std::size_t kLargestAnswer = 64U << 10U;
  CurlHttpClient client({.base_url = UrlOfListenAddress(listen_address, is_tls),
                         .request_timeout = std::chrono::seconds(5),
                         .max_response_size = kLargestAnswer,
                         .max_connections = 1,
                         .user_agent = "cckm_exporter-healthcheck",
                         .tls = {.insecure_skip_verify = true}});
  client.Start({.path = std::string(kHealthyPath), .bearer_token = nullptr, .tag = 0});
  while (client.InFlight() > 0) {
    for (const HttpResult& response : client.Wait(std::chrono::seconds(1))) {
      return Judge(response);
    }
  }
  return {};
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

tl::expected<void, std::string> CheckHealth(const CommandLine& flags) {
  const std::string& address = flags.listen_addresses.front();
  const Expectation expected = ExpectationOf(flags.web_config_file);
  const auto problem = [&](const Attempt& attempt) {
    return UrlOfListenAddress(address, expected.is_tls) + std::string(kHealthyPath) + ": " +
           attempt.problem;
  };
  const Attempt first = Request(address, expected.is_tls);
  if (first.finding == Finding::kAlive) return {};
  if (first.finding == Finding::kNotAlive) return tl::make_unexpected(problem(first));
  if (expected.needs_certificate) return {};
  if (Request(address, !expected.is_tls).finding == Finding::kAlive) return {};
  return tl::make_unexpected(problem(first));
}

}  // namespace cckm
