// A TLS client that shows what became of its handshake and what the server answers.
//
// It verifies the server only if it is given an authority.  Every wait ends after ten seconds at
// the latest.  Thread-safety: each object belongs to one thread.

#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace cckm {

struct TlsClientOptions {
  std::string authority_pem = {};    // who must have issued the server's certificate
  std::string certificate_pem = {};  // the client's own; empty: none
  std::string key_pem = {};
  int min_version = 0;  // as OpenSSL numbers them; 0: the oldest there is
  int max_version = 0;  // 0: the newest
  std::string ciphers = {};
};

class TlsClient {
 public:
  // Connects to 127.0.0.1:port and shakes hands.
  TlsClient(int port, const TlsClientOptions& options);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // Of TLS 1.3 this is true before the server has judged the client's certificate.
  bool is_established() const { return is_established_; }
  // Words of OpenSSL for what ended the connection; empty where nothing did.
  const std::string& fault() const { return fault_; }
  std::string version() const;
  std::string cipher() const;
  // The common name in the server's certificate.
  std::string server_name() const;

  // False if the other side no longer takes it.
  bool Send(std::string_view bytes);
  // An answer without body, or with the body that its Content-Length announces; less if the
  // connection ended.
  std::string ReadAnswer();
  std::string Request(std::string_view request) { return Send(request) ? ReadAnswer() : ""; }
  // Everything up to the end of the connection.
  std::string ReadUntilClose();

 private:
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };
  struct FreeConnection {
    void operator()(ssl_st* connection) const;
  };

  bool ReadMore();
  void KeepFault();

  int socket_;
  std::unique_ptr<ssl_ctx_st, FreeContext> context_;
  std::unique_ptr<ssl_st, FreeConnection> connection_;
  bool is_established_ = false;
  std::string fault_;
  std::string pending_;  // received and not yet given out
};

}  // namespace cckm
