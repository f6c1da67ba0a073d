// One HTTP request and one answer, free of any server library.
//
// Thread-safety: plain values.

#pragma once

#include <string>
#include <string_view>

namespace cckm::simulator {

// The views live as long as the call that they are handed to.
struct Request {
  std::string_view method;
  std::string_view path;           // decoded, without the query
  std::string_view query;          // as sent, without the question mark
  std::string_view authorization;  // the header's value, empty without one
  std::string_view body;
};

// The body is JSON.
struct Response {
  int status = 200;
  std::string body;
  std::string_view allow;  // of a 405: the methods for the Allow header, a literal
};

}  // namespace cckm::simulator
