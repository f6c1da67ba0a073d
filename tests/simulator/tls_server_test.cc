// The simulator over TLS, as its clients meet it: real handshakes over loopback.

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <bit>

#include <gtest/gtest.h>

#include "tests/simulator/certificates.h"
#include "tests/simulator/openssl_handles.h"
#include "tests/simulator/server.h"
#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using SslPtr = std::unique_ptr<SSL, FreeWith<&SSL_free>>;

// Valid today: OpenSSL verifies by the clock of the machine.
constexpr std::chrono::hours kAges(24 * 365 * 200);

Certificate Make(const CertificateOptions& options) {
  return MakeCertificate(options, kStart).value();
}

struct Certificates {
  Certificate root = Make({.common_name = "root", .usage = Usage::kAuthority, .not_after = kAges});
  Certificate server = Make(
      {.common_name = "server", .issuer = root, .dns_names = {"cm.example"}, .not_after = kAges});
  Certificate client =
      Make({.common_name = "c", .usage = Usage::kClient, .issuer = root, .not_after = kAges});
};

// A connection that verifies the server as cm.example; it gives up after five seconds.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, const Certificates& certificates, bool with_certificate)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)), context_(SSL_CTX_new(TLS_client_method())) {
    const timeval limit = {5, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool connected =
        ::connect(socket_, std::bit_cast<sockaddr*>(&address), sizeof(address)) == 0;
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()),
                        ReadCertificate(OpenText(certificates.root.certificate_pem).get()).get());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    if (with_certificate) Use(certificates.client);
    connection_.reset(SSL_new(context_.get()));
    SSL_set1_host(connection_.get(), "cm.example");
    SSL_set_fd(connection_.get(), socket_);
    shaken_ = connected && SSL_connect(connection_.get()) == 1;
  }
  ~TlsClient() { ::close(socket_); }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // The whole answer, empty where there is none.
  std::string Send(const std::string& method, const std::string& target,
                   const std::string& body = {}) {
    const std::string request = method + ' ' + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n" + body;
    const int size = static_cast<int>(request.size());
    if (!shaken_ || SSL_write(connection_.get(), request.data(), size) != size) return {};
    std::array<char, 16384> answer{};
    const int count = SSL_read(connection_.get(), answer.data(), static_cast<int>(answer.size()));
    return count > 0 ? std::string(answer.data(), static_cast<std::size_t>(count)) : std::string();
  }

 private:
  void Use(const Certificate& own) {
    SSL_CTX_use_certificate(context_.get(),
                            ReadCertificate(OpenText(own.certificate_pem).get()).get());
    SSL_CTX_use_PrivateKey(context_.get(), ReadKey(OpenText(own.key_pem).get()).get());
  }

  const int socket_;
  const TlsContextPtr context_;
  SslPtr connection_;
  bool shaken_ = false;
};

struct TlsRig {
  Certificates certificates;
  TestAppliance appliance;
  tl::expected<std::unique_ptr<Server>, std::string> server = Server::Start(
      {.host = "127.0.0.1",
       .threads = 4,
       .tls = TlsSettings{certificates.server.certificate_pem, certificates.server.key_pem,
                          certificates.root.certificate_pem}},
      [this](const Request& request, const Server::Wait& wait) {
        return appliance.api.Serve(request, wait, [] { return kStart; });
      },
      [] { return kStart; });
};

// One rig for all of these tests, because a server takes two seconds to stop.
class TlsServerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { rig_ = std::make_unique<TlsRig>(); }
  static void TearDownTestSuite() { rig_.reset(); }

  void SetUp() override { ASSERT_TRUE(rig_->server) << rig_->server.error(); }

  std::uint16_t Port() const { return rig_->server.value()->port(); }

  static inline std::unique_ptr<TlsRig> rig_;
};

TEST_F(TlsServerTest, AClientLogsInWithItsCertificateAndReadsRefreshes) {
  TlsClient client(Port(), rig_->certificates, true);
  const std::string granted = client.Send("POST", "/api/v1/auth/tokens",
                                          R"({"grant_type":"client_credential","client_id":"c"})");
  EXPECT_TRUE(granted.starts_with("HTTP/1.1 200 OK\r\n")) << granted;
  EXPECT_NE(granted.find(R"("jwt")"), std::string::npos) << granted;
  EXPECT_EQ(granted.find("refresh_token"), std::string::npos) << granted;
  const std::string refused = client.Send("GET", "/api/v1/cckm/dsm/refresh");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 401 ")) << refused;
}

TEST_F(TlsServerTest, AClientWithoutACertificateIsNotServed) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    TlsClient client(Port(), rig_->certificates, false);
    EXPECT_EQ(client.Send("GET", "/api/v1/cckm/dsm/refresh"), "");
  }
  TlsClient good(Port(), rig_->certificates, true);
  EXPECT_NE(good.Send("GET", "/api/v1/cckm/dsm/refresh"), "");
}

TEST_F(TlsServerTest, AServerThatIsAnotherOneIsNotTrusted) {
  const Certificates others;
  TlsClient client(Port(), others, true);
  EXPECT_EQ(client.Send("GET", "/api/v1/cckm/dsm/refresh"), "");
}

TEST(TlsServerStartTest, ACertificateThatCannotBeUsedIsAnError) {
  const auto server = Server::Start(
      {.host = "127.0.0.1", .threads = 1, .tls = TlsSettings{"no PEM", "no PEM"}},
      [](const Request&, const Server::Wait&) { return Response{}; }, [] { return kStart; });
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error(), "the server's certificate cannot be used");
}

}  // namespace
}  // namespace cckm::simulator
