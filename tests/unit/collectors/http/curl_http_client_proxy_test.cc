// CurlHttpClient through a proxy: a tunnel whatever the target's scheme, logins, proxies that speak
// TLS, and errors that name the proxy where it is to blame.

#include "collectors/http/base_url.h"
#include "tests/support/fakes/raw_server.h"
#include "tests/support/fakes/temporary_folder.h"
#include "tests/support/fakes/tls_server.h"
#include "tests/unit/collectors/http/curl_http_client_fixture.h"
#include "tests/unit/collectors/http/wire_server.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;

constexpr const char* kTunnel = "HTTP/1.1 200 Connection established\r\n\r\n";
const std::string kLoginWanted =
    "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\n"
    "Content-Length: 0\r\n\r\n";

class ProxyTest : public CurlHttpClientTest {
 protected:
  ProxyTest() {
    folder_.Replace("ca.pem", identities_.authority());
    folder_.Replace("other.pem", identities_.other_authority());
    folder_.Replace("password", "pa:ss w\xC3\xB6rd\n");
  }

  HttpClientOptions Through(const std::string& proxy,
                            const std::string& target = "http://cm.example.test:8080") const {
    HttpClientOptions options = OptionsFor(target);
    options.proxy.url = proxy;
    return options;
  }
  HttpClientOptions LoggingIn(HttpClientOptions options) const {
    options.proxy.username = "exporter";
    options.tls.files.proxy_password_file = folder_.File("password");
    return options;
  }

  static Error FaultOf(const HttpClientOptions& options) {
    CurlHttpClient client(options);
    const HttpResult response = Get(client, "/path", Token(kCanary));
    if (response.answer) return {ErrorKind::kInternal, "no fault at all"};
    EXPECT_EQ(response.answer.error().message.find(kCanary), std::string::npos);
    return response.answer.error();
  }

  const TemporaryFolder folder_;
  const Identities identities_;
};

