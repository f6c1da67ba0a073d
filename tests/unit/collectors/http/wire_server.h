// A server on loopback that plays the same script, plain or with TLS, on every connection: for
// proxies, and for servers that are particular about certificates.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "collectors/base/file_descriptor.h"
#include "collectors/base/mutex.h"
#include "tests/support/fakes/wire.h"

namespace cckm {

class WireServer {
 public:
  using Play = std::function<void(WireServer&, Wire&)>;

  explicit WireServer(Play play)
      : play_(std::move(play)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(listener_.number(), 16);
    socklen_t size = sizeof address;
    ::getsockname(listener_.number(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { AcceptAll(); });
  }
  ~WireServer() {
    ::shutdown(listener_.number(), SHUT_RDWR);
    accepting_.join();
    for (const auto& wire : wires_) wire->Abort();
    for (std::thread& thread : playing_) thread.join();
  }
  WireServer(const WireServer&) = delete;
  WireServer& operator=(const WireServer&) = delete;

  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

  // Reads a request to the end of its header, and keeps it; nothing at the end of the connection.
  std::optional<std::string> ReadRequest(Wire& wire) {
    std::string request;
    while (request.find("\r\n\r\n") == std::string::npos) {
      const auto bytes = wire.Read();
      if (!bytes) return std::nullopt;
      request += *bytes;
    }
    const MutexLock lock(mutex_);
    requests_.push_back(request);
    return request;
  }
  std::vector<std::string> Requests() const {
    const MutexLock lock(mutex_);
    return requests_;
  }

 private:
  void AcceptAll() {
    while (true) {
      FileDescriptor socket(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket) return;
      wires_.push_back(std::make_unique<Wire>(std::move(socket)));
      playing_.emplace_back([this, wire = wires_.back().get()] {
        play_(*this, *wire);
        wire->Abort();
      });
    }
  }

  const Play play_;
  FileDescriptor listener_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Wire>> wires_;  // of the accepting thread, then of the destructor
  std::vector<std::thread> playing_;          // likewise

  mutable Mutex mutex_;
  std::vector<std::string> requests_ CCKM_GUARDED_BY(mutex_);

  std::thread accepting_;
};

}  // namespace cckm
