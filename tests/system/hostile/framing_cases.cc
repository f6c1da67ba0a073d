// Matrix B: answers whose header or framing breaks the rules of HTTP/1.1, or stretches them.

#include <cstdio>

#include "tests/system/hostile/hostile_case.h"

namespace cckm {
namespace {

constexpr std::size_t kKilobyte = 1000;

std::string Repeat(const std::string& text, std::size_t count) {
  std::string repeated;
  repeated.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

// The bytes of a good answer about r1 with `headers` in place of a length.
Reply Refresh(const std::string& headers, After after,
              const std::string& status_line = "HTTP/1.1 200 OK") {
  return [=](Visit& visit, const Request& request) {
    return Bytes(
        status_line + "\r\n" + kJsonType + headers + "\r\n" + visit.appliance.Refresh("r1"), after)(
        visit, request);
  };
}

// The same with its right length among the headers.
Reply WithLength(const std::string& headers, const std::string& status_line = "HTTP/1.1 200 OK") {
  return [=](Visit& visit, const Request& request) {
    const std::size_t length = visit.appliance.Refresh("r1").size();
    return Refresh("Content-Length: " + std::to_string(length) + "\r\n" + headers, After::kGoOn,
                   status_line)(visit, request);
  };
}

Reply WithWrongLengthFirst() {
  return [](Visit& visit, const Request& request) {
    const std::size_t length = visit.appliance.Refresh("r1").size();
    return Refresh("Content-Length: 20\r\nContent-Length: " + std::to_string(length) + "\r\n",
                   After::kGoOn)(visit, request);
  };
}

// A good answer in one chunk.  `extension` goes behind the size of the chunk, `trailers` behind the
// last one.
Reply Chunked(const std::string& extension, const std::string& trailers,
              const std::string& more_headers = {}) {
  return [=](Visit& visit, const Request&) {
    const std::string body = visit.appliance.Refresh("r1");
    char size[17];
    std::snprintf(size, sizeof size, "%zx", body.size());
    return visit.wire.Send(std::string("HTTP/1.1 200 OK\r\n") + kJsonType + more_headers +
                           "Transfer-Encoding: chunked\r\n\r\n" + size + extension + "\r\n" + body +
                           "\r\n0\r\n" + trailers + "\r\n");
  };
}

std::string ChunkHead() {
  return std::string("HTTP/1.1 200 OK\r\n") + kJsonType + "Transfer-Encoding: chunked\r\n\r\n";
}

// Without end.
bool EndlessExtension(Visit& visit, const Request&) {
  bool goes_on = visit.wire.Send(ChunkHead() + "5;");
  while (goes_on && visit.wire.Pause(std::chrono::milliseconds(1))) {
    goes_on = visit.wire.Send(std::string(kKilobyte, 'x'));
  }
  return false;
}

HostileCase Faulty(const char* name, const char* reason, Reply reply) {
  return {.name = name, .script = OnPoll(std::move(reply)), .reason = reason};
}

HostileCase Good(const char* name, Reply reply) {
  return {.name = name, .script = OnPoll(std::move(reply)), .is_up = true};
}

HostileCase Endless(const char* name, Reply reply) {
  HostileCase endless = Faulty(name, "timeout", std::move(reply));
  endless.settings = "request_timeout: 1s";
  return endless;
}

}  // namespace

std::vector<HostileCase> FramingCases() {
  const std::string other_length = "Content-Length: 20\r\n";
  return {
      Faulty("B45_100_continue_flood", "too_large",
             Bytes(Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100 * kKilobyte))),
      Faulty("B46_content_length_too_short", "json", Refresh(other_length, After::kClose)),
      Faulty("B47_content_length_too_long", "reset",
             Refresh("Content-Length: 100000\r\n", After::kClose)),
      Endless("B47_content_length_too_long_and_open",
              Refresh("Content-Length: 100000\r\n", After::kHang)),
      Faulty("B48_content_length_negative", "reset",
             Refresh("Content-Length: -5\r\n", After::kClose)),
      Faulty("B48_content_length_no_number", "reset",
             Refresh("Content-Length: many\r\n", After::kClose)),
      Faulty("B48_content_length_huge", "too_large",
             Refresh("Content-Length: 99999999999999999999999\r\n", After::kHang)),
      Faulty("B49_two_content_lengths_the_first_is_right", "reset", WithLength(other_length)),
      Faulty("B49_two_content_lengths_the_second_is_right", "reset", WithWrongLengthFirst()),
      Good("B50_content_length_with_te_chunked", Chunked("", "", other_length)),
      Faulty("B51_chunk_size_overflow", "reset",
             Bytes(ChunkHead() + "FFFFFFFFFFFFFFFFF\r\n{}", After::kClose)),
      Faulty("B51_chunk_size_no_number", "reset", Bytes(ChunkHead() + "zz\r\n{}", After::kClose)),
      Good("B52_chunk_ext_1mb", Chunked(";" + std::string(kKilobyte * kKilobyte, 'x'), "")),
      Endless("B52_chunk_ext_endless", EndlessExtension),
      Faulty("B53_trailers_100000", "too_large", Chunked("", Repeat("X: y\r\n", 100 * kKilobyte))),
      Faulty("B54_headers_400kb", "too_large",
             WithLength(Repeat("X-Padding: " + std::string(kKilobyte, 'x') + "\r\n", 400))),
      Faulty("B54_one_header_of_400kb", "too_large",
             WithLength("X-Padding: " + std::string(400 * kKilobyte, 'x') + "\r\n")),
      Good("B55_header_obs_fold", WithLength("X-Folded: one\r\n two\r\n")),
      Faulty("B55_header_nul", "reset", WithLength(std::string("X-Nul: a\0b\r\n", 12))),
      Faulty("B55_header_no_colon", "reset", WithLength("no colon here\r\n")),
      Faulty("B56_reason_of_64kb", "too_large",
             WithLength("", "HTTP/1.1 200 " + std::string(64 * 1024, 'x'))),
      Faulty("B57_http09_reply", "reset",
             Bytes(R"({"overall_status":"completed"})", After::kClose)),
      Faulty("B57_other_protocol", "reset", Bytes("SSH-2.0-OpenSSH_9.2\r\n", After::kClose)),
  };
}

}  // namespace cckm
