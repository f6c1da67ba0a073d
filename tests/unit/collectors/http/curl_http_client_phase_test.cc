// The reason of a failed request is that of the phase it had reached, whatever libcurl says last.

#include <cerrno>

#include "collectors/http/curl_fault.h"
#include "tests/support/fakes/raw_server.h"
#include "tests/support/fakes/temporary_folder.h"
#include "tests/support/fakes/tls_server.h"
#include "tests/unit/collectors/http/curl_http_client_fixture.h"
#include "tests/unit/collectors/http/wire_server.h"

namespace cckm {
namespace {

using enum ConnectionPhase;

// Every code that libcurl may end a request with, by the phase in which it may.
TEST(CurlFaultTest, ThePhaseDecidesAndTheCodeOnlyWhileTheRequestIsOnItsWay) {
  const struct {
    CURLcode code;
    ErrorKind resolving, connecting, handshake, exchanging;
  } rows[] = {
      {CURLE_COULDNT_RESOLVE_HOST, ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kTls,
       ErrorKind::kDns},
      {CURLE_OPERATION_TIMEDOUT, ErrorKind::kDns, ErrorKind::kTimeout, ErrorKind::kTimeout,
       ErrorKind::kTimeout},
      {CURLE_COULDNT_CONNECT, ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kTls,
       ErrorKind::kConnect},
      {CURLE_SSL_CONNECT_ERROR, ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kTls,
       ErrorKind::kTls},
      {CURLE_RECV_ERROR, ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kTls, ErrorKind::kReset},
      {CURLE_SEND_ERROR, ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kTls, ErrorKind::kReset},
      {CURLE_GOT_NOTHING, ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kTls, ErrorKind::kReset},
      {CURLE_OUT_OF_MEMORY, ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kTls,
       ErrorKind::kTooLarge},
      {CURLE_FAILED_INIT, ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kTls,
       ErrorKind::kInternal},
      {CURLE_BAD_FUNCTION_ARGUMENT, ErrorKind::kInternal, ErrorKind::kInternal,
       ErrorKind::kInternal, ErrorKind::kInternal},
  };
  const UrlParts urls = SplitUrls("https://cm", "", "");
  for (const auto& row : rows) {
    const auto kind_in = [&](ConnectionPhase phase) {
      return ErrorOf({.urls = urls, .code = row.code, .phase = phase}).kind;
    };
    EXPECT_EQ(kind_in(kResolving), row.resolving) << row.code;
    EXPECT_EQ(kind_in(kConnecting), row.connecting) << row.code;
    EXPECT_EQ(kind_in(kProxyHandshake), row.handshake) << row.code;
    EXPECT_EQ(kind_in(kHandshake), row.handshake) << row.code;
    EXPECT_EQ(kind_in(kExchanging), row.exchanging) << row.code;
    EXPECT_EQ(kind_in(kBegun), row.exchanging) << row.code;
  }
}

TEST(CurlFaultTest, ALackOfThreadsOrDescriptorsIsAReasonAndNoBug) {
  const UrlParts urls = SplitUrls("https://cm", "", "");
  EXPECT_EQ(ErrorOf({.urls = urls,
                     .code = CURLE_COULDNT_RESOLVE_HOST,
                     .phase = kResolving,
                     .words = "getaddrinfo() thread failed to start"}),
            (Error{ErrorKind::kDns,
                   "request to cm failed: the system gives no thread or descriptor to ask a name "
                   "server with; look at the limits of the process"}));
  EXPECT_EQ(ErrorOf({.urls = urls,
                     .code = CURLE_COULDNT_CONNECT,
                     .phase = kConnecting,
                     .words = "Couldn't connect to server",
                     .socket_error = EMFILE}),
            (Error{ErrorKind::kConnect,
                   "request to cm failed: the system gives no socket: Too many open files"}));
}

// A peer that resets at once may do so before libcurl sees that it was connected.
TEST(CurlFaultTest, AConnectionThatWasResetHadBeenMade) {
  const auto error_of = [](const UrlParts& urls, int connect_error) {
    return ErrorOf({.urls = urls,
                    .code = CURLE_COULDNT_CONNECT,
                    .phase = kConnecting,
                    .words = "Couldn't connect to server",
                    .connect_error = connect_error});
  };
  const UrlParts with_tls = SplitUrls("https://cm", "", "");
  const std::string reset = "request to cm failed: the peer reset the connection at once";
  EXPECT_EQ(error_of(with_tls, ECONNRESET), (Error{ErrorKind::kTls, reset}));
  EXPECT_EQ(error_of(SplitUrls("http://cm", "", ""), ECONNRESET),
            (Error{ErrorKind::kReset, reset}));
  EXPECT_EQ(error_of(with_tls, ECONNREFUSED).kind, ErrorKind::kConnect);
  EXPECT_EQ(error_of(SplitUrls("https://cm", "", "http://proxy:3128"), ECONNRESET).kind,
            ErrorKind::kConnect);
}

class TlsPhaseTest : public CurlHttpClientTest {
 protected:
  TlsPhaseTest() { folder_.Replace("ca.pem", identities_.authority()); }

