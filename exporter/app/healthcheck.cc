#include "exporter/app/healthcheck.h"

#include <chrono>

#include "collectors/http/curl_http_client.h"

namespace cckm {

std::string UrlOfListenAddress(std::string_view listen_address) {
  const std::size_t colon = listen_address.rfind(':');
  std::string_view host = listen_address.substr(0, colon);
  if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  return "http://" + std::string(host) + std::string(listen_address.substr(colon));
}

bool IsHealthy(const CommandLine& flags) {
  constexpr long kOk = 200;
  constexpr long kUnauthorized = 401;
  constexpr std::size_t kLargestAnswer = 64U << 10U;
  CurlHttpClient client({.base_url = UrlOfListenAddress(flags.listen_addresses.front()),
                         .request_timeout = std::chrono::seconds(5),
                         .max_response_size = kLargestAnswer,
                         .max_connections = 1,
                         .user_agent = "cckm_exporter-healthcheck"});
  client.Start({.path = "/-/healthy", .bearer_token = nullptr, .tag = 0});
  while (client.InFlight() > 0) {
    for (const HttpResponse& response : client.Wait(std::chrono::seconds(1))) {
      return response.answer &&
             (response.answer->status == kOk || response.answer->status == kUnauthorized);
    }
  }
  return false;
}

}  // namespace cckm
