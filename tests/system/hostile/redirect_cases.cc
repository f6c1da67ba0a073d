// Matrix B: redirects, which lead tokens and passwords to wherever somebody wants them.

#include "tests/system/hostile/hostile_case.h"

namespace cckm {
namespace {

std::string NobodyElseWasTold(const Evidence& evidence) {
  return evidence.foreign_connections == 0 ? "" : "the exporter talked to another port";
}

// `location` goes before the port, `path` behind it.
Reply RedirectAway(std::string status, std::string scheme) {
  return [status = std::move(status), scheme = std::move(scheme)](Visit& visit, const Request&) {
    const std::string location =
        scheme + "://127.0.0.1:" + std::to_string(visit.foreign_port) + "/api/v1/auth/tokens";
    return visit.wire.Send(HttpText(status, "Location: " + location + "\r\n", ""));
  };
}

Script RedirectPollsTo(const std::string& location) {
  return OnPoll(Bytes(HttpText("302 Found", "Location: " + location + "\r\n", "")));
}

// Every request is for one and the same path.
std::string WasNotFollowed(const Evidence& evidence) {
  for (const JournalEntry& entry : Polls(evidence.hostile)) {
    if (entry.request.Path() != "/api/v1/cckm/dsm/refresh/r1") {
      return "it was followed to " + entry.request.Path();
    }
  }
  return {};
}

HostileCase Redirected(const char* name, Script script, Check check) {
  return {
      .name = name, .script = std::move(script), .reason = "redirect", .check = std::move(check)};
}

HostileCase LoginRedirected(const char* name, const char* status) {
  HostileCase redirected =
      Redirected(name, OnLogin(RedirectAway(status, "http")), NobodyElseWasTold);
  redirected.is_login = true;
  redirected.turns_early = true;
  return redirected;
}

HostileCase Downgraded() {
  HostileCase redirected =
      Redirected("B39_http_downgrade_redirect",
                 OnPoll(RedirectAway("301 Moved Permanently", "http")), NobodyElseWasTold);
  redirected.is_https = true;
  redirected.tls = {{}};
  return redirected;
}

}  // namespace

std::vector<HostileCase> RedirectCases() {
  return {
      Redirected("B35_redirect_302_same_host", RedirectPollsTo("/elsewhere"), WasNotFollowed),
      LoginRedirected("B36_redirect_307_login_other_port", "307 Temporary Redirect"),
      LoginRedirected("B36_redirect_308_login_other_port", "308 Permanent Redirect"),
      LoginRedirected("B36_redirect_302_login_other_port", "302 Found"),
      Redirected("B36_redirect_308_poll_other_port",
                 OnPoll(RedirectAway("308 Permanent Redirect", "http")), NobodyElseWasTold),
      Redirected("B37_redirect_to_file", RedirectPollsTo("file:///etc/passwd"), WasNotFollowed),
      Redirected("B37_redirect_to_ftp", OnPoll(RedirectAway("302 Found", "ftp")),
                 NobodyElseWasTold),
      Redirected("B37_redirect_to_imap", OnPoll(RedirectAway("302 Found", "imap")),
                 NobodyElseWasTold),
      Redirected("B38_redirect_loop", RedirectPollsTo("/api/v1/cckm/dsm/refresh/r1"),
                 WasNotFollowed),
      Downgraded(),
  };
}

}  // namespace cckm
