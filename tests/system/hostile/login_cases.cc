// Matrix E: logins that are refused, broken, slow, or answered with something that is no token.

#include "tests/system/hostile/hostile_case.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;

std::string CountIs(const char* what, std::size_t count, std::size_t least, std::size_t most) {
  if (least <= count && count <= most) return {};
  return std::to_string(count) + " " + what + " and not " + std::to_string(least) + " to " +
         std::to_string(most);
}

std::string OneLogin(const Evidence& evidence) {
  return CountIs("logins", Logins(evidence.hostile).size(), 1, 1);
}

std::string NoPoll(const Evidence& evidence) {
  return CountIs("polls without a token", Polls(evidence.hostile).size(), 0, 0);
}

Reply Refusal(const std::string& status, const std::string& body) {
  return Bytes(HttpText(status, kJsonType, body));
}

// The account could be locked by trying again.
HostileCase Rejected(const char* name, const char* reason, Reply reply, Recovery recovery) {
  return {.name = name,
          .script = OnLogin(std::move(reply)),
          .reason = reason,
          .times = 1,
          .is_login = true,
          .recovery = recovery,
          .check = OneLogin};
}

// Says nothing of the password, so it is tried again soon.
HostileCase Failing(const char* name, const char* reason, Reply reply) {
  return {.name = name,
          .script = OnLogin(std::move(reply)),
          .reason = reason,
          .is_login = true,
          .settings = "request_timeout: 1s",
          .turns_early = true,
          .check = NoPoll};
}

HostileCase NoToken(const char* name, const std::string& body) {
  HostileCase failing = Failing(name, "schema", Json(body));
  failing.settings = {};
  return failing;
}

std::string GrantWith(const std::string& json_value) {
  return R"({"jwt":)" + json_value + R"(,"duration":300})";
}

// `member` is that of the duration, with a comma.
HostileCase Lasting(const char* name, const std::string& member) {
  HostileCase lasting{
      .name = name,
      .script = OnLogin([member](Visit& visit, const Request&) {
        return visit.wire.Send(HttpText(
            "200 OK", kJsonType, R"({"jwt":")" + visit.appliance.NewToken() + "\"" + member + "}"));
      }),
      .is_up = true};
  lasting.check = [](const Evidence& evidence) {
    return CountIs("logins", Logins(evidence.all).size(), 1, 8);
  };
  return lasting;
}

HostileCase SlowLogin() {
  constexpr int kRefreshes = 20;
  HostileCase slow{.name = "E125_slow_login",
                   .script = OnLogin([](Visit& visit, const Request& request) {
                     return visit.wire.Pause(milliseconds(3000)) && Honestly(visit, request);
                   }),
                   .is_up = true,
                   .settings = "request_timeout: 10s",
                   .refreshes = kRefreshes};
  slow.check = [](const Evidence& evidence) {
    const std::string error = OneLogin(evidence);
    // Its refreshes neither wait for the login nor are asked for on connections of their own.
    const auto most = static_cast<std::size_t>(kRefreshes) - 1;
    return error.empty() ? CountIs("connections", evidence.hostile_connections, 1, most) : error;
  };
  return slow;
}

// As it is in the file, and as JSON has to carry it.
HostileCase OddPassword() {
  const std::string long_part(1000, 'x');
  const std::string password = "CANARY-\"q\" \\b\\ $HOME \xC3\xBC\xE2\x82\xAC {} " + long_part;
  const std::string escaped =
      "CANARY-\\\"q\\\" \\\\b\\\\ $HOME \xC3\xBC\xE2\x82\xAC {} " + long_part;
  HostileCase odd{.name = "E128_odd_password", .is_up = true, .password = password};
  odd.check = [escaped](const Evidence& evidence) {
    const Journal logins = Logins(evidence.hostile);
    const std::string wanted =
        R"({"grant_type":"password","username":"exporter","password":")" + escaped + "\"}";
    return !logins.empty() && logins[0].request.body == wanted ? "" : "the body is another one";
  };
  return odd;
}

std::string PasswordIn(const Request& login) {
  constexpr std::string_view kBefore = R"("password":")";
  const std::size_t start = login.body.find(kBefore) + kBefore.size();
  return login.body.substr(start, login.body.find('"', start) - start);
}

// Sends the password back wherever it may be shown.
Reply Leak(std::string status) {
  return [status = std::move(status)](Visit& visit, const Request& request) {
    const std::string password = PasswordIn(request);
    const std::string said =
        "NCERRBadPassword: " + password + " is wrong, " + password.substr(0, 30);
    return visit.wire.Send(
        HttpText(status + " " + password, std::string(kJsonType) + "X-Said: " + password + "\r\n",
                 R"({"code":1,"codeDesc":")" + said + R"(","message":")" + said + "\"}"));
  };
}

HostileCase LeakInA200() {
  HostileCase leak = Failing("E131_password_in_a_200", "schema", Leak("200"));
  leak.settings = {};
  return leak;
}

}  // namespace

std::vector<HostileCase> LoginCases() {
  const std::string locked =
      R"({"code":48,"codeDesc":"NCERRAccountLocked: the account is locked"})";
  const std::string huge = "\"eyJCANARY" + std::string(1U << 20U, 'x') + "\"";
  return {
      Rejected(
          "E114_wrong_password", "auth",
          Refusal("401 Unauthorized", R"({"code":11,"codeDesc":"NCERRInvalidCredentials: no"})"),
          Recovery::kByNewPassword),
      Rejected("E117_account_locked_401", "auth", Refusal("401 Unauthorized", locked),
               Recovery::kBySighup),
      Rejected("E117_account_locked_403", "auth", Refusal("403 Forbidden", locked),
               Recovery::kBySighup),
      Rejected("E117_login_400", "auth", Refusal("400 Bad Request", "{}"), Recovery::kBySighup),
      Failing("E118_login_500", "http_status", Refusal("500 Internal Server Error", "{}")),
      Failing("E118_login_429", "rate_limited", Refusal("429 Too Many Requests", "{}")),
      Failing("E118_login_timeout", "timeout", Bytes("", After::kHang)),
      NoToken("E119_token_missing", R"({"duration":300})"),
      NoToken("E119_token_null", GrantWith("null")),
      NoToken("E119_token_empty", GrantWith(R"("")")),
      NoToken("E119_token_number", GrantWith("7")),
      NoToken("E119_token_1mb", GrantWith(huge)),
      NoToken("E119_token_with_crlf", GrantWith(R"("eyJCANARY.a\r\nX-Injected: 1")")),
      NoToken("E119_token_with_nul", GrantWith(R"("eyJCANARY.a\u0000b")")),
      NoToken("E119_token_with_space", GrantWith(R"("eyJCANARY.a b")")),
      Lasting("E120_duration_0", R"(,"duration":0)"),
      Lasting("E120_duration_negative", R"(,"duration":-1)"),
      Lasting("E120_duration_1e12", R"(,"duration":1e12)"),
      Lasting("E120_duration_absent", ""),
      Lasting("E120_duration_text", R"(,"duration":"long")"),
      SlowLogin(),
      OddPassword(),
      Rejected("E131_password_in_the_refusal", "auth", Leak("401"), Recovery::kByNewPassword),
      Failing("E131_password_in_a_500", "http_status", Leak("500")),
      LeakInA200(),
  };
}

}  // namespace cckm
