// The server behind access control over TLS, as its clients meet it: real handshakes over loopback.

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "exporter/web/server/tls_libraries.h"
#include "tests/unit/exporter/web/access/access_control_fixture.h"

namespace cckm {
namespace {

using simulator::Certificate;
using simulator::Usage;

constexpr const char* kTls = "tls_server_config: { cert_file: server.pem, key_file: server.key";
const std::string kPlainTls = std::string(kTls) + " }\n";
const std::string kVerifying =
    std::string(kTls) +
    ", client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert }\n";

class HttpServerTlsTest : public AccessControlFixture {
 protected:
  HttpServerTlsTest() {
    WriteCertificate("server", server_);
    WriteCertificate("ca", authority_);
  }

  // A client's certificate of the authority.
  Certificate Client() const {
    return MakeTestCertificate(
        {.common_name = "client", .usage = Usage::kClient, .issuer = authority_});
  }

  // The answer to a client with this certificate; empty if it is turned away.
  std::string AnswerTo(const Certificate& client) {
    TlsClient connection(port(), {.authority_pem = authority_.certificate_pem,
                                  .certificate_pem = client.certificate_pem,
                                  .key_pem = client.key_pem});
    return connection.Request(GetRequest("/"));
  }

  std::string AnswerToAnybody() { return TlsClient(port(), {}).Request(GetRequest("/")); }

