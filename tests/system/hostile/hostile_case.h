// One way in which an appliance, or whoever stands in its place, can behave badly, and what the
// exporter has to show and do about it.
//
// The numbers in the names (A of transport, B of HTTP, E of authentication) order the cases.
// Plain data.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/system/hostile/scripts.h"

namespace cckm {

// What a case leaves behind for its own check.
struct Evidence {
  Journal hostile;  // what the upstream was asked before it turned honest
  Journal all;      // and until the end
  std::size_t hostile_connections = 0;
  std::size_t foreign_connections = 0;  // to the port that nobody was told to talk to
  std::string log;                      // of the exporter
  std::string exposition;               // when the fault was shown
};

// Empty if all is well, else what is not.
using Check = std::function<std::string(const Evidence&)>;

enum class Credential { kLogin, kTokenFile };

// What makes the exporter see that its upstream is honest again.
enum class Recovery {
  kByItself,
  kByNewPassword,   // the password file is replaced
  kByNewAuthority,  // the file of authorities is replaced; the upstream stays as it is
  kBySighup,
  kAfterTheTest,  // it is told to wait for longer
};

struct HostileCase {
  std::string name;
  Script script = {};

  // The one class of faults that is counted, at least so many times; empty: none at all.
  std::string reason = {};
  int times = 2;
  bool is_login = false;  // counted without a family
  bool is_up = false;

  Upstream::Listening listening = Upstream::Listening::kAccepts;
  bool is_https = false;
  bool is_ipv6 = false;
  std::vector<TlsProfile> tls = {};  // of an https upstream; none: the script starts in plain TCP

  Credential credential = Credential::kLogin;
  std::string password = {};    // empty: one of its own
  std::string settings = {};    // of the target, each on a line of its own
  std::string tls_config = {};  // empty: the authority that issued the good certificates
  std::vector<std::string> families = {"dsm"};  // the first is the one that is watched
  int refreshes = 1;

  Recovery recovery = Recovery::kByItself;
  // Its logins would be tried again too late: turns honest once it has shown its fault.
  bool turns_early = false;
  // Replaces the file of authorities by garbage once the upstream was asked twice.
  bool corrupts_authority = false;
  Check check = {};
};

std::vector<HostileCase> TransportCases();
std::vector<HostileCase> TlsCases();
std::vector<HostileCase> RedirectCases();
std::vector<HostileCase> StatusCases();
std::vector<HostileCase> FramingCases();
std::vector<HostileCase> BodyCases();
std::vector<HostileCase> ConnectionCases();
std::vector<HostileCase> LoginCases();
std::vector<HostileCase> TokenCases();

}  // namespace cckm
