#include "tests/support/fakes/fake_http_client.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace cckm {

HttpResponse JsonAnswer(std::string body) { return StatusAnswer(200, std::move(body)); }

HttpResponse StatusAnswer(long status, std::string body) {
  return {.status = status,
          .content_type = "application/json",
          .body = std::move(body),
          .date = std::nullopt};
}

HttpResponse NotFoundAnswer() {
  return StatusAnswer(404, R"({"code":16,"codeDesc":"NCERRResourceNotFound: Resource not found"})");
}

Result<HttpResponse> WithIdOf(const std::string& path, Result<HttpResponse> answer) {
  constexpr std::string_view kStatus = "\"overall_status\"";
  const bool is_job = answer && path.find('?') == std::string::npos &&
                      answer->body.starts_with('{') &&
                      answer->body.find(kStatus) != std::string::npos &&
                      answer->body.find("\"id\"") == std::string::npos;
  if (is_job) answer->body.insert(1, R"("id":")" + path.substr(path.rfind('/') + 1) + R"(",)");
  return answer;
}

FakeHttpClient::FakeHttpClient(FakeClock& clock, Responder responder)
    : FakeHttpClient(clock,
                     RequestResponder([by_path = std::move(responder)](const HttpRequest& request) {
                       return by_path(request.path);
                     })) {}

FakeHttpClient::FakeHttpClient(FakeClock& clock, RequestResponder responder)
    : clock_(clock),
      responder_(std::move(responder)),
      latency_([](const HttpRequest&) { return Nanoseconds(std::chrono::milliseconds(1)); }) {}

void FakeHttpClient::Start(HttpRequest request) {
  const SteadyTime now = clock_.SteadyNow();
  paths_.push_back(request.path);
  if (request.on_new_connection) new_paths_.push_back(request.path);
  tokens_.emplace_back(request.bearer_token ? request.bearer_token->Reveal() : "");
  in_flight_.push_back({request, now, now + latency_(request)});
  most_in_flight_ = std::max(most_in_flight_, in_flight_.size());
}

std::vector<HttpResult> FakeHttpClient::Wait(Nanoseconds longest) {
  if (woken_.exchange(false)) return {};
  const SteadyTime now = clock_.SteadyNow();
  const auto first = std::ranges::min_element(in_flight_, {}, &PendingCheck::done_at);
  if (first == in_flight_.end() || first->done_at > now + longest) {
    clock_.Advance(longest);
    return {};
  }
  clock_.Advance(first->done_at - now);
  std::vector<HttpResult> responses;
  const SteadyTime then = clock_.SteadyNow();
  std::erase_if(in_flight_, [&](const PendingCheck& check) {
    if (check.done_at > then) return false;
    responses.push_back({.tag = check.request.tag,
                         .answer = responder_(check.request),
                         .duration = check.done_at - check.started_at,
                         .bearer_token = check.request.bearer_token,
                         .connection = ++connections_,
                         .address = check.request.address});
    return true;
  });
  return responses;
}

}  // namespace cckm
