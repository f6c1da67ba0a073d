// One HTTP request and one answer, free of any server library.
//
// Thread-safety: plain values.

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cckm::simulator {

// The views live as long as the call that they are handed to.
struct Request {
  std::string_view method;
  std::string_view path;                // decoded, without the query
  std::string_view query = {};          // as sent, without the question mark
  std::string_view authorization = {};  // the header's value, empty without one
  std::string_view body = {};
  bool client_certificate = false;   // the TLS handshake verified one
  bool first_of_connection = false;  // no other request came over this connection
  std::size_t node = 0;              // of the cluster, that it came to
};

// What becomes of an answer on its way.
enum class Delivery {
  kWhole,
  kTruncated,  // half of the body that Content-Length promises, then the connection closes
  kNone,       // the connection closes without an answer
};

struct Response {
  int status = 200;
  std::string body = {};
  std::string_view allow = {};  // of a 405: the methods for the Allow header, a literal
  std::string content_type = "application/json; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers = {};  // further ones
  std::chrono::nanoseconds delay{0};                              // waited before it is sent
  Delivery delivery = Delivery::kWhole;
};

}  // namespace cckm::simulator
