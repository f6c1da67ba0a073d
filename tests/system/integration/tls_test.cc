// The exporter towards an appliance whose identity it cannot verify: it must not talk to it.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/system/integration/exporter_process.h"

namespace cckm {
namespace {

constexpr const char* kOpenssl = "/usr/bin/openssl";

// OpenSSL's test server with a certificate of its own making, valid for 127.0.0.1.
class TlsServer {
 public:
  TlsServer(const ConfigFolder& folder, std::vector<std::string> protocol_options)
      : port_(FreePort()), child_(kOpenssl, Settings(folder, port_, std::move(protocol_options))) {}

  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
  // "ACCEPT" is what it prints once it listens.
  bool Listens() {
    return Eventually(kPatience,
                      [this] { return child_.Output().find("ACCEPT") != std::string::npos; });
  }

 private:
  static ChildSettings Settings(const ConfigFolder& folder, int port,
                                std::vector<std::string> protocol_options) {
    const EndedProcess made = RunToEnd(
        kOpenssl,
        {.arguments = {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                       "-nodes", "-keyout", folder.File("server.key"), "-out",
                       folder.File("server.pem"), "-subj", "/CN=127.0.0.1", "-addext",
                       "subjectAltName=IP:127.0.0.1"}});
    EXPECT_EQ(made.exit_code, 0) << made.error_output;
    ChildSettings settings{.arguments = {"s_server", "-accept", std::to_string(port), "-cert",
                                         folder.File("server.pem"), "-key",
                                         folder.File("server.key"), "-www"}};
    settings.arguments.insert(settings.arguments.end(), protocol_options.begin(),
                              protocol_options.end());
    return settings;
  }

  const int port_;
  ChildProcess child_;
};

TEST(TlsTest, AnApplianceThatCannotBeVerifiedIsRefusedAndTheFaultIsOfTls) {
  struct Case {
    const char* name;
    std::vector<std::string> protocol_options;
    const char* cause;
  };
  const Case cases[] = {
      {"signed by itself", {}, "certificate"},
      {"TLS 1.1 at most",
       {"-no_tls1_2", "-no_tls1_3", "-cipher", "DEFAULT@SECLEVEL=0"},
       "protocol version"},
  };
  for (const Case& row : cases) {
    const ConfigFolder folder;
    TlsServer server(folder, row.protocol_options);
    ASSERT_TRUE(server.Listens()) << row.name;
    WriteConfig(folder, {.url = server.url()});
    const EndedProcess once = RunExporter(folder, {"--config.file=config.yaml", "--once"});
    EXPECT_EQ(once.exit_code, 1) << row.name;
    EXPECT_THAT(ValueOf(once.output, Series("cckm_api_errors_total", {{"reason", "tls"}})),
                testing::AnyOf("1", "2"))  // of the refresh, and of a list
        << row.name << ": " << once.error_output;
    EXPECT_EQ(ValueOf(once.output, Series("cckm_up")), "0") << row.name;
    EXPECT_THAT(once.error_output, testing::HasSubstr(row.cause)) << row.name;
  }
}

}  // namespace
}  // namespace cckm