TEST_F(ProxyTest, WithoutAPortTheSchemeOfTheUrlDecides) {
  const struct {
    std::string url;
    std::string proxy;
  } cases[] = {
      {"http://proxy", "http://proxy:80"},        {"https://proxy", "https://proxy:443"},
      {"http://proxy:3128", "http://proxy:3128"}, {"https://proxy:8443", "https://proxy:8443"},
      {"http://[::1]", "http://[::1]:80"},        {"", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(SplitUrls("https://cm.example.test", "", c.url).proxy, c.proxy) << c.url;
  }
}

TEST_F(ProxyTest, AnHttpTargetIsReachedThroughATunnelThatHidesTheTokenFromTheProxysLog) {
  const RawServer proxy({{ReadRequest(), Send(kTunnel), ReadRequest(), Send(JsonAnswer("[]"))}});
  CurlHttpClient client(Through(proxy.url()));
  const HttpResult response = Get(client, "/path", Token(kCanary));
  ASSERT_TRUE(response.answer) << response.answer.error().message;
  EXPECT_EQ(response.answer->body, "[]");
  const std::vector<std::string> requests = proxy.Requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_TRUE(requests[0].starts_with("CONNECT cm.example.test:8080 HTTP/1.1\r\n")) << requests[0];
  EXPECT_EQ(requests[0].find(kCanary), std::string::npos) << requests[0];
  EXPECT_TRUE(requests[1].starts_with("GET /path HTTP/1.1\r\n")) << requests[1];
}

TEST_F(ProxyTest, TheLoginGoesToTheProxyAloneAndAChangedPasswordIsUsed) {
  const RawScript tunnel = {ReadRequest(), Send(kTunnel), ReadRequest(), Send(JsonAnswer("[]")),
                            Close()};
  const RawServer proxy({tunnel, tunnel});
  const HttpClientOptions options = LoggingIn(Through(proxy.url()));
  for (int client_number = 0; client_number < 2; ++client_number) {
    CurlHttpClient client(options);
    ASSERT_TRUE(Get(client, "/path", Token(kCanary)).answer);
    folder_.Replace("password", "other");
  }
  const std::vector<std::string> requests = proxy.Requests();
  ASSERT_EQ(requests.size(), 4U);
  // printf 'exporter:pa:ss wörd' | base64
  EXPECT_NE(requests[0].find("Proxy-Authorization: Basic ZXhwb3J0ZXI6cGE6c3Mgd8O2cmQ=\r\n"),
            std::string::npos)
      << requests[0];
  EXPECT_EQ(requests[1].find("Proxy-Auth"), std::string::npos) << requests[1];
  EXPECT_NE(requests[2].find("Proxy-Authorization: Basic ZXhwb3J0ZXI6b3RoZXI=\r\n"),
            std::string::npos);
}

TEST_F(ProxyTest, ARefusedLoginNamesTheProxyAndWhatToDo) {
  const RawServer proxy({{ReadRequest(), Send(kLoginWanted)}, {ReadRequest(), Send(kLoginWanted)}});
  const std::string beginning =
      "request to cm.example.test:8080 failed: the proxy 127.0.0.1:" + std::to_string(proxy.port());
  EXPECT_EQ(
      FaultOf(Through(proxy.url())),
      (Error{ErrorKind::kConnect, beginning + " wants a login (HTTP 407): configure proxy_login"}));
  EXPECT_EQ(
      FaultOf(LoggingIn(Through(proxy.url()))),
      (Error{ErrorKind::kConnect, beginning + " refused the login of proxy_login (HTTP 407)"}));
}

TEST_F(ProxyTest, AProxyThatOpensNoTunnelIsNamed) {
  const RawServer proxy({{ReadRequest(), Send("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")},
                         {ReadRequest(), Close()},
                         {ReadRequest(), Reset()},
                         {ReadRequest(), Send("\x15\x03\x01 what"), Close()}});
  const std::string name = "the proxy 127.0.0.1:" + std::to_string(proxy.port());
  for (int script = 0; script < 4; ++script) {
    const Error fault = FaultOf(Through(proxy.url()));
    EXPECT_EQ(fault.kind, ErrorKind::kConnect) << script << ": " << fault.message;
    EXPECT_NE(fault.message.find(name), std::string::npos) << script << ": " << fault.message;
  }
}

TEST_F(ProxyTest, AProxyThatIsSilentOrAwayOrUnknownIsNamed) {
  const std::string closed = RawServer({}).url();
  const Error refused = FaultOf(Through(closed));
  EXPECT_EQ(refused.kind, ErrorKind::kConnect);
  EXPECT_NE(refused.message.find("at the proxy " + closed.substr(7)), std::string::npos)
      << refused.message;

  const Error unknown = FaultOf(Through("http://" + std::string(64, 'x') + ".invalid"));
  EXPECT_EQ(unknown.kind, ErrorKind::kDns);
  EXPECT_NE(unknown.message.find("at the proxy xxx"), std::string::npos) << unknown.message;

  const RawServer silent({{ReadRequest(), Hang()}});
  HttpClientOptions options = Through(silent.url());
  options.request_timeout = milliseconds(200);
  const Error timeout = FaultOf(options);
  EXPECT_EQ(timeout.kind, ErrorKind::kTimeout);
  EXPECT_NE(timeout.message.find("at the proxy 127.0.0.1"), std::string::npos) << timeout.message;
}

TEST_F(ProxyTest, AnHttpsProxyIsTrustedByItsOwnAuthorityAndTheTargetByAnother) {
  const TlsContext context = identities_.MakeContext({});
  WireServer proxy([&](WireServer& server, Wire& wire) {
    if (!wire.StartTls(context.get()) || !server.ReadRequest(wire)) return;
    wire.Send(kTunnel);
    if (server.ReadRequest(wire)) wire.Send(JsonAnswer("[]"));
    wire.Hang();
  });
  HttpClientOptions options = Through("https://" + proxy.host());
  options.tls.files.proxy_ca_file = folder_.File("ca.pem");
  options.tls.files.ca_file = folder_.File("other.pem");
  CurlHttpClient client(options);
  const HttpResult response = Get(client, "/path", Token(kCanary));
  ASSERT_TRUE(response.answer) << response.answer.error().message;
  EXPECT_EQ(response.answer->body, "[]");
  EXPECT_EQ(response.certificate_expires_at, std::nullopt) << "it is the proxy's, not the target's";

  options.tls.files.proxy_ca_file = folder_.File("other.pem");
  options.tls.files.ca_file = folder_.File("ca.pem");
  const Error fault = FaultOf(options);
  EXPECT_EQ(fault.kind, ErrorKind::kTls);
  EXPECT_NE(fault.message.find("at the proxy " + proxy.host()), std::string::npos) << fault.message;
}

TEST_F(ProxyTest, AnHttpsTargetBehindAProxyIsVerifiedByItsOwnNameAndAuthority) {
  const TlsContext good = identities_.MakeContext({.needs_name = "cm.example.test"});
  WireServer proxy([&](WireServer& server, Wire& wire) {
    if (!server.ReadRequest(wire) || !wire.Send(kTunnel) || !wire.StartTls(good.get())) return;
    if (server.ReadRequest(wire)) wire.Send(JsonAnswer("[]"));
    wire.Hang();
  });
  HttpClientOptions options = Through("http://" + proxy.host(), "https://cm.example.test");
  options.tls.files.ca_file = folder_.File("ca.pem");
  CurlHttpClient client(options);
  const HttpResult response = Get(client, "/path", Token(kCanary));
  ASSERT_TRUE(response.answer) << response.answer.error().message;
  EXPECT_NE(response.certificate_expires_at, std::nullopt);
  EXPECT_EQ(proxy.Requests().front().find(kCanary), std::string::npos);

  options.tls.files.ca_file = folder_.File("other.pem");
  const Error fault = FaultOf(options);
  EXPECT_EQ(fault.kind, ErrorKind::kTls);
  EXPECT_EQ(fault.message.find("proxy"), std::string::npos) << fault.message;
}

TEST_F(ProxyTest, AnHttpsProxyThatSpeaksNoTlsSaysSo) {
  const RawServer proxy({{Send("HTTP/1.1 400 Bad Request\r\n\r\n"), Close()}});
  const std::string host = "127.0.0.1:" + std::to_string(proxy.port());
  EXPECT_EQ(FaultOf(Through("https://" + host)),
            (Error{ErrorKind::kTls, "request to cm.example.test:8080 failed at the proxy " + host +
                                        ": it does not speak TLS on this port; is that one for "
                                        "plain HTTP?"}));
}

}  // namespace
}  // namespace cckm
