// The web configuration: what is read, and every mistake in one table.

#include "exporter/config/web/web_config_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/collectors/http/openssl_folder.h"

namespace cckm {
namespace {

const std::string kHash = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";

// One folder for all tests: making keys takes long.
class WebConfigTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<OpensslFolder>();
    folder_->Make("server");
    folder_->Make("other");
    folder_->Replace("open.key", folder_->Read("server.key"), 0644);
    folder_->Replace("empty.pem", "");
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static WebConfigResult Load(const std::string& yaml, unsigned mode = 0644) {
    return LoadWebConfigFile(folder_->Replace("web.yml", yaml, mode));
  }

  // All problems, a line each, without the name of the file.
  static std::string Problems(const std::string& yaml, unsigned mode = 0644) {
    const auto config = Load(yaml, mode);
    std::string text;
    if (config) return text;
    for (const ConfigProblem& problem : config.error()) {
      text += problem.ToString().substr(problem.file.size()) + "\n";
    }
    return text;
  }

  static inline std::unique_ptr<OpensslFolder> folder_;
};

TEST_F(WebConfigTest, AnEmptyFileIsPlainHttpForEverybody) {
  for (const char* yaml : {"", "# nothing\n", "{}", "tls_server_config:\n", "tls_server_config: {}",
                           "basic_auth_users:\nhttp_server_config:\nrate_limit:\n"}) {
    const auto config = Load(yaml);
    ASSERT_TRUE(config) << yaml;
    EXPECT_FALSE((*config)->tls) << yaml;
    EXPECT_TRUE((*config)->users.empty());
    EXPECT_TRUE((*config)->headers.empty());
    EXPECT_EQ((*config)->rate_limit, RateLimit{});
    EXPECT_EQ((*config)->files.size(), 1U);
  }
}

TEST_F(WebConfigTest, ReadsEverythingOfTheFormat) {
  const auto config = Load(R"(
tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: other.pem
  client_allowed_sans: [prometheus.example, 192.0.2.1]
  min_version: TLS12
  max_version: TLS13
  cipher_suites:
    - TLS_AES_128_GCM_SHA256
    - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
    - TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
  curve_preferences: [X25519, CurveP256]
  prefer_server_cipher_suites: false
http_server_config:
  http2: true
  headers:
    X-Frame-Options: sameorigin
    X-XSS-Protection: ""
    Strict-Transport-Security: max-age=31536000
basic_auth_users:
  alice: )" + kHash + R"(
  bob: $2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW
rate_limit: { interval: 100ms, burst: 20 }
)");
  ASSERT_TRUE(config) << config.error().front().ToString();
  const WebTlsConfig& tls = (*config)->tls.value();
  EXPECT_EQ(tls.certificate, folder_->Read("server.pem"));
  EXPECT_EQ(tls.key->Reveal(), folder_->Read("server.key"));
  EXPECT_EQ(tls.client_authorities, folder_->Read("other.pem"));
  EXPECT_EQ(tls.client_auth, ClientAuth::kRequireAndVerify);
  EXPECT_EQ(tls.client_allowed_sans, (std::vector<std::string>{"prometheus.example", "192.0.2.1"}));
  EXPECT_EQ(tls.cipher_list, "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305");
  EXPECT_EQ(tls.group_list, "X25519:P-256");
  EXPECT_FALSE(tls.prefer_server_ciphers);
  EXPECT_EQ((*config)->headers, (WebHeaders{{"X-Frame-Options", "sameorigin"},
                                            {"Strict-Transport-Security", "max-age=31536000"}}));
  EXPECT_EQ((*config)->users.size(), 2U);
  EXPECT_EQ((*config)->users.at("alice"), kHash);
  EXPECT_EQ((*config)->rate_limit, (RateLimit{std::chrono::milliseconds(100), 20}));
  EXPECT_EQ((*config)->notes.size(), 1U) << "http2 is without effect";
  EXPECT_EQ((*config)->files.size(), 4U);
}

TEST_F(WebConfigTest, TakesOlderVersionsForTls12AndSaysSo) {
  const auto config = Load(
      "tls_server_config: { cert_file: server.pem, key_file: server.key, min_version: TLS10 }");
  ASSERT_TRUE(config);
  EXPECT_EQ((*config)->tls->min_version, WebTlsVersion::kTls12);
  EXPECT_EQ((*config)->notes.size(), 1U);
}

TEST_F(WebConfigTest, LeavesTls12OutWhereNoSuiteOfItIsNamed) {
  const auto config = Load(
      "tls_server_config: { cert_file: server.pem, key_file: server.key, "
      "cipher_suites: [TLS_AES_256_GCM_SHA384] }");
  ASSERT_TRUE(config);
  EXPECT_EQ((*config)->tls->min_version, WebTlsVersion::kTls13);
  EXPECT_EQ((*config)->notes.size(), 1U);
}

std::string Indented(const std::string& text) {
  std::string out = "|\n    ";
  for (const char c : text) out += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return out + "\n";
}

TEST_F(WebConfigTest, TakesCertificateAndKeyFromTheFileItselfIfThatIsPrivate) {
  const std::string yaml = "tls_server_config:\n  cert: " + Indented(folder_->Read("server.pem")) +
                           "  key: " + Indented(folder_->Read("server.key"));
  const auto config = Load(yaml, 0640);
  ASSERT_TRUE(config) << config.error().front().ToString();
  EXPECT_EQ((*config)->tls->certificate, folder_->Read("server.pem"));
  EXPECT_NE(Problems(yaml, 0644).find("chmod o-rwx"), std::string::npos);
}

std::string Tls(const std::string& keys) { return "tls_server_config: { " + keys + " }"; }
std::string TlsPair(const std::string& keys) {
  return Tls("cert_file: server.pem, key_file: server.key, " + keys);
}
std::string User(const std::string& hash) { return "basic_auth_users:\n  al: '" + hash + "'"; }

// The toolkit's own test data has such a file.
TEST_F(WebConfigTest, TakesOneHalfAsAFileAndTheOtherFromTheFileItself) {
  const auto with_key = Load("tls_server_config:\n  cert_file: server.pem\n  key: " +
                                 Indented(folder_->Read("server.key")),
                             0600);
  ASSERT_TRUE(with_key) << with_key.error().front().ToString();
  EXPECT_EQ((*with_key)->tls->certificate, folder_->Read("server.pem"));
  EXPECT_EQ((*with_key)->tls->key->Reveal(), folder_->Read("server.key"));
  EXPECT_EQ((*with_key)->files.size(), 2U);
  const auto with_certificate = Load("tls_server_config:\n  key_file: server.key\n  cert: " +
                                     Indented(folder_->Read("server.pem")));
  ASSERT_TRUE(with_certificate) << with_certificate.error().front().ToString();
  EXPECT_EQ((*with_certificate)->tls->certificate, folder_->Read("server.pem"));
  EXPECT_EQ((*with_certificate)->tls->key->Reveal(), folder_->Read("server.key"));
}

TEST_F(WebConfigTest, TlsWithoutAKeyOfACertificateIsPlainHttpAndIsSaid) {
  for (const char* keys : {"min_version: TLS13", "cert_file: '', key_file:, min_version: TLS12",
                           "cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]",
                           "curve_preferences: [X25519]", "prefer_server_cipher_suites: true"}) {
    const auto config = Load(Tls(keys));
    ASSERT_TRUE(config) << keys << config.error().front().ToString();
    EXPECT_FALSE((*config)->tls) << keys;
    ASSERT_EQ((*config)->notes.size(), 1U) << keys;
    EXPECT_NE((*config)->notes[0].find("plain HTTP"), std::string::npos) << (*config)->notes[0];
  }
}

TEST_F(WebConfigTest, TakesEmptyValuesForKeysThatAreNotThere) {
  const auto config = Load(R"(
tls_server_config:
  cert:
  key: ""
  client_ca: ~
  cert_file: server.pem
  key_file: server.key
  client_auth_type: ""
  client_ca_file:
  client_allowed_sans:
  min_version:
  max_version: ""
  cipher_suites:
  curve_preferences: []
  prefer_server_cipher_suites:
http_server_config:
  http2:
  headers:
    Content-Security-Policy:
    Strict-Transport-Security: ""
    X-XSS-Protection: ~
basic_auth_users:
rate_limit:
  interval:
  burst: ""
)");
  ASSERT_TRUE(config) << config.error().front().ToString();
  EXPECT_EQ((*config)->tls->client_auth, ClientAuth::kNone);
  EXPECT_EQ((*config)->tls->min_version, WebTlsVersion::kTls12);
  EXPECT_TRUE((*config)->headers.empty());
  EXPECT_EQ((*config)->rate_limit, RateLimit{});
  EXPECT_TRUE((*config)->notes.empty());
}

TEST_F(WebConfigTest, TrustsNoClientWithoutAnAuthorityAndSaysSo) {
  for (const char* type : {"RequireAndVerifyClientCert", "VerifyClientCertIfGiven"}) {
    const auto config = Load(TlsPair(std::string("client_auth_type: ") + type));
    ASSERT_TRUE(config) << type;
    EXPECT_EQ((*config)->tls->client_authorities, "");
    ASSERT_EQ((*config)->notes.size(), 1U);
    EXPECT_NE((*config)->notes[0].find("none is trusted"), std::string::npos);
  }
}

TEST_F(WebConfigTest, TakesHashesOfEveryCostAndWarnsOfTheTime) {
  const auto config = Load(User("$2y$14" + kHash.substr(6)) + "\n  bob: '$2a$18" + kHash.substr(6) +
                           "'\n  eve: '$2b$31" + kHash.substr(6) + "'\n");
  ASSERT_TRUE(config) << config.error().front().ToString();
  EXPECT_EQ((*config)->users.size(), 3U);
  ASSERT_EQ((*config)->notes.size(), 2U);
  EXPECT_NE((*config)->notes[0].find("basic_auth_users.bob"), std::string::npos);
  EXPECT_NE((*config)->notes[0].find("16 seconds"), std::string::npos) << (*config)->notes[0];
  EXPECT_NE((*config)->notes[1].find("131072 seconds"), std::string::npos) << (*config)->notes[1];
}

TEST_F(WebConfigTest, ReadsTheIntervalOfTheRateLimitAsGoDoes) {
  struct Case {
    const char* interval;
    Nanoseconds length;
  };
  for (const Case& row :
       {Case{"1.5s", std::chrono::milliseconds(1500)},
        Case{"500us", std::chrono::microseconds(500)}, Case{"2h", std::chrono::hours(2)},
        Case{"1h30m", std::chrono::minutes(90)}, Case{"'100ms'", std::chrono::milliseconds(100)},
        Case{"0", Nanoseconds(0)}}) {
    const auto config =
        Load("rate_limit: { interval: " + std::string(row.interval) + ", burst: 20 }");
    ASSERT_TRUE(config) << row.interval;
    EXPECT_EQ((*config)->rate_limit.interval, row.length) << row.interval;
  }
}

struct Mistake {
  std::string yaml;
  std::string problem;  // part of what is said
};

TEST_F(WebConfigTest, SaysWhereAMistakeIsAndWhatIsAllowed) {
  const std::string key_missing = ":1: tls_server_config: must have a certificate, either as";
  const std::string bad_hash = ":2: basic_auth_users.al: must be a bcrypt hash";
  const std::vector<Mistake> mistakes = {
      {"tls_config: {}", ":1: tls_config: is not a known key; allowed here are tls_server_config"},
      {"[1]", ":1: must be a map"},
      {"a: b: c", "is not YAML"},
      {"rate_limit: {}\nrate_limit: {}", ":2: rate_limit: is written twice"},
      {Tls("cert_file: server.pem"), key_missing},
      {Tls("cert_file: '', key_file: server.key"), key_missing},
      {Tls("cert: '', key_file: server.key"), key_missing},
      {Tls("cert_file: server.pem, key: ''"), key_missing},
      {Tls("cert_file: '', key_file: '', client_auth_type: NoClientCert"), key_missing},
      {Tls("client_ca_file: other.pem"), key_missing},
      {Tls("client_allowed_sans: [a]"), "must have a certificate where there are"},
      {Tls("cert_file: none.pem, key: '-----BEGIN'"), "none.pem cannot be opened"},
      {Tls("cert: '-----BEGIN', key_file: open.key"), "chmod o-rwx"},
      {TlsPair("client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: []"),
       "client_allowed_sans: must name at least one"},
      {TlsPair("client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: ['']"),
       "client_allowed_sans[0]: must be text"},
      {TlsPair("cert: '-----BEGIN', key: '-----BEGIN'"), key_missing},
      {Tls("cert: x, key: y"), "tls_server_config.cert: must be text in PEM form"},
      {Tls("cert_file: none.pem, key_file: server.key"), "none.pem cannot be opened"},
      {Tls("cert_file: empty.pem, key_file: server.key"), "empty.pem must hold certificates"},
      {Tls("cert_file: server.pem, key_file: other.key"), "does not belong"},
      {Tls("cert_file: server.pem, key_file: open.key"), "chmod o-rwx"},
      {TlsPair("client_auth_type: Always"), "client_auth_type: must be one of NoClientCert"},
      {TlsPair("client_ca_file: other.pem"), "must have a client_auth_type"},
      {TlsPair("client_auth_type: RequireAnyClientCert, client_allowed_sans: [a]"),
       "a certificate that nobody verified"},
      {TlsPair("client_auth_type: RequireAnyClientCert, client_ca_file: empty.pem"),
       "client_ca_file"},
      {TlsPair("client_ca_file: other.pem, client_ca: '-----BEGIN', client_auth_type: "
               "RequireAndVerifyClientCert"),
       "must not have both"},
      {TlsPair("min_version: TLS14"), "min_version: must be one of TLS13, TLS12, TLS11, TLS10"},
      {TlsPair("max_version: TLS11"), "must have a max_version of TLS12 or TLS13"},
      {TlsPair("min_version: TLS13, max_version: TLS12"), "not above max_version"},
      {TlsPair("cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]"), "cipher_suites[0]: must be one of"},
      {TlsPair("max_version: TLS12, cipher_suites: [TLS_AES_128_GCM_SHA256]"),
       "must have a cipher suite of TLS 1.2"},
      {TlsPair("curve_preferences: [P-256]"), "curve_preferences[0]: must be one of CurveP256"},
      {TlsPair("prefer_server_cipher_suites: maybe"), "must be true or false"},
      {"http_server_config: { http2: 2 }", "http2: must be true or false"},
      {"http_server_config: { headers: { Server: x } }",
       "Server: is not a known key; allowed here are Content-Security-Policy"},
      {"http_server_config: { headers: { X-Frame-Options: allow } }", "must be deny or sameorigin"},
      {"http_server_config: { headers: { X-Frame-Options: '' } }", "must be deny or sameorigin"},
      {"http_server_config: { headers: { X-Frame-Options: } }", "must be deny or sameorigin"},
      {"http_server_config: { headers: { X-Content-Type-Options: no } }", "must be nosniff"},
      {"http_server_config: { headers: { X-Content-Type-Options: '' } }", "must be nosniff"},
      {"http_server_config: { headers: { X-XSS-Protection: \"a\\r\\nb\" } }",
       "without control characters"},
      {"basic_auth_users: [a]", "basic_auth_users: must be a map"},
      {User("secret"), bad_hash},
      {User("$2x" + kHash.substr(3)), bad_hash},
      {User("$2y$03" + kHash.substr(6)), bad_hash},
      {User("$2$" + kHash.substr(4)), bad_hash},
      {User("$2$" + kHash.substr(3)), bad_hash},
      {User("$2y$32" + kHash.substr(6)), bad_hash},
      {User(""), bad_hash},
      {"basic_auth_users:\n  al:", bad_hash},
      {User("$2y$1x" + kHash.substr(6)), bad_hash},
      {User(kHash + "x"), bad_hash},
      {User(kHash.substr(0, 59) + "="), bad_hash},
      {"basic_auth_users:\n  'a:b': " + kHash, "user name without colon"},
      {"basic_auth_users:\n  al: " + kHash + "\n  al: " + kHash,
       ":3: basic_auth_users.al: is written twice"},
      {"rate_limit: { interval: -1s, burst: 1 }", "rate_limit.interval: must be 0s or a duration"},
      {"rate_limit: { interval: 1s }", "rate_limit: must have a burst of at least 1"},
      {"rate_limit: { interval: 1d, burst: 1 }", "rate_limit.interval: must be 0s or a duration"},
      {"rate_limit: { interval: 5, burst: 1 }", "rate_limit.interval: must be 0s or a duration"},
      {"rate_limit: { interval: 8761h, burst: 1 }", "must be 0s or a duration"},
      {"rate_limit: { interval: 8760h, burst: 101 }", "full again after 100 years"},
      {"rate_limit: { burst: x }", "burst: must be a whole number"},
  };
  for (const Mistake& mistake : mistakes) {
    const std::string problems = Problems(mistake.yaml);
    EXPECT_NE(problems.find(mistake.problem), std::string::npos)
        << mistake.yaml << "\nsays: " << problems;
    EXPECT_EQ(problems.find(kHash.substr(10, 20)), std::string::npos) << "shows a hash";
  }
}

TEST_F(WebConfigTest, ReportsAllMistakesAtOnceInTheOrderOfTheFile) {
  const std::string problems = Problems(
      "rate_limit: { burst: x }\n"
      "basic_auth_users: { a: b }\n"
      "http_server_config: { http3: true }\n");
  EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 3);
  EXPECT_LT(problems.find(":1:"), problems.find(":2:"));
  EXPECT_LT(problems.find(":2:"), problems.find(":3:"));
}

TEST_F(WebConfigTest, SaysThatTheFileCannotBeRead) {
  const auto config = LoadWebConfigFile(folder_->File("none.yml"));
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().front().ToString().find("none.yml: cannot be opened"),
            std::string::npos);
}

}  // namespace
}  // namespace cckm
