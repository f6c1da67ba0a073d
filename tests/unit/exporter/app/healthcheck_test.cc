#include "exporter/app/healthcheck.h"

#include <gtest/gtest.h>

#include "collectors/http/curl_http_client.h"
#include "tests/unit/exporter/web/access/access_control_fixture.h"
#include "tests/unit/exporter/web/server/http_server_fixture.h"

namespace cckm {
namespace {

class HealthcheckServerTest : public HttpServerFixture {
 protected:
  // Whether an exporter that answers /-/healthy with this is healthy.
  bool IsHealthyWith(int status) {
    Serve([status](const WebRequest& request) {
      return TextAnswer(request.path == "/-/healthy" ? status : 500, "text");
    });
    const bool is_healthy = CheckHealth(Flags(port())).has_value();
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

TEST_F(HealthcheckServerTest, OnlyOkAndTheAnswersOfTheDoorAreAlive) {
  EXPECT_TRUE(IsHealthyWith(200));
  EXPECT_TRUE(IsHealthyWith(401));
  EXPECT_TRUE(IsHealthyWith(429));
  for (const int status : {204, 302, 403, 404, 500, 503}) EXPECT_FALSE(IsHealthyWith(status));
}

TEST_F(HealthcheckServerTest, NobodyThereIsNotHealthy) {
  Serve([](const WebRequest&) { return TextAnswer(200, ""); });
  const CommandLine flags = Flags(port());
  server_.reset();
  EXPECT_FALSE(CheckHealth(flags));
}

class HealthcheckAccessTest : public AccessControlFixture {
 protected:
  HealthcheckAccessTest() {
    WriteCertificate("server", MakeTestCertificate({.common_name = "server"}));
  }

  bool IsHealthyNow() {
    CommandLine flags;
    flags.listen_addresses = {"127.0.0.1:" + std::to_string(port())};
    flags.web_config_file = folder_.File("web.yml");
    return CheckHealth(flags).has_value();
  }

  static constexpr const char* kTls =
      "tls_server_config: { cert_file: server.pem, key_file: server.key }";
  const CurlRuntime curl_;
};

TEST_F(HealthcheckAccessTest, AsksOverTls) {
  Open(kTls);
  ServeBehindAccessControl();
  EXPECT_TRUE(IsHealthyNow());
  server_.reset();
  Serve([](const WebRequest&) { return TextAnswer(500, ""); },
        [this] {
          HttpServerOptions options;
          options.hooks = access_control_->Hooks();
          return options;
        }());
  EXPECT_FALSE(IsHealthyNow());
}

TEST_F(HealthcheckAccessTest, ADoorThatWantsAPasswordIsAlive) {
  Open(std::string("basic_auth_users: { alice: '") + kHashOfSecret + "' }");
  ServeBehindAccessControl();
  EXPECT_TRUE(IsHealthyNow());
}

TEST_F(HealthcheckAccessTest, ADoorThatWantsACertificateIsAlive) {
  for (const char* version : {"TLS12", "TLS13"}) {
    Open("tls_server_config: { cert_file: server.pem, key_file: server.key, max_version: " +
         std::string(version) + ", client_auth_type: RequireAnyClientCert }");
    ServeBehindAccessControl();
    EXPECT_TRUE(IsHealthyNow()) << version;
    server_.reset();
  }
}

TEST_F(HealthcheckAccessTest, AsksTheOtherWayWhereTheFileWasChangedMeanwhile) {
  Open(kTls);
  ServeBehindAccessControl();
  Write("web.yml", "{{{");
  EXPECT_TRUE(IsHealthyNow());
  server_.reset();
  Open("");
  ServeBehindAccessControl();
  Write("web.yml", kTls);
  EXPECT_TRUE(IsHealthyNow());
}

TEST_F(HealthcheckAccessTest, NobodyThereIsNotHealthyWhateverTheFileWants) {
  Open(
      "tls_server_config: { cert_file: server.pem, key_file: server.key, client_auth_type: "
      "RequireAnyClientCert }");
  ServeBehindAccessControl();
  CommandLine flags;
  flags.listen_addresses = {"127.0.0.1:" + std::to_string(port())};
  flags.web_config_file = folder_.File("web.yml");
  server_.reset();
  EXPECT_FALSE(CheckHealth(flags));
}

}  // namespace
}  // namespace cckm
