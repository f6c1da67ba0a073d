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
  std::shared_ptr<const Secret> bearer_token = {};  // sent as Authorization: Bearer; may be null
  // A JSON body to POST; null: GET.
  std::shared_ptr<const Secret> body = {};
  std::uint64_t tag = 0;  // given back with the answer
  // Sent as the first one of a connection, so that its answer can be no answer to another request.
  bool on_new_connection = false;
  // Of a part of the appliance by itself: a status that says it cannot, or may not, says nothing of
  // the address.
  bool is_incidental = false;
  // Which of the client's addresses it goes to, in the order of the configuration; a client that
  // chooses by itself does not look at it.  REQUIRES: there are so many.
  std::size_t address = 0;
};

struct HttpResponse {
  long status = 0;                    // 100 to 599
  std::string content_type;           // as sent, or empty
  std::string content_encoding = {};  // as sent; empty: the body is as it is (identity)
  std::string body;                   // whole; at most the client's size cap
  std::optional<WallTime> date = {};  // of the Date header
  // How long the Retry-After header (RFC 9110, section 10.2.3) asks to wait, from the answer on; a
  // date is read against the answer's own Date header.  None where it cannot be read.
  std::optional<Nanoseconds> retry_after = {};
};

// An attempt that got no answer, or one that says as little (5xx), so that another address was
// asked.
struct FailedAttempt {
  Error error;
  long status = 0;  // 0: no answer
  Nanoseconds duration{};
};

struct HttpResult {
  std::uint64_t tag = 0;
  // An answer of any status, or why there was none (dns, connect, reset, timeout, tls, too_large,
  // internal).
  Result<HttpResponse> answer;
  Nanoseconds duration{};                           // from start to last byte
  std::shared_ptr<const Secret> bearer_token = {};  // of the request
  // End of validity of the certificate that the server presented for this request; none where the
  // connection was made earlier.  Set also where the certificate was refused.
  std::optional<WallTime> certificate_expires_at = {};
  // End of validity of the certificate that the client proves itself with; none without one.
  std::optional<WallTime> client_certificate_expires_at = {};
  // The connection that it came on, as the client counts them; 0: none.
  std::uint64_t connection = 0;
  std::size_t address = 0;  // that it is from, as HttpRequest has it
  // At other addresses, before this one was asked.
  std::vector<FailedAttempt> failed_attempts = {};
};

// One of the addresses of a cluster.
struct AddressState {
  std::string url;         // as configured
  bool is_in_use = false;  // requests go there first
  // Whether its latest request got an answer other than 5xx; none: it was not asked yet.
  std::optional<bool> is_up = {};
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Puts a request under way.  Its answer comes from a later Wait(), whatever happens.
  virtual void Start(HttpRequest request) = 0;

  // Uses the connection of an answer no more.  A request that is under way on it is lost, or
  // repeated on another one.
  virtual void CloseConnection(std::uint64_t connection) = 0;

  // Requests under way.
  virtual std::size_t InFlight() const = 0;

  // Blocks until at least one answer is there, Wake() is called or `longest` has passed, and
  // returns the answers, in the order in which they were completed.  A client that asks several
  // addresses may return early without any.
  virtual std::vector<HttpResult> Wait(Nanoseconds longest) = 0;

  // Ends a Wait() of another thread early, or the next one at once.
  virtual void Wake() = 0;

  // Where requests go that are started now, as HttpRequest::address has it.
  virtual std::size_t AddressInUse() const { return 0; }
  // All addresses, in the order of the configuration; empty where there is but one.
  virtual std::vector<AddressState> Addresses() const { return {}; }
};

}  // namespace cckm