  HttpClientOptions Trusting(const std::string& host) const {
    HttpClientOptions options = OptionsFor("https://" + host);
    options.tls.files.ca_file = folder_.File("ca.pem");
    return options;
  }

  const TemporaryFolder folder_;
  const Identities identities_;
};

// In TLS 1.3 the client learns of it after its handshake, and a reset may overtake the alert.
TEST_F(TlsPhaseTest, AServerThatWantsAClientCertificateIsAFaultOfTlsEveryTime) {
  for (const bool resets : {false, true}) {
    const TlsContext context = identities_.MakeContext({.needs_client_certificate = true});
    WireServer server([&](WireServer& /*server*/, Wire& wire) {
      wire.StartTls(context.get());
      if (resets) wire.CloseWillReset();
      wire.Close();
    });
    for (int attempt = 0; attempt < 10; ++attempt) {
      CurlHttpClient client(Trusting(server.host()));
      const HttpResult response = Get(client, "/path", Token(kCanary));
      ASSERT_FALSE(response.answer);
      EXPECT_EQ(response.answer.error().kind, ErrorKind::kTls) << response.answer.error().message;
      EXPECT_NE(response.answer.error().message.find("certificate"), std::string::npos)
          << response.answer.error().message;
    }
  }
}

TEST_F(TlsPhaseTest, AResetOfAServerThatWantsNoCertificateIsOne) {
  const TlsContext context = identities_.MakeContext({});
  WireServer server([&](WireServer& script, Wire& wire) {
    if (wire.StartTls(context.get())) script.ReadRequest(wire);
    wire.CloseWillReset();
    wire.Close();
  });
  CurlHttpClient client(Trusting(server.host()));
  const HttpResult response = Get(client, "/path");
  ASSERT_FALSE(response.answer);
  EXPECT_EQ(response.answer.error().kind, ErrorKind::kReset) << response.answer.error().message;
}

TEST_F(TlsPhaseTest, AConnectionThatEndsWithinTheHandshakeIsAFaultOfTls) {
  for (const RawScript& script :
       {RawScript{Close()}, RawScript{Reset()}, RawScript{Send("\x16\x03\x03"), Close()}}) {
    const RawServer server({script});
    CurlHttpClient client(Trusting("127.0.0.1:" + std::to_string(server.port())));
    const HttpResult response = Get(client, "/path");
    ASSERT_FALSE(response.answer);
    EXPECT_EQ(response.answer.error().kind, ErrorKind::kTls) << response.answer.error().message;
  }
}

TEST_F(TlsPhaseTest, HttpsToAPortForPlainHttpSaysSo) {
  const RawServer server({{Send("HTTP/1.1 400 Bad Request\r\n\r\n"), Close()}});
  const std::string host = "127.0.0.1:" + std::to_string(server.port());
  CurlHttpClient client(Trusting(host));
  const HttpResult response = Get(client, "/path");
  ASSERT_FALSE(response.answer);
  EXPECT_EQ(response.answer.error(),
            (Error{ErrorKind::kTls, "request to " + host +
                                        " failed: it does not speak TLS on "
                                        "this port; is that one for plain HTTP?"}));
}

TEST_F(CurlHttpClientTest, AContentCodingIsToldThatWasNotAskedFor) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
  const struct {
    std::string header;
    std::string coding;
  } cases[] = {{"", ""},
               {"Content-Encoding: identity\r\n", ""},
               {"Content-Encoding: IDENTITY\r\n", ""},
               {"Content-Encoding: gzip\r\n", "gzip"},
               {"Content-Encoding: br\r\nContent-Encoding: identity\r\n", "br"}};
  for (const auto& c : cases) {
    const RawServer server(
        {{ReadRequest(), Send(head + c.header + "Content-Length: 2\r\n\r\n[]")}});
    CurlHttpClient client(OptionsFor(server.url()));
    const HttpResult response = Get(client, "/");
    ASSERT_TRUE(response.answer) << response.answer.error().message;
    EXPECT_EQ(response.answer->content_encoding, c.coding) << c.header;
    EXPECT_EQ(response.answer->body, "[]");
    EXPECT_NE(server.Requests().front().find("\r\nAccept-Encoding: identity\r\n"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace cckm
