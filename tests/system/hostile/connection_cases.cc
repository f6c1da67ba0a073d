// Matrix B: kept connections, what an answer wants remembered, and slowness.

#include "tests/system/hostile/hostile_case.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;

// A refresh that is not over, so that it is asked for at every tick.
std::string Running() {
  return R"({"id":"r1","overall_status":"in_progress","createdAt":"2024-01-01T00:00:00Z"})";
}

// What must never be believed: nobody asked for it.
std::string Poison() {
  return HttpText("200 OK", kJsonType,
                  R"({"id":"r1","overall_status":"failed","createdAt":"2024-01-01T00:00:00Z",)"
                  R"("completed_at":"2024-01-01T00:00:09Z","domains":["poison"]})");
}

HostileCase Good(const char* name, Reply reply) {
  return {.name = name, .script = OnPoll(std::move(reply)), .is_up = true};
}

bool AnswerAndCloseSoon(Visit& visit, const Request&) {
  visit.wire.Send(HttpText("200 OK", kJsonType, Running()));
  visit.wire.Pause(milliseconds(200));
  return false;
}

// Closes under the second request of a connection, as a server does whose patience has just ended.
void CloseUnderTheNext(Visit& visit) {
  const auto request = visit.ReadRequest();
  if (!request) return;
  visit.wire.Send(request->IsLogin() ? visit.appliance.Answer(*request)
                                     : HttpText("200 OK", kJsonType, Running()));
  visit.ReadRequest();
}

bool PoisonAtOnce(Visit& visit, const Request&) {
  return visit.wire.Send(HttpText("200 OK", kJsonType, Running()) + Poison());
}

HostileCase Poisoned(const char* name, Reply reply) {
  HostileCase poisoned = Good(name, std::move(reply));
  poisoned.check = [name](const Evidence& evidence) {
    const std::string nothing_failed = "\ncckm_refresh_duration_seconds_count{target=\"" +
                                       std::string(name) +
                                       "\",cloud=\"dsm\",status=\"failed\"} 0\n";
    const bool is_clean = evidence.exposition.find(nothing_failed) != std::string::npos;
    return is_clean ? "" : "it believed what it did not ask for";
  };
  return poisoned;
}

std::string CarriesNoCookie(const Evidence& evidence) {
  for (const JournalEntry& entry : evidence.all) {
    if (entry.request.head.find("ookie:") != std::string::npos) return "it sent a cookie back";
  }
  return {};
}

HostileCase Cookies() {
  std::string headers;
  for (int i = 0; i < 100; ++i) {
    headers += "Set-Cookie: c" + std::to_string(i) + "=" + std::string(500, 'x') + "; Path=/\r\n";
  }
  HostileCase cookies =
      Good("B67_set_cookie_bombs", Bytes(HttpText("200 OK", kJsonType + headers, Running())));
  cookies.check = CarriesNoCookie;
  return cookies;
}

bool OfferAlternative(Visit& visit, const Request&) {
  const std::string port = std::to_string(visit.foreign_port);
  return visit.wire.Send(HttpText(
      "200 OK",
      std::string(kJsonType) + "Strict-Transport-Security: max-age=99999; includeSubDomains\r\n" +
          "Alt-Svc: h2=\"127.0.0.1:" + port + "\", http/1.1=\":" + port + "\"; persist=1\r\n",
      Running()));
}

HostileCase Alternative(const char* name, bool is_https) {
  HostileCase alternative = Good(name, OfferAlternative);
  alternative.is_https = is_https;
  if (is_https) alternative.tls = {{}};
  alternative.check = [](const Evidence& evidence) {
    return evidence.foreign_connections == 0 ? "" : "it followed an Alt-Svc header";
  };
  return alternative;
}

HostileCase SlowAnswer() {
  constexpr auto kLength = milliseconds(2200);
  HostileCase slow = Good("B69_slow_server", [kLength](Visit& visit, const Request&) {
    return visit.wire.Pause(kLength) && visit.wire.Send(HttpText("200 OK", kJsonType, Running()));
  });
  slow.settings = "request_timeout: 10s";
  slow.check = [kLength](const Evidence& evidence) -> std::string {
    const Journal polls = Polls(evidence.hostile);
    for (std::size_t i = 1; i < polls.size(); ++i) {
      if (polls[i].at - polls[i - 1].at < kLength) return "a poll began before the last was over";
    }
    return {};
  };
  return slow;
}

HostileCase Hanging() {
  return {.name = "B70_one_target_hangs",
          .script = OnPoll(Bytes("", After::kHang)),
          .reason = "timeout",
          .settings = "request_timeout: 1s"};
}

}  // namespace

std::vector<HostileCase> ConnectionCases() {
  return {
      Good("B65_keepalive_closed_between_requests", AnswerAndCloseSoon),
      {.name = "B65_keepalive_closed_under_a_request", .script = CloseUnderTheNext, .is_up = true},
      Poisoned("B66_two_responses_at_once", PoisonAtOnce),
      Cookies(),
      Alternative("B68_alt_svc_and_hsts", true),
      Alternative("B68_alt_svc_over_http", false),
      SlowAnswer(),
      Hanging(),
  };
}

}  // namespace cckm
