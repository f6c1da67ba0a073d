// HTTP towards one appliance, as the pollers see it: many requests under way at once, one answer
// each.
//
// Thread-safety: an object belongs to the thread that polls with it; only Wake() may be called from
// another thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/base/secret.h"

namespace cckm {

struct HttpRequest {
  std::string path;  // path and query below the client's base URL, already percent-encoded
  std::shared_ptr<const Secret> bearer_token;  // sent as Authorization: Bearer; may be null
  std::uint64_t tag = 0;                       // given back with the answer
};

struct HttpAnswer {
  long status = 0;               // 100 to 599
  std::string content_type;      // as sent, or empty
  std::string body;              // whole; at most the client's size cap
  std::optional<WallTime> date;  // of the Date header
};

struct HttpResponse {
  std::uint64_t tag = 0;
  // An answer of any status, or why there was none (dns, connect, reset, timeout, tls, too_large,
  // internal).
  Result<HttpAnswer> answer;
  Nanoseconds duration{};  // from start to last byte
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Puts a GET request under way.  Its answer comes from a later Wait(), whatever happens.
  virtual void Start(HttpRequest request) = 0;

  // Requests under way.
  virtual std::size_t InFlight() const = 0;

  // Blocks until at least one answer is there, Wake() is called or `longest` has passed, and
  // returns the answers, in the order in which they were completed.
  virtual std::vector<HttpResponse> Wait(Nanoseconds longest) = 0;

  // Ends a Wait() of another thread early, or the next one at once.
  virtual void Wake() = 0;
};

}  // namespace cckm
