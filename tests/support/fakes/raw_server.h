// A TCP server on loopback that plays a script per connection, byte for byte: for answers that no
// honest web server gives.
//
// It runs in a thread of its own from construction to destruction.  Connections are served side by
// side; the n-th one accepted plays the n-th script, and one without a script is closed at once.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cckm {

struct RawAction {
  enum class Kind {
    kReadRequest,  // waits for the end of a request's header and records it
    kSend,         // sends `bytes`
    kClose,        // closes in good order
    kReset,        // closes with a TCP reset
    kHang,         // leaves the connection open, and silent, until the server goes
  };
  Kind kind = Kind::kClose;
  std::string bytes;
};

// Played from front to back; at its end the connection is closed in good order.
using RawScript = std::vector<RawAction>;

inline RawAction ReadRequest() { return {RawAction::Kind::kReadRequest, {}}; }
inline RawAction Send(std::string bytes) { return {RawAction::Kind::kSend, std::move(bytes)}; }
inline RawAction Close() { return {RawAction::Kind::kClose, {}}; }
inline RawAction Reset() { return {RawAction::Kind::kReset, {}}; }
inline RawAction Hang() { return {RawAction::Kind::kHang, {}}; }

// Reads a request and sends `bytes`, `count` times over, then hangs.
RawScript AnswerEach(std::size_t count, const std::string& bytes);

// A complete answer with status 200, a JSON content type and `body`; the connection stays open.
std::string JsonAnswer(const std::string& body);

class RawServer {
 public:
  // Listens on a free port of 127.0.0.1.  Throws std::system_error if the host does not let it.
  explicit RawServer(std::vector<RawScript> scripts);
  // Closes every connection.
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::uint16_t port() const;
  std::string url() const;  // http://127.0.0.1:port

  // The headers of the requests read so far, in the order in which they were complete.
  std::vector<std::string> Requests() const;
  // Connections accepted so far.
  std::size_t ConnectionCount() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cckm
