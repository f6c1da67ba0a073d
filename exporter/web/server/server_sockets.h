// The sockets of this process that listen on, or were accepted on, given addresses.
//
// civetweb keeps its sockets to itself and looks for the end of the server every two seconds only.
// The kernel knows them: this finds them among the open files of the process by their local
// address.  Without /proc nothing is found, and connections end at their time limits.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "exporter/web/server/socket_address.h"

namespace cckm {

// What is known of an accepted socket: its number, or else who is at its other end.
struct ConnectionSocket {
  int number = -1;
  std::string peer_address;  // in numbers
  int peer_port = 0;
  int port = 0;  // of this side
};

class ServerSockets {
 public:
  // `addresses` carry the ports that are really listened on.
  explicit ServerSockets(std::vector<SocketAddress> addresses);

  // Has the kernel hold little for clients that do not read, and forget within `patience` what a
  // client does not take.  For the connections that come from now on.
  void BoundWhatWaits(std::chrono::milliseconds patience) const;

  // How many bytes the other end has taken so far; notes the socket's number.  Nothing where it is
  // not found.  REQUIRES: it is not closed before this returns.
  std::optional<std::uint64_t> BytesTaken(ConnectionSocket& socket) const;

  // Ends listening first and the connections then.
  void ShutDownAll() const;

  // Ends one connection at once; what was not sent yet is lost.
  // REQUIRES: it is not closed before this returns.
  void Drop(const ConnectionSocket& socket) const;

  // Ends the connections on which exactly so many bytes were written so far.
  void ShutDownWhereWritten(std::uint64_t bytes) const;

  // Closes what is still open.  REQUIRES: the server is gone, nobody else uses these sockets.
  void CloseAll() const;

 private:
  void FindNumber(ConnectionSocket& socket) const;
  bool IsOurs(int socket) const;
  void ForEach(const std::function<void(int number, int pinned)>& visit) const;

  const std::vector<SocketAddress> addresses_;
};

}  // namespace cckm
