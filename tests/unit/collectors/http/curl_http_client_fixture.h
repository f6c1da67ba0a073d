// What the tests of CurlHttpClient share: small limits, and calls that wait for their answer.

#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectors/http/curl_http_client.h"

namespace cckm {

inline constexpr std::size_t kBodyCap = 1000;
inline constexpr const char* kCanary = "eyJCANARY";

inline std::shared_ptr<const Secret> Token(const std::string& text) {
  return std::make_shared<const Secret>(text);
}

inline HttpClientOptions OptionsFor(const std::string& base_url) {
  return {.base_url = base_url,
          .request_timeout = std::chrono::seconds(10),
          .max_response_size = kBodyCap,
          .max_connections = 2,
          .user_agent = "cckm-test/1"};
}

// Every answer that is still to come; gives up after ten seconds without any.
inline std::vector<HttpResult> WaitForAll(HttpClient& client) {
  std::vector<HttpResult> all;
  while (client.InFlight() > 0) {
    std::vector<HttpResult> some = client.Wait(std::chrono::seconds(10));
    if (some.empty()) break;
    for (HttpResult& response : some) all.push_back(std::move(response));
  }
  return all;
}

inline HttpResult Get(HttpClient& client, const std::string& path,
                      const std::shared_ptr<const Secret>& token = nullptr) {
  client.Start({.path = path, .bearer_token = token, .tag = 7});
  std::vector<HttpResult> all = WaitForAll(client);
  if (all.size() == 1) return std::move(all.front());
  ADD_FAILURE() << all.size() << " answers instead of one";
  return {0, Fail(ErrorKind::kInternal, "no answer"), {}};
}

class CurlHttpClientTest : public testing::Test {
 protected:
  CurlRuntime runtime_;
};

}  // namespace cckm
