#include "exporter/app/healthcheck.h"

#include <gtest/gtest.h>

#include "collectors/http/curl_http_client.h"
#include "tests/exporter/http_server_fixture.h"

namespace cckm {
namespace {

TEST(HealthcheckTest, AsksWhereTheExporterListensFromThisHost) {
  struct Case {
    const char* listen_address;
    const char* url;
  };
  for (const Case& row : {
           Case{":9847", "http://127.0.0.1:9847"},
           Case{"0.0.0.0:9847", "http://127.0.0.1:9847"},
           Case{"127.0.0.1:1", "http://127.0.0.1:1"},
           Case{"192.0.2.7:65535", "http://192.0.2.7:65535"},
           Case{"localhost:80", "http://localhost:80"},
           Case{"[::]:9847", "http://[::1]:9847"},
           Case{"[::1]:9847", "http://[::1]:9847"},
           Case{"[2001:db8::1]:9847", "http://[2001:db8::1]:9847"},
       }) {
    EXPECT_EQ(UrlOfListenAddress(row.listen_address), row.url);
  }
}

class HealthcheckServerTest : public HttpServerFixture {
 protected:
  // Whether an exporter that answers /-/healthy with this is healthy.
  bool IsHealthyWith(int status) {
    Serve([status](const WebRequest& request) {
      return TextAnswer(request.path == "/-/healthy" ? status : 500, "text");
    });
    const bool is_healthy = IsHealthy(Flags(port()));
    server_.reset();
    return is_healthy;
  }

  static CommandLine Flags(int port) {
    CommandLine flags;
    flags.listen_addresses = {"127.0.0.1:" + std::to_string(port)};
    return flags;
  }

  const CurlRuntime curl_;
};

TEST_F(HealthcheckServerTest, OnlyOkAndUnauthorizedAreAlive) {
  EXPECT_TRUE(IsHealthyWith(200));
  EXPECT_TRUE(IsHealthyWith(401));
  for (const int status : {204, 302, 403, 404, 500, 503}) EXPECT_FALSE(IsHealthyWith(status));
}

TEST_F(HealthcheckServerTest, NobodyThereIsNotHealthy) {
  Serve([](const WebRequest&) { return TextAnswer(200, ""); });
  const CommandLine flags = Flags(port());
  server_.reset();
  EXPECT_FALSE(IsHealthy(flags));
}

}  // namespace
}  // namespace cckm
