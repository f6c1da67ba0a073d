// Matrix E: tokens that are refused after they were granted, and tokens that come back.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "tests/system/hostile/hostile_case.h"

namespace cckm {
namespace {

constexpr const char* kUnauthorized = "401 Unauthorized";

Check LoginsWithin(std::size_t least, std::size_t most) {
  return [least, most](const Evidence& evidence) -> std::string {
    const std::size_t count = Logins(evidence.hostile).size();
    if (least <= count && count <= most) return {};
    return std::to_string(count) + " logins";
  };
}

// Takes no token that it granted before the poll of that number, from 1.
Script RevokeAt(int poll) {
  const auto polls = std::make_shared<std::atomic<int>>(0);
  return OnPoll([poll, polls](Visit& visit, const Request& request) {
    if (++*polls == poll) visit.appliance.RevokeTokens();
    return Honestly(visit, request);
  });
}

HostileCase ExpiresAmongMany() {
  return {.name = "E121_token_expires_at_the_7th_request",
          .script = RevokeAt(7),
          .is_up = true,
          .settings = "max_connections: 1",
          .refreshes = 10,
          .check = LoginsWithin(2, 2)};
}

HostileCase KeyRotates() {
  return {.name = "E126_signing_key_rotates",
          .script = RevokeAt(3),
          .is_up = true,
          .check = LoginsWithin(2, 2)};
}

// Lets nobody through before `size` have come.
class Barrier {
 public:
  explicit Barrier(int size) : size_(size) {}

  // False for those that come later.
  bool Arrive() {
    std::unique_lock lock(mutex_);
    if (arrived_ == size_) return false;
    if (++arrived_ == size_) all_arrived_.notify_all();
    all_arrived_.wait_for(lock, std::chrono::seconds(4), [this] { return arrived_ == size_; });
    return true;
  }

 private:
  const int size_;
  std::mutex mutex_;
  std::condition_variable all_arrived_;
  int arrived_ = 0;
};

HostileCase RefusedTogether() {
  constexpr int kCount = 50;
  const auto barrier = std::make_shared<Barrier>(kCount);
  HostileCase refused{.name = "E122_50_refusals_at_once",
                      .script = OnPoll([barrier](Visit& visit, const Request& request) {
                        if (request.IsList())
                          return visit.wire.Send(HttpText("200 OK", kJsonType, kEmptyList));
                        if (!barrier->Arrive()) return Honestly(visit, request);
                        return visit.wire.Send(HttpText(kUnauthorized, kJsonType, "{}"));
                      }),
                      .is_up = true,
                      .settings = "max_connections: 50",
                      .refreshes = kCount,
                      .check = LoginsWithin(2, 2)};
  return refused;
}

HostileCase RefusedAlways(const char* name, Credential credential) {
  return {.name = name,
          .script = OnPoll(Bytes(HttpText(kUnauthorized, kJsonType, "{}"))),
          .reason = "auth",
          .credential = credential,
          .check = LoginsWithin(0, 6)};
}

HostileCase ForbiddenForOneFamily() {
  HostileCase forbidden{.name = "E127_forbidden_for_one_family",
                        .script = OnPoll([](Visit& visit, const Request& request) {
                          if (request.Path().find("/external-cm/") == std::string::npos) {
                            return Honestly(visit, request);
                          }
                          return visit.wire.Send(HttpText("403 Forbidden", kJsonType, "{}"));
                        }),
                        .reason = "forbidden",
                        .families = {"external-cm", "dsm"}};
  forbidden.check = [](const Evidence& evidence) -> std::string {
    const std::string other_is_up =
        R"(cckm_up{target="E127_forbidden_for_one_family",cloud="dsm"} 1)";
    if (evidence.exposition.find(other_is_up) == std::string::npos) return "dsm is not up";
    return LoginsWithin(1, 1)(evidence);
  };
  return forbidden;
}

std::string TokenIn(const Request& request) {
  constexpr std::string_view kBefore = "Bearer ";
  const std::size_t start = request.head.find(kBefore) + kBefore.size();
  return request.head.substr(start, request.head.find('\r', start) - start);
}

// Sends the token back in every place of a refresh that is shown somewhere.
HostileCase TokenInARefresh() {
  return {.name = "E131_token_in_a_refresh",
          .script = OnPoll([](Visit& visit, const Request& request) {
            const std::string token = TokenIn(request);
            const std::string body = R"({"id":")" + token + R"(","overall_status":")" + token +
                                     R"(","createdAt":")" + token + R"(","detailed_status":{")" +
                                     token + R"(":"not )" + token + R"("},"domains":[")" + token +
                                     R"(","x)" + token + R"("]})";
            return visit.wire.Send(HttpText("200 OK", kJsonType, body));
          }),
          .reason = "schema",  // the first time, as the id is another one
          .times = 1,
          .is_up = true};
}

HostileCase TokenInAnError() {
  return {.name = "E131_token_in_an_error",
          .script = OnPoll([](Visit& visit, const Request& request) {
            const std::string token = TokenIn(request);
            return visit.wire.Send(HttpText(
                "500 " + token, std::string(kJsonType) + "Location: /" + token + "\r\n",
                R"({"code":1,"codeDesc":"NCERRx: )" + token + R"(","message":")" + token + "\"}"));
          }),
          .reason = "http_status"};
}

HostileCase TokenAsAKey() {
  return {.name = "E131_token_as_a_duplicate_key",
          .script = OnPoll([](Visit& visit, const Request& request) {
            const std::string key = "\"" + TokenIn(request) + "\"";
            return visit.wire.Send(HttpText("200 OK", kJsonType, "{" + key + ":1," + key + ":2}"));
          }),
          .reason = "schema"};
}

}  // namespace

std::vector<HostileCase> TokenCases() {
  return {
      ExpiresAmongMany(),
      RefusedTogether(),
      RefusedAlways("E123_always_401", Credential::kLogin),
      RefusedAlways("E123_always_401_to_a_token_file", Credential::kTokenFile),
      KeyRotates(),
      ForbiddenForOneFamily(),
      TokenInARefresh(),
      TokenInAnError(),
      TokenAsAKey(),
  };
}

}  // namespace cckm
