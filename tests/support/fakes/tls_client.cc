#include "tests/support/fakes/tls_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "collectors/base/free_with.h"

namespace cckm {
namespace {

using Bio = std::unique_ptr<BIO, FreeWith<&BIO_free_all>>;
using Certificate = std::unique_ptr<X509, FreeWith<&X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeWith<&EVP_PKEY_free>>;

Bio Open(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate ReadCertificate(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(Open(pem).get(), nullptr, nullptr, nullptr));
}

int Connect(int port) {
  const int number = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  static_cast<void>(
      ::connect(number, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
  return number;
}

// The security level of Debian would keep the client itself from offering old versions.
void Prepare(SSL_CTX* context, const TlsClientOptions& options) {
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, options.min_version);
  SSL_CTX_set_max_proto_version(context, options.max_version);
  if (!options.ciphers.empty()) SSL_CTX_set_cipher_list(context, options.ciphers.c_str());
  if (!options.authority_pem.empty()) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context),
                        ReadCertificate(options.authority_pem).get());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  if (options.certificate_pem.empty()) return;
  SSL_CTX_use_certificate(context, ReadCertificate(options.certificate_pem).get());
  const Key key(PEM_read_bio_PrivateKey(Open(options.key_pem).get(), nullptr, nullptr, nullptr));
  SSL_CTX_use_PrivateKey(context, key.get());
}

std::size_t ContentLength(const std::string& head) {
  constexpr std::string_view kName = "Content-Length: ";
  const std::size_t place = head.find(kName);
  std::size_t length = 0;
  if (place == std::string::npos) return 0;
  std::from_chars(head.data() + place + kName.size(), head.data() + head.size(), length);
  return length;
}

}  // namespace

void TlsClient::FreeContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void TlsClient::FreeConnection::operator()(ssl_st* connection) const { SSL_free(connection); }

TlsClient::TlsClient(int port, const TlsClientOptions& options)
    : socket_(Connect(port)), context_(SSL_CTX_new(TLS_client_method())) {
  ERR_clear_error();
  Prepare(context_.get(), options);
  connection_.reset(SSL_new(context_.get()));
  SSL_set_fd(connection_.get(), socket_);
  is_established_ = SSL_connect(connection_.get()) == 1;
  if (!is_established_) KeepFault();
}

TlsClient::~TlsClient() { ::close(socket_); }

std::string TlsClient::version() const { return SSL_get_version(connection_.get()); }

std::string TlsClient::cipher() const { return SSL_get_cipher_name(connection_.get()); }

std::string TlsClient::server_name() const {
  const Certificate certificate(SSL_get1_peer_certificate(connection_.get()));
  if (!certificate) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

void TlsClient::KeepFault() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  fault_ = reason != nullptr ? reason : "closed";
  ERR_clear_error();
}

bool TlsClient::Send(std::string_view bytes) {
  if (!is_established_) return false;
  const int size = static_cast<int>(bytes.size());
  if (SSL_write(connection_.get(), bytes.data(), size) == size) return true;
  KeepFault();
  return false;
}

bool TlsClient::ReadMore() {
  std::array<char, 16384> bytes{};
  const int count = is_established_
                        ? SSL_read(connection_.get(), bytes.data(), static_cast<int>(bytes.size()))
                        : 0;
  if (count > 0) {
    pending_.append(bytes.data(), static_cast<std::size_t>(count));
  } else if (fault_.empty()) {
    KeepFault();
  }
  return count > 0;
}

std::string TlsClient::ReadAnswer() {
  constexpr std::string_view kEmptyLine = "\r\n\r\n";
  while (pending_.find(kEmptyLine) == std::string::npos) {
    if (!ReadMore()) return std::exchange(pending_, {});
  }
  const std::size_t head_size = pending_.find(kEmptyLine) + kEmptyLine.size();
  const std::size_t size = head_size + ContentLength(pending_.substr(0, head_size));
  while (pending_.size() < size) {
    if (!ReadMore()) return std::exchange(pending_, {});
  }
  std::string answer = pending_.substr(0, size);
  pending_.erase(0, size);
  return answer;
}

std::string TlsClient::ReadUntilClose() {
  while (ReadMore()) {
  }
  return std::exchange(pending_, {});
}

}  // namespace cckm