  const Certificate authority_ =
      MakeTestCertificate({.common_name = "authority", .usage = Usage::kAuthority});
  const Certificate server_ =
      MakeTestCertificate({.common_name = "server one", .issuer = authority_});
};

bool IsInside(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("inside\n");
}

TEST_F(HttpServerTlsTest, AnswersOverTls) {
  Open(kPlainTls);
  ServeBehindAccessControl();
  TlsClient client(port(), {.authority_pem = authority_.certificate_pem});
  ASSERT_TRUE(client.is_established()) << client.fault();
  EXPECT_EQ(client.version(), "TLSv1.3");
  EXPECT_EQ(client.server_name(), "server one");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(IsInside(client.Request(GetRequest("/"))));
}

TEST_F(HttpServerTlsTest, SpeaksNothingOlderThanTls12WhateverIsConfigured) {
  Open(std::string(kTls) + ", min_version: TLS10 }\n");
  ServeBehindAccessControl();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    const TlsClient old(port(), {.min_version = version, .max_version = version});
    EXPECT_FALSE(old.is_established());
  }
  TlsClient client(port(), {.max_version = TLS1_2_VERSION});
  EXPECT_EQ(client.version(), "TLSv1.2");
  EXPECT_TRUE(IsInside(client.Request(GetRequest("/"))));
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_NE(notes_[0].find("min_version TLS10"), std::string::npos) << notes_[0];
}

TEST_F(HttpServerTlsTest, KeepsToTheVersionsAndSuitesThatAreConfigured) {
  Open(std::string(kTls) + ", min_version: TLS13 }\n");
  ServeBehindAccessControl();
  EXPECT_FALSE(TlsClient(port(), {.max_version = TLS1_2_VERSION}).is_established());
  Write("web.yml", std::string(kTls) +
                       ", max_version: TLS12, curve_preferences: [CurveP384], "
                       "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384] }\n");
  LookLater();
  const TlsClient client(port(), {});
  EXPECT_EQ(client.version(), "TLSv1.2");
  EXPECT_EQ(client.cipher(), "ECDHE-ECDSA-AES256-GCM-SHA384");
  const TlsClient other(port(), {.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"});
  EXPECT_FALSE(other.is_established());
}

TEST_F(HttpServerTlsTest, AsksForACertificateOfItsAuthority) {
  Open(kVerifying);
  ServeBehindAccessControl();
  EXPECT_TRUE(IsInside(AnswerTo(Client())));
  EXPECT_EQ(AnswerToAnybody(), "");
  EXPECT_FALSE(TlsClient(port(), {.max_version = TLS1_2_VERSION}).is_established());

  const Certificate other =
      MakeTestCertificate({.common_name = "other", .usage = Usage::kAuthority});
  using std::chrono::hours;
  const std::vector<simulator::CertificateOptions> wrong = {
      {.common_name = "of another authority", .usage = Usage::kClient, .issuer = other},
      {.common_name = "of nobody", .usage = Usage::kClient},
      {.common_name = "of a server", .usage = Usage::kServer, .issuer = authority_},
      {.common_name = "expired",
       .usage = Usage::kClient,
       .issuer = authority_,
       .not_before = hours(-48),
       .not_after = hours(-24)},
      {.common_name = "not yet valid",
       .usage = Usage::kClient,
       .issuer = authority_,
       .not_before = hours(24),
       .not_after = hours(48)},
  };
  for (const simulator::CertificateOptions& options : wrong) {
    EXPECT_EQ(AnswerTo(MakeTestCertificate(options)), "") << options.common_name;
  }
}

TEST_F(HttpServerTlsTest, AsksForACertificateThatNobodyVerifies) {
  Open(std::string(kTls) + ", client_auth_type: RequireAnyClientCert }\n");
  ServeBehindAccessControl();
  EXPECT_TRUE(IsInside(AnswerTo(MakeTestCertificate({.common_name = "me"}))));
  EXPECT_EQ(AnswerToAnybody(), "");
}

TEST_F(HttpServerTlsTest, TakesNoCertificateOrAGoodOneWhereThatIsConfigured) {
  Open(std::string(kTls) +
       ", client_ca_file: ca.pem, client_auth_type: VerifyClientCertIfGiven }\n");
  ServeBehindAccessControl();
  EXPECT_TRUE(IsInside(AnswerToAnybody()));
  EXPECT_TRUE(IsInside(AnswerTo(Client())));
  EXPECT_EQ(AnswerTo(MakeTestCertificate({.common_name = "me", .usage = Usage::kClient})), "");
}

TEST_F(HttpServerTlsTest, LetsOnlyTheNamedClientsIn) {
  Open(std::string(kTls) +
       ", client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert,"
       " client_allowed_sans: [prometheus.example, 192.0.2.7, '2001:db8::1'] }\n");
  ServeBehindAccessControl();
  const simulator::CertificateOptions plain = {
      .common_name = "prometheus.example", .usage = Usage::kClient, .issuer = authority_};
  simulator::CertificateOptions named = plain;
  named.dns_names = {"other.example", "prometheus.example"};
  simulator::CertificateOptions addressed = plain;
  addressed.ip_addresses = {"2001:db8:0::1"};
  simulator::CertificateOptions longer = plain;
  longer.dns_names = {"prometheus.example.org", "PROMETHEUS.example"};
  longer.ip_addresses = {"192.0.2.70"};
  EXPECT_TRUE(IsInside(AnswerTo(MakeTestCertificate(named))));
  EXPECT_TRUE(IsInside(AnswerTo(MakeTestCertificate(addressed))));
  EXPECT_EQ(AnswerTo(MakeTestCertificate(longer)), "");
  EXPECT_EQ(AnswerTo(MakeTestCertificate(plain)), "") << "a common name is no alternative name";
}

TEST_F(HttpServerTlsTest, UsesRenewedCertificatesForTheNextConnection) {
  Open(kPlainTls);
  ServeBehindAccessControl();
  TlsClient kept(port(), {});
  EXPECT_EQ(kept.server_name(), "server one");
  WriteCertificate("server",
                   MakeTestCertificate({.common_name = "server two", .issuer = authority_}));
  EXPECT_EQ(TlsClient(port(), {}).server_name(), "server one") << "looks once a second";
  LookLater();
  EXPECT_EQ(TlsClient(port(), {}).server_name(), "server two");
  EXPECT_TRUE(IsInside(kept.Request(GetRequest("/"))));
  EXPECT_EQ(changes_, 1);
}

TEST_F(HttpServerTlsTest, KeepsTheLastGoodCertificatesAndTellsOnce) {
  Open(kPlainTls);
  ServeBehindAccessControl();
  Write("server.key", MakeTestCertificate({.common_name = "stranger"}).key_pem);
  for (int i = 0; i < 3; ++i) {
    LookLater();
    EXPECT_EQ(TlsClient(port(), {}).server_name(), "server one");
  }
  ASSERT_EQ(unusable_.size(), 1U);
  EXPECT_NE(unusable_[0].find("does not belong"), std::string::npos) << unusable_[0];
  WriteCertificate("server",
                   MakeTestCertificate({.common_name = "server two", .issuer = authority_}));
  LookLater();
  EXPECT_EQ(TlsClient(port(), {}).server_name(), "server two");
}

TEST_F(HttpServerTlsTest, TakesAWithdrawnAuthorityAtItsWord) {
  Open(kVerifying);
  ServeBehindAccessControl();
  const Certificate client = Client();
  EXPECT_TRUE(IsInside(AnswerTo(client)));
  Write("ca.pem", MakeTestCertificate({.common_name = "authority", .usage = Usage::kAuthority})
                      .certificate_pem);
  LookLater();
  EXPECT_EQ(AnswerTo(client), "");
}

TEST_F(HttpServerTlsTest, StaysLockedWhereTlsIsTurnedOff) {
  Open(kVerifying);
  ServeBehindAccessControl();
  Write("web.yml", "");
  LookLater();
  EXPECT_EQ(AnswerToAnybody(), "");
  EXPECT_TRUE(IsInside(AnswerTo(Client())));
  EXPECT_EQ(RawClient(port()).Request(GetRequest("/")).status, 0);
  ASSERT_EQ(waiting_.size(), 1U);
  EXPECT_EQ(waiting_[0], "turns TLS on or off, which waits for a restart");
}

TEST_F(HttpServerTlsTest, EndsPlainHttpAndOtherNoise) {
  Open(kPlainTls);
  ServeBehindAccessControl();
  for (const std::string& noise :
       {GetRequest("/"), std::string("\x16\x03\x01\xff\xff", 5) + std::string(70'000, 'x'),
        std::string(1, '\0'), std::string(300, '\xff')}) {
    RawClient client(port());
    static_cast<void>(client.Send(noise));
    if (noise.size() < 100) continue;  // which may be the beginning of something
    const auto all = client.ReadUntilClose();
    ASSERT_TRUE(all);
    EXPECT_FALSE(all->starts_with("HTTP/")) << *all;
  }
  EXPECT_TRUE(IsInside(AnswerToAnybody()));
}

TEST_F(HttpServerTlsTest, EndsHalfAHandshakeInTime) {
  Open(kPlainTls);
  HttpServerOptions options;
  options.request_timeout = std::chrono::milliseconds(200);
  ServeBehindAccessControl(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    if (i % 2 == 1) {
      static_cast<void>(clients.back()->Send(std::string_view("\x16\x03\x01\x02\x00\x01", 6)));
    }
  }
  for (const auto& client : clients) EXPECT_TRUE(client->ReadUntilClose());
  EXPECT_TRUE(IsInside(AnswerToAnybody()));
}

TEST_F(HttpServerTlsTest, TurnsTheSurplusAwayWithoutAHandshake) {
  Open(kPlainTls);
  HttpServerOptions options;
  options.max_connections = 3;
  ServeBehindAccessControl(options);
  std::vector<std::unique_ptr<TlsClient>> held;
  for (int i = 0; i < 2; ++i) {
    held.push_back(std::make_unique<TlsClient>(port(), TlsClientOptions{}));
    EXPECT_TRUE(IsInside(held.back()->Request(GetRequest("/"))));
  }
  const TlsClient silent(port(), {});  // which has a slot once the server has greeted it
  ASSERT_TRUE(silent.is_established());
  for (int i = 0; i < 30; ++i) {
    RawClient over_limit(port());
    const auto all = over_limit.ReadUntilClose();
    ASSERT_TRUE(all) << i;
    EXPECT_EQ(*all, "") << i;
  }
  EXPECT_FALSE(TlsClient(port(), {}).is_established());
  for (const auto& client : held) EXPECT_TRUE(IsInside(client->Request(GetRequest("/"))));
  held.pop_back();
}

TEST_F(HttpServerTlsTest, HasRoomAgainAfterHandshakesThatFailed) {
  Open(kVerifying);
  HttpServerOptions options;
  options.max_connections = 1;
  ServeBehindAccessControl(options);
  const Certificate client = Client();
  for (int i = 0; i < 20; ++i) {
    {
      RawClient noise(port());
      static_cast<void>(noise.Send(GetRequest("/")));
      ASSERT_TRUE(noise.ReadUntilClose()) << i;
    }
    TlsClient connection(port(),
                         {.certificate_pem = client.certificate_pem, .key_pem = client.key_pem});
    ASSERT_TRUE(
        IsInside(connection.Request("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")))
        << i << connection.fault();
    connection.ReadUntilClose();
  }
}

TEST_F(HttpServerTlsTest, EndsASlowReaderOverTls) {
  Open(kPlainTls);
  Event released;
  ByteBuffer bytes;
  bytes.Append(std::string(std::size_t{64} << 20, 'x'));
  const auto body =
      std::make_shared<const Body>(Blocks{std::make_shared<const ByteBuffer>(std::move(bytes))});
  HttpServerOptions options;
  options.answer_timeout = std::chrono::milliseconds(100);
  options.hooks = access_control_->Hooks();
  Serve(
      [&](const WebRequest&) {
        WebResponse answer;
        answer.shared = body;
        answer.held_until_written = {&released, [](Event* event) { event->Set(); }};
        return answer;
      },
      options);
  TlsClient client(port(), {});
  ASSERT_TRUE(client.Send(GetRequest("/")));
  EXPECT_TRUE(released.Wait());
}

TEST_F(HttpServerTlsTest, CarriesAWholeLongBody) {
  Open(kPlainTls);
  HttpServerOptions options;
  options.hooks = access_control_->Hooks();
  const std::string text(std::size_t{5} << 20, 'x');
  Serve([&](const WebRequest&) { return TextAnswer(200, text); }, options);
  TlsClient client(port(), {});
  EXPECT_TRUE(client.Request(GetRequest("/")).ends_with("\r\n\r\n" + text));
}

TEST(TlsLibrariesTest, FindsTheShimInItsPlace) { EXPECT_EQ(WhyNoTls(), std::nullopt); }

TEST(TlsLibrariesTest, SaysWhyTlsCannotWork) {
  EXPECT_NE(WhyNoTls("libssl.so.3").value_or("").find("OpenSSL 3 renamed"), std::string::npos);
  EXPECT_NE(WhyNoTls("libnone.so").value_or("").find("no libnone.so"), std::string::npos);
  EXPECT_NE(WhyNoTls("libc.so.6").value_or("").find("another OpenSSL"), std::string::npos);
}

}  // namespace
}  // namespace cckm
