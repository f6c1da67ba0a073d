// Matrix B: what the status line and Retry-After say.

#include <algorithm>

#include "tests/system/hostile/hostile_case.h"

namespace cckm {
namespace {

Script Status(const std::string& status, const std::string& more_headers = {},
              const std::string& body = R"({"code":1})") {
  return OnPoll(Bytes(HttpText(status, kJsonType + more_headers, body)));
}

// "CANARY" is what no output may hold.
Script HtmlPage() {
  return OnPoll(Bytes(HttpText("500 Internal Server Error", "Content-Type: text/html\r\n",
                               "<html><h1>CANARY-page</h1><script>alert(1)</script></html>")));
}

std::string WasAskedOnce(const Evidence& evidence) {
  const std::size_t count = Polls(evidence.all).size();
  return count == 1 ? "" : "it was asked " + std::to_string(count) + " times and not once";
}

// Between two requests there are at least `shortest`.
Check Patience(Nanoseconds shortest) {
  return [shortest](const Evidence& evidence) -> std::string {
    const Journal polls = Polls(evidence.hostile);
    for (std::size_t i = 1; i < polls.size(); ++i) {
      if (polls[i].at - polls[i - 1].at < shortest) return "it was asked again too soon";
    }
    return {};
  };
}

HostileCase Faulty(const char* name, const char* reason, Script script) {
  return {.name = name, .script = std::move(script), .reason = reason};
}

HostileCase Good(const char* name, Script script) {
  return {.name = name, .script = std::move(script), .is_up = true};
}

// Asked for so long a pause that the test does not see its end.
HostileCase Paused(const char* name, const char* reason, Script script) {
  return {.name = name,
          .script = std::move(script),
          .reason = reason,
          .times = 1,
          .recovery = Recovery::kAfterTheTest,
          .check = WasAskedOnce};
}

HostileCase PausedShortly() {
  HostileCase paused = Faulty("B41_503_retry_after_3", "http_status",
                              Status("503 Service Unavailable", "Retry-After: 3\r\n"));
  paused.check = Patience(std::chrono::seconds(3));
  return paused;
}

Script TooMany(const std::string& retry_after) {
  return Status("429 Too Many Requests", "Retry-After: " + retry_after + "\r\n");
}

// Of two refreshes one is answered.
HostileCase HalfFaulty() {
  HostileCase half =
      Faulty("B40_status_500_of_one_refresh", "http_status",
             OnPoll([](Visit& visit, const Request& request) {
               if (request.Path().ends_with("r1")) {
                 return visit.wire.Send(
                     HttpText("200 OK", kJsonType, R"({"id":"r1","overall_status":"running"})"));
               }
               return visit.wire.Send(HttpText("500 Internal Server Error", kJsonType, "{}"));
             }));
  half.refreshes = 2;
  half.is_up = true;
  return half;
}

Script Refresh(const std::string& status) {
  return OnPoll([status](Visit& visit, const Request&) {
    return visit.wire.Send(HttpText(status, kJsonType, visit.appliance.Refresh("r1")));
  });
}

}  // namespace

std::vector<HostileCase> StatusCases() {
  return {
      Faulty("B40_status_500_html", "http_status", HtmlPage()),
      HalfFaulty(),
      Paused("B41_503_retry_after_120", "http_status",
             Status("503 Service Unavailable", "Retry-After: 120\r\n")),
      PausedShortly(),
      Paused("B42_429_retry_after_date_2099", "rate_limited",
             TooMany("Thu, 01 Jan 2099 00:00:00 GMT")),
      Faulty("B43_429_retry_after_negative", "rate_limited", TooMany("-1")),
      Faulty("B43_429_retry_after_garbage", "rate_limited", TooMany("soon, \x01 perhaps")),
      Faulty("B43_429_retry_after_1e9", "rate_limited", TooMany("1e9")),
      Faulty("B43_429_retry_after_in_the_past", "rate_limited",
             TooMany("Thu, 01 Jan 1998 00:00:00 GMT")),
      Faulty("B44_status_204", "content_type", OnPoll(Bytes("HTTP/1.1 204 No Content\r\n\r\n"))),
      Faulty("B44_status_204_with_type", "json",
             OnPoll(Bytes("HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\n\r\n"))),
      Faulty("B44_status_206", "json",
             Status("206 Partial Content", "Content-Range: bytes 0-9/500\r\n", R"({"id":"r1",)")),
      Faulty("B44_status_304", "redirect", OnPoll(Bytes("HTTP/1.1 304 Not Modified\r\n\r\n"))),
      Good("B44_status_203", Refresh("203 Non-Authoritative Information")),
      Faulty("B44_status_404", "http_status", Status("404 Not Found")),
      Faulty(
          "B44_status_101", "reset",
          OnPoll(Bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", After::kClose))),
      Faulty("B44_status_999", "reset", Status("999 Odd")),
      Faulty("B44_status_000", "reset", Status("000 Odd")),
  };
}

}  // namespace cckm
