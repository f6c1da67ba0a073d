// The sockets of a client's connections, to tell which of the idle ones has become unusable.
//
// libcurl 7.88 uses a kept connection again although its server has sent something that nobody
// asked for, and takes that for the answer to the next request.
//
// Only this library may include this.  Thread-safety: belongs to the thread of its client.

#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <map>

#include "collectors/http/curl_setter.h"

namespace cckm {

class OpenSockets {
 public:
  // Makes the transfers of a handle close their sockets here.  REQUIRES: this outlives the
  // connections.
  void Watch(CurlSetter& setter);

  // Opens one; CURL_SOCKET_BAD with errno if the system gives none.
  curl_socket_t Open(const curl_sockaddr& address);

  // Shuts down every socket that has something to read, be it bytes or the end: libcurl then drops
  // the connection.  REQUIRES: no transfer under way, so that nothing is expected.
  void ShutDownReadable() const;

  std::size_t size() const { return numbers_.size(); }

  // The number of the socket's connection, which no other one of this client has had; 0 for a
  // socket that is not open.
  std::uint64_t NumberOf(curl_socket_t socket) const;

  // Shuts down the connection of that number, if it is still open.  A transfer on it ends with a
  // fault, or is repeated by libcurl where nothing came yet.
  void ShutDown(std::uint64_t number) const;

 private:
  static int Close(void* self, curl_socket_t socket);

  std::map<curl_socket_t, std::uint64_t> numbers_;
  std::uint64_t opened_ = 0;
};

}  // namespace cckm
