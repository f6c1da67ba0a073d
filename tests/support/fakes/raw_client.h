// A TCP client that sends exactly the bytes a test gives it and shows exactly what came back.
//
// Every wait ends after ten seconds at the latest.
// Thread-safety: each object belongs to one thread.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"

namespace cckm {

struct RawAnswer {
  bool is_whole = false;  // the head, and as much body as its Content-Length says, arrived
  int status = 0;
  std::string head;  // with the empty line
  std::string body;
  std::map<std::string, std::string> headers;  // names in lower case
};

class RawClient {
 public:
  // Connects to 127.0.0.1:port.  A receive buffer of 0 bytes leaves its size to the system.
  explicit RawClient(int port, int receive_buffer_bytes = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool is_connected() const { return socket_ >= 0; }

  // False if the other side no longer takes it, or not in time.
  bool Send(std::string_view bytes);

  // The next answer; of one to HEAD say so, because its Content-Length is followed by nothing.
  RawAnswer ReadAnswer(bool is_head = false);
  RawAnswer Request(std::string_view request);  // Send, then ReadAnswer

  // Takes the next bytes, so many at most, and drops them; 0 if there are no more, or none in time.
  std::size_t ReceiveSome(std::size_t most);

  // Everything up to the end of the connection, however it ended; nothing if it did not end in
  // time.
  std::optional<std::string> ReadUntilClose();

 private:
  enum class Received { kSome, kEnd, kTimeout };

  bool WaitFor(short events, SteadyTime deadline) const;
  Received ReceiveMore(SteadyTime deadline);
  SteadyTime Deadline() const;

  SystemClock clock_;
  int socket_ = -1;
  std::string pending_;  // received and not yet given out
};

}  // namespace cckm
