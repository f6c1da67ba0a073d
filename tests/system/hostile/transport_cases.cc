// Matrix A: what happens before there is an answer, in plain TCP.

#include "tests/system/hostile/hostile_case.h"

namespace cckm {
namespace {

constexpr const char* kOneSecond = "request_timeout: 1s";

// The connection has to be known as made before it is reset: the reset waits for the request.
void ResetUnderTheRequest(Visit& visit) {
  visit.ReadRequest();
  visit.wire.CloseWillReset();
}

std::string HalfAnAnswer() {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
         R"({"id":"r1","overall_status":"completed",)";
}

}  // namespace

std::vector<HostileCase> TransportCases() {
  return {
      {.name = "A01_conn_refused",
       .reason = "connect",
       .listening = Upstream::Listening::kRefuses,
       .credential = Credential::kTokenFile},
      {.name = "A01_conn_refused_to_a_login",
       .reason = "connect",
       .is_login = true,
       .listening = Upstream::Listening::kRefuses,
       .turns_early = true},
      {.name = "A02_syn_blackhole",
       .reason = "timeout",
       .listening = Upstream::Listening::kIgnores,
       .credential = Credential::kTokenFile,
       .settings = kOneSecond},
      {.name = "A03_rst_after_accept",
       .script = ResetUnderTheRequest,
       .reason = "reset",
       .credential = Credential::kTokenFile},
      {.name = "A03_rst_after_accept_of_a_login",
       .script = ResetUnderTheRequest,
       .reason = "reset",
       .is_login = true,
       .turns_early = true},
      {.name = "A04_rst_mid_body",
       .script = OnPoll(Bytes(HalfAnAnswer(), After::kReset)),
       .reason = "reset"},
      {.name = "A05_fin_before_headers",
       .script = OnPoll(Bytes("", After::kClose)),
       .reason = "reset"},
      {.name = "A05_fin_within_headers",
       .script = OnPoll(Bytes("HTTP/1.1 200 OK\r\nContent-Type: application/js", After::kClose)),
       .reason = "reset"},
      {.name = "A05_fin_within_the_status_line",
       .script = OnPoll(Bytes("HTTP/1.1 2", After::kClose)),
       .reason = "reset"},
  };
}

}  // namespace cckm
