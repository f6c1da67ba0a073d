#include "tests/simulator/certificates.h"

#include <gtest/gtest.h>

#include "tests/simulator/openssl_handles.h"
#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using std::chrono::hours;
using StorePtr = std::unique_ptr<X509_STORE, FreeWith<&X509_STORE_free>>;
// Frees its certificates, too.
void FreeChain(STACK_OF(X509) * chain) { sk_X509_pop_free(chain, X509_free); }
using ChainPtr = std::unique_ptr<STACK_OF(X509), FreeWith<&FreeChain>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, FreeWith<&X509_STORE_CTX_free>>;

Certificate Make(const CertificateOptions& options) {
  return MakeCertificate(options, kStart).value();
}

Certificate MakeAuthority(const char* name, std::optional<Certificate> issuer = {}) {
  return Make({.common_name = name, .usage = Usage::kAuthority, .issuer = std::move(issuer)});
}

X509Ptr Read(const Certificate& certificate) {
  return ReadCertificate(OpenText(certificate.certificate_pem).get());
}

struct Verifier {
  Certificate root;
  std::vector<Certificate> intermediates = {};
  int purpose = X509_PURPOSE_SSL_SERVER;
  TimePoint now = kStart;
};

// X509_V_OK, or OpenSSL's number of what is wrong.
int Verify(const Certificate& certificate, const Verifier& verifier) {
  const StorePtr store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), Read(verifier.root).get());
  const StoreContextPtr context(X509_STORE_CTX_new());
  const X509Ptr leaf = Read(certificate);
  const ChainPtr chain(sk_X509_new_null());
  for (const Certificate& link : verifier.intermediates) {
    sk_X509_push(chain.get(), Read(link).release());
  }
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), chain.get());
  X509_STORE_CTX_set_purpose(context.get(), verifier.purpose);
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT);
  X509_STORE_CTX_set_time(
      context.get(), 0,
      std::chrono::system_clock::to_time_t(
          std::chrono::time_point_cast<std::chrono::system_clock::duration>(verifier.now)));
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

TEST(CertificatesTest, AnAuthoritysServerIsVerifiedByIt) {
  const Certificate root = MakeAuthority("root");
  const Certificate server = Make({.common_name = "server", .issuer = root});
  EXPECT_EQ(Verify(server, {root}), X509_V_OK);
}

TEST(CertificatesTest, AnIntermediateIsALinkOfTheChain) {
  const Certificate root = MakeAuthority("root");
  const Certificate intermediate = MakeAuthority("intermediate", root);
  const Certificate server = Make({.common_name = "server", .issuer = intermediate});
  EXPECT_EQ(Verify(server, {root, {intermediate}}), X509_V_OK);
  EXPECT_EQ(Verify(server, {root}), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

TEST(CertificatesTest, WrongOnesAreWrongForTheirOwnReason) {
  const Certificate root = MakeAuthority("root");
  const Certificate same_name = MakeAuthority("root");
  const Certificate leaf = Make({.common_name = "leaf", .issuer = root});
  struct Case {
    CertificateOptions options;
    int reason = 0;
  };
  const Case cases[] = {
      {{.common_name = "past", .issuer = root, .not_before = hours(-2), .not_after = hours(-1)},
       X509_V_ERR_CERT_HAS_EXPIRED},
      {{.common_name = "future", .issuer = root, .not_before = hours(1)},
       X509_V_ERR_CERT_NOT_YET_VALID},
      {{.common_name = "self"}, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT},
      {{.common_name = "client", .usage = Usage::kClient, .issuer = root},
       X509_V_ERR_INVALID_PURPOSE},
      {{.common_name = "stranger", .issuer = MakeAuthority("other")},
       X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
  };
  for (const Case& row : cases) {
    EXPECT_EQ(Verify(Make(row.options), {root}), row.reason) << row.options.common_name;
  }
  EXPECT_NE(Verify(Make({.common_name = "forged", .issuer = same_name}), {root}), X509_V_OK);
  EXPECT_NE(Verify(Make({.common_name = "child", .issuer = leaf}), {root, {leaf}}), X509_V_OK);
}

TEST(CertificatesTest, AClientIsOneForClientsOnly) {
  const Certificate root = MakeAuthority("root");
  const Certificate client = Make({.common_name = "c", .usage = Usage::kClient, .issuer = root});
  EXPECT_EQ(Verify(client, {root, {}, X509_PURPOSE_SSL_CLIENT}), X509_V_OK);
  const Certificate server = Make({.common_name = "s", .issuer = root});
  EXPECT_EQ(Verify(server, {root, {}, X509_PURPOSE_SSL_CLIENT}), X509_V_ERR_INVALID_PURPOSE);
}

TEST(CertificatesTest, TheTimesCountFromNow) {
  const Certificate root = MakeAuthority("root");
  const Certificate server = Make({.common_name = "server", .issuer = root});
  EXPECT_EQ(Verify(server, {root, {}, X509_PURPOSE_SSL_SERVER, kStart + hours(23)}), X509_V_OK);
  EXPECT_NE(Verify(server, {root, {}, X509_PURPOSE_SSL_SERVER, kStart + hours(25)}), X509_V_OK);
  EXPECT_NE(Verify(server, {root, {}, X509_PURPOSE_SSL_SERVER, kStart - hours(2)}), X509_V_OK);
}

TEST(CertificatesTest, NamesAreThoseThatWereGiven) {
  const X509Ptr certificate = Read(Make({.common_name = "cn.example",
                                         .dns_names = {"a.example", "b.example,DNS:c.example"},
                                         .ip_addresses = {"10.0.0.1", "::1"}}));
  const auto is_for = [&](const char* name) {
    return X509_check_host(certificate.get(), name, 0, 0, nullptr) == 1;
  };
  EXPECT_TRUE(is_for("a.example"));
  EXPECT_FALSE(is_for("c.example"));
  EXPECT_FALSE(is_for("cn.example"));
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "10.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "10.0.0.2", 0), 0);
}

TEST(CertificatesTest, WhatCannotBeMadeIsAnError) {
  const Certificate none = {"no PEM", "no PEM"};
  EXPECT_FALSE(MakeCertificate({.common_name = "x", .issuer = none}, kStart));
  EXPECT_FALSE(MakeCertificate({.common_name = "x", .ip_addresses = {"10.0.0"}}, kStart));
  EXPECT_FALSE(MakeCertificate({.common_name = std::string(65, 'x')}, kStart));
}

}  // namespace
}  // namespace cckm::simulator
