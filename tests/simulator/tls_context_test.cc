// Handshakes in memory, without a socket.

#include "tests/simulator/tls_context.h"

#include <gtest/gtest.h>

#include "tests/simulator/certificates.h"
#include "tests/simulator/openssl_handles.h"
#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using SslPtr = std::unique_ptr<SSL, FreeWith<&SSL_free>>;

Certificate Make(const CertificateOptions& options) {
  return MakeCertificate(options, kStart).value();
}

// Valid today: OpenSSL verifies by the clock of the machine.
constexpr std::chrono::hours kAges(24 * 365 * 200);

struct Authority {
  Certificate root = Make({.common_name = "root", .usage = Usage::kAuthority, .not_after = kAges});
  Certificate server = Make({.common_name = "server", .issuer = root, .not_after = kAges});
  Certificate client =
      Make({.common_name = "c", .usage = Usage::kClient, .issuer = root, .not_after = kAges});
};

SslPtr Connect(SSL_CTX* context, BIO* wire, bool server) {
  SslPtr side(SSL_new(context));
  SSL_set_bio(side.get(), wire, wire);
  server ? SSL_set_accept_state(side.get()) : SSL_set_connect_state(side.get());
  return side;
}

struct ClientSettings {
  const Certificate* certificate = nullptr;
  int newest_version = TLS1_3_VERSION;
};

// The protocol that both sides agreed on, empty where they did not.
std::string Handshake(const TlsSettings& settings, const ClientSettings& client_settings) {
  const TlsContextPtr server_context = MakeTlsContext(settings).value();
  const TlsContextPtr client_context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(client_context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(client_context.get(), client_settings.newest_version);
  SSL_CTX_set_security_level(client_context.get(), 0);
  if (client_settings.certificate != nullptr) {
    SSL_CTX_use_certificate(
        client_context.get(),
        ReadCertificate(OpenText(client_settings.certificate->certificate_pem).get()).get());
    SSL_CTX_use_PrivateKey(client_context.get(),
                           ReadKey(OpenText(client_settings.certificate->key_pem).get()).get());
  }
  BIO* server_end = nullptr;
  BIO* client_end = nullptr;
  BIO_new_bio_pair(&server_end, 0, &client_end, 0);
  const SslPtr server = Connect(server_context.get(), server_end, true);
  const SslPtr client = Connect(client_context.get(), client_end, false);
  for (int round = 0; round < 10; ++round) {
    SSL_do_handshake(client.get());
    SSL_do_handshake(server.get());
  }
  const bool done =
      SSL_is_init_finished(server.get()) == 1 && SSL_is_init_finished(client.get()) == 1;
  return done ? SSL_get_version(server.get()) : "";
}

TEST(TlsContextTest, OnlyNewProtocolsAreSpoken) {
  const Authority authority;
  const TlsSettings settings = {authority.server.certificate_pem, authority.server.key_pem};
  EXPECT_EQ(Handshake(settings, {.newest_version = TLS1_3_VERSION}), "TLSv1.3");
  EXPECT_EQ(Handshake(settings, {.newest_version = TLS1_2_VERSION}), "TLSv1.2");
  EXPECT_EQ(Handshake(settings, {.newest_version = TLS1_1_VERSION}), "");
  const TlsContextPtr context = MakeTlsContext(settings).value();
  EXPECT_EQ(SSL_CTX_get_min_proto_version(context.get()), TLS1_2_VERSION);
}

TEST(TlsContextTest, OnlyClientsOfTheAuthorityAreAcceptedWhereOneIsDemanded) {
  const Authority authority;
  const Authority other;
  TlsSettings settings = {authority.server.certificate_pem, authority.server.key_pem};
  EXPECT_NE(Handshake(settings, {}), "");
  settings.client_authority_pem = authority.root.certificate_pem;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_NE(Handshake(settings, {&authority.client, version}), "") << version;
    EXPECT_EQ(Handshake(settings, {nullptr, version}), "") << version;
    EXPECT_EQ(Handshake(settings, {&other.client, version}), "") << version;
    EXPECT_EQ(Handshake(settings, {&authority.server, version}), "") << version;
  }
}

TEST(TlsContextTest, WhatFollowsTheCertificateIsSentWithIt) {
  const Authority authority;
  const std::string chain = authority.server.certificate_pem + authority.root.certificate_pem;
  const TlsContextPtr context = MakeTlsContext({chain, authority.server.key_pem}).value();
  STACK_OF(X509)* sent = nullptr;
  SSL_CTX_get0_chain_certs(context.get(), &sent);
  EXPECT_EQ(sk_X509_num(sent), 1);
}

TEST(TlsContextTest, WhatCannotBeUsedIsNamedAndNotRepeated) {
  const Authority authority;
  const std::string& certificate = authority.server.certificate_pem;
  const std::string& key = authority.server.key_pem;
  struct Case {
    TlsSettings settings;
    std::string_view problem;
  };
  const Case cases[] = {
      {{"geheim", key}, "the server's certificate cannot be used"},
      {{certificate, "geheim"}, "the server's key is not that of its certificate"},
      {{certificate, authority.client.key_pem}, "the server's key is not that of its certificate"},
      {{certificate, key, "geheim"}, "the clients' authority cannot be used"},
  };
  for (const Case& row : cases) {
    const auto context = MakeTlsContext(row.settings);
    ASSERT_FALSE(context);
    EXPECT_EQ(context.error(), row.problem);
  }
}

}  // namespace
}  // namespace cckm::simulator
