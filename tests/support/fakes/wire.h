// One accepted connection, plain or TLS, as a script plays on it: byte for byte and second by
// second.
//
// Thread-safety: an object belongs to one thread, but for Abort(), which any may call while the
// object is not being closed.

#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/file_descriptor.h"

namespace cckm {

class Wire {
 public:
  // `socket` blocks; sending on it gives up after ten seconds.
  explicit Wire(FileDescriptor socket);

  // Shakes hands as the server; from then on everything is inside TLS.  False if that fails.
  // REQUIRES: `context` outlives the connection.
  bool StartTls(SSL_CTX* context);

  // Waits for some bytes; nothing at the end of the connection.
  std::optional<std::string> Read();

  // False once the connection is over, however it ended.
  bool Send(std::string_view bytes);
  bool Drip(std::string_view bytes, std::chrono::milliseconds between_bytes);
  bool Pause(std::chrono::milliseconds length);

  // Waits for the other side to go.
  void Hang();

  // Makes Close() a TCP reset.
  void CloseWillReset();
  void Close();

  // Ends the connection under the thread that plays on it.
  void Abort() const;

 private:
  struct FreeTls {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  bool WaitForEnd(int milliseconds) const;

  FileDescriptor socket_;
  std::unique_ptr<SSL, FreeTls> tls_;
};

}  // namespace cckm
