#include "exporter/web/access/access_width.h"

#include <array>

namespace cckm {
namespace {

// How much a client has to prove with a certificate.
int DemandOf(ClientAuth client_auth) {
  switch (client_auth) {
    case ClientAuth::kRequireAny:
      return 1;
    case ClientAuth::kRequireAndVerify:
      return 2;
    case ClientAuth::kNone:
    case ClientAuth::kRequest:
    case ClientAuth::kVerifyIfGiven:
      break;
  }
  return 0;
}

bool TurnsTlsOnOrOff(const WebConfig& now, const WebConfig& next) {
  return now.tls.has_value() != next.tls.has_value();
}
void KeepTls(const WebConfig& now, WebConfig& next) { next.tls = now.tls; }

bool TakesPasswordsAway(const WebConfig& now, const WebConfig& next) {
  return !now.users.empty() && next.users.empty();
}
void KeepUsers(const WebConfig& now, WebConfig& next) { next.users = now.users; }

// Compares and changes two configurations with TLS; those of which one has none are told by
// TurnsTlsOnOrOff.
template <bool (*IsLess)(const WebTlsConfig& now, const WebTlsConfig& next)>
bool OfTls(const WebConfig& now, const WebConfig& next) {
  return now.tls && next.tls && IsLess(*now.tls, *next.tls);
}
template <void (*Keep)(const WebTlsConfig& now, WebTlsConfig& next)>
void KeepOfTls(const WebConfig& now, WebConfig& next) {
  if (now.tls && next.tls) Keep(*now.tls, *next.tls);
}

bool AsksLessOfCertificates(const WebTlsConfig& now, const WebTlsConfig& next) {
  return DemandOf(next.client_auth) < DemandOf(now.client_auth);
}
void KeepClientAuth(const WebTlsConfig& now, WebTlsConfig& next) {
  next.client_auth = now.client_auth;
  if (next.client_authorities.empty()) next.client_authorities = now.client_authorities;
}

bool TakesAllowedNamesAway(const WebTlsConfig& now, const WebTlsConfig& next) {
  return !now.client_allowed_sans.empty() && next.client_allowed_sans.empty();
}
void KeepAllowedNames(const WebTlsConfig& now, WebTlsConfig& next) {
  next.client_allowed_sans = now.client_allowed_sans;
}

bool LoosensRateLimit(const WebConfig& now, const WebConfig& next) {
  constexpr Nanoseconds kNone(0);
  if (now.rate_limit.interval == kNone) return false;
  return next.rate_limit.interval < now.rate_limit.interval ||
         next.rate_limit.burst > now.rate_limit.burst;
}
void KeepRateLimit(const WebConfig& now, WebConfig& next) { next.rate_limit = now.rate_limit; }

struct Rule {
  std::string_view words;
  bool (*waits)(const WebConfig& now, const WebConfig& next);
  void (*keep)(const WebConfig& now, WebConfig& next);
};
constexpr std::array<Rule, 5> kRules = {{
    {"turns TLS on or off", TurnsTlsOnOrOff, KeepTls},
    {"asks for no password any more", TakesPasswordsAway, KeepUsers},
    {"asks less of client certificates", OfTls<AsksLessOfCertificates>, KeepOfTls<KeepClientAuth>},
    {"takes client_allowed_sans away", OfTls<TakesAllowedNamesAway>, KeepOfTls<KeepAllowedNames>},
    {"takes rate_limit away or loosens it", LoosensRateLimit, KeepRateLimit},
}};

}  // namespace

std::vector<std::string_view> WhatWaitsForARestart(const WebConfig& now, const WebConfig& next) {
  std::vector<std::string_view> words;
  for (const Rule& rule : kRules) {
    if (rule.waits(now, next)) words.push_back(rule.words);
  }
  return words;
}

WebConfig WithoutWhatWaits(const WebConfig& now, WebConfig next) {
  for (const Rule& rule : kRules) {
    if (rule.waits(now, next)) rule.keep(now, next);
  }
  return next;
}

}  // namespace cckm
