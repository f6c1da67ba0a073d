// Matrix A: TLS, where the exporter must not say a word to whoever it cannot verify.

#include "tests/system/hostile/hostile_case.h"

namespace cckm {
namespace {

constexpr const char* kOneSecond = "request_timeout: 1s";

// Nothing that such a server is sent may be a request.
std::string WasAskedNothing(const Evidence& evidence) {
  return evidence.hostile.empty() ? ""
                                  : "it was sent a request: " + evidence.hostile[0].request.head;
}

HostileCase Refused(const char* name, const TlsProfile& profile) {
  return {.name = name,
          .reason = "tls",
          .is_https = true,
          .tls = {profile},
          .credential = Credential::kTokenFile,
          .check = WasAskedNothing};
}

HostileCase RefusedToLogIn(const char* name, const TlsProfile& profile) {
  HostileCase refused = Refused(name, profile);
  refused.credential = Credential::kLogin;
  refused.is_login = true;
  refused.turns_early = true;
  return refused;
}

HostileCase Taken(const char* name, const std::vector<TlsProfile>& profiles) {
  return {.name = name, .is_up = true, .is_https = true, .tls = profiles};
}

// One connection for each request.
Script HonestlyAndClose() {
  return OnEveryRequest([](Visit& visit, const Request& request) {
    Honestly(visit, request);
    return false;
  });
}

HostileCase TakenAgainAndAgain(const char* name, const std::vector<TlsProfile>& profiles) {
  HostileCase taken = Taken(name, profiles);
  taken.script = HonestlyAndClose();
  return taken;
}

// What came is noted like a request.
void AnswerWithoutTls(Visit& visit) {
  const auto bytes = visit.wire.Read();
  if (bytes && bytes->find("HTTP/") != std::string::npos) visit.appliance.Note({*bytes, {}});
  visit.wire.Send(HttpText("400 Bad Request", "Content-Type: text/html\r\n", "no TLS here"));
}

void Stall(Visit& visit) {
  visit.wire.Read();
  visit.wire.Hang();
}

// The beginning of a record that announces 16 KiB of handshake.
void DripHandshake(Visit& visit) {
  visit.wire.Read();
  visit.wire.Drip(std::string("\x16\x03\x03\x40\x00\x02", 6) + std::string(1000, 'A'),
                  std::chrono::milliseconds(100));
}

HostileCase BeforeTls(const char* name, const char* reason, Script script) {
  return {.name = name,
          .script = std::move(script),
          .reason = reason,
          .is_https = true,
          .credential = Credential::kTokenFile,
          .settings = kOneSecond,
          .check = WasAskedNothing};
}

HostileCase NewAuthority() {
  HostileCase rotated = Refused("A18_ca_file_rotated", {.identity = Identity::kOtherAuthority});
  rotated.recovery = Recovery::kByNewAuthority;
  return rotated;
}

HostileCase CorruptedAuthority() {
  HostileCase corrupted = TakenAgainAndAgain("A19_ca_file_garbage", {{}});
  corrupted.corrupts_authority = true;
  corrupted.check = [](const Evidence& evidence) {
    const bool is_told =
        evidence.log.find("Changed files of the connection cannot be used") != std::string::npos;
    return is_told ? "" : "the log does not tell of the garbage";
  };
  return corrupted;
}

HostileCase NeedsName() {
  HostileCase named = Taken("A22_sni_required", {{.needs_name = "cm.example.test"}});
  named.tls_config = "{ ca_file: authority.pem, server_name: cm.example.test }";
  return named;
}

HostileCase OnIpv6() {
  HostileCase ipv6 = Taken("A21_ipv6_literal", {{}});
  ipv6.is_ipv6 = true;
  return ipv6;
}

}  // namespace

std::vector<HostileCase> TlsCases() {
  return {
      BeforeTls("A06_tls_plain_http_on_port", "tls", AnswerWithoutTls),
      Refused("A07_cert_expired", {.identity = Identity::kExpired}),
      RefusedToLogIn("A07_cert_expired_of_a_login", {.identity = Identity::kExpired}),
      Refused("A08_cert_not_yet_valid", {.identity = Identity::kNotYetValid}),
      Refused("A09_wrong_san", {.identity = Identity::kWrongName}),
      RefusedToLogIn("A09_wrong_san_of_a_login", {.identity = Identity::kWrongName}),
      Refused("A10_cn_only_cert", {.identity = Identity::kCommonNameOnly}),
      Refused("A11_self_signed", {.identity = Identity::kSelfSigned}),
      Refused("A12_other_ca_in_ssl_cert_file", {.identity = Identity::kOtherAuthority}),
      RefusedToLogIn("A12_other_ca_of_a_login", {.identity = Identity::kOtherAuthority}),
      Refused("A13_missing_intermediate", {.identity = Identity::kWithoutIntermediate}),
      Refused("A14_tls11_only", {.greatest_version = TLS1_1_VERSION}),
      Refused("A14_tls10_only", {.greatest_version = TLS1_VERSION}),
      Refused("A15_null_cipher_only", {.ciphers = "eNULL:!aNULL"}),
      Refused("A15_anonymous_cipher_only",
              {.identity = Identity::kAnonymous, .ciphers = "aNULL:!eNULL"}),
      TakenAgainAndAgain("A17_cert_rotates_between_polls", {{}, {.identity = Identity::kRenewed}}),
      NewAuthority(),
      CorruptedAuthority(),
      Taken("A20_ip_san_target", {{}}),
      OnIpv6(),
      NeedsName(),
      BeforeTls("A23_handshake_stall", "timeout", Stall),
      BeforeTls("A24_handshake_drip", "timeout", DripHandshake),
      Refused("A25_client_cert_required_tls12",
              {.greatest_version = TLS1_2_VERSION, .needs_client_certificate = true}),
      Refused("A25_client_cert_required_tls13", {.needs_client_certificate = true}),
      TakenAgainAndAgain("A26_session_ticket_garbage", {{}}),
  };
}

}  // namespace cckm
