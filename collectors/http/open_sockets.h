// The sockets of a client's connections, to tell which of the idle ones has become unusable.
//
// libcurl 7.88 uses a kept connection again although its server has sent something that nobody
// asked for, and takes that for the answer to the next request.
//
// Only this room may include this.  Thread-safety: belongs to the thread of its client.

#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <set>

namespace cckm {

class OpenSockets {
 public:
  // Makes the transfers of `easy` close their sockets here.  REQUIRES: this outlives the
  // connections.
  CURLcode Watch(CURL* easy);

  // Opens one; CURL_SOCKET_BAD with errno if the system gives none.
  curl_socket_t Open(const curl_sockaddr& address);

  // Shuts down every socket that has something to read, be it bytes or the end: libcurl then drops
  // the connection.  REQUIRES: no transfer under way, so that nothing is expected.
  void ShutDownReadable() const;

  std::size_t size() const { return sockets_.size(); }

 private:
  static int Close(void* self, curl_socket_t socket);

  std::set<curl_socket_t> sockets_;
};

}  // namespace cckm
