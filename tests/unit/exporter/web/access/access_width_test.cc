// What a changed web configuration may not do at once.

#include "exporter/web/access/access_width.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace cckm {
namespace {

using Change = std::function<void(WebConfig&)>;

WebConfig Strict() {
  WebConfig config;
  WebTlsConfig tls;
  tls.certificate = "certificate";
  tls.client_authorities = "authority";
  tls.client_auth = ClientAuth::kRequireAndVerify;
  tls.client_allowed_sans = {"a", "b"};
  tls.min_version = WebTlsVersion::kTls13;
  tls.cipher_list = "X";
  tls.group_list = "Y";
  config.tls = tls;
  config.users = {{"alice", "1"}, {"bob", "2"}};
  config.rate_limit = {std::chrono::seconds(1), 10};
  return config;
}

struct WidthCase {
  const char* what;
  Change change;
  std::vector<std::string_view> waits;
};

constexpr std::string_view kTls = "turns TLS on or off";
constexpr std::string_view kUsers = "asks for no password any more";
constexpr std::string_view kCertificates = "asks less of client certificates";
constexpr std::string_view kNames = "takes client_allowed_sans away";
constexpr std::string_view kRate = "takes rate_limit away or loosens it";

const std::vector<WidthCase> kWidthCases = {
    {"nothing", [](WebConfig&) {}, {}},
    {"everything gone", [](WebConfig& c) { c = {}; }, {kTls, kUsers, kRate}},
    {"TLS gone", [](WebConfig& c) { c.tls.reset(); }, {kTls}},
    {"users gone", [](WebConfig& c) { c.users.clear(); }, {kUsers}},
    {"a user less", [](WebConfig& c) { c.users.erase("bob"); }, {}},
    {"a user more", [](WebConfig& c) { c.users["eve"] = "3"; }, {}},
    {"another password", [](WebConfig& c) { c.users["bob"] = "3"; }, {}},
    {"any certificate",
     [](WebConfig& c) { c.tls->client_auth = ClientAuth::kRequireAny; },
     {kCertificates}},
    {"no certificate will do",
     [](WebConfig& c) { c.tls->client_auth = ClientAuth::kVerifyIfGiven; },
     {kCertificates}},
    {"no certificate is asked for, nor are names",
     [](WebConfig& c) {
       c.tls->client_auth = ClientAuth::kNone;
       c.tls->client_allowed_sans.clear();
     },
     {kCertificates, kNames}},
    {"names not written yet", [](WebConfig& c) { c.tls->client_allowed_sans.clear(); }, {kNames}},
    {"a name less", [](WebConfig& c) { c.tls->client_allowed_sans = {"a"}; }, {}},
    {"another name", [](WebConfig& c) { c.tls->client_allowed_sans = {"c"}; }, {}},
    {"another authority", [](WebConfig& c) { c.tls->client_authorities = "other"; }, {}},
    {"another certificate", [](WebConfig& c) { c.tls->certificate = "other"; }, {}},
    {"TLS 1.2", [](WebConfig& c) { c.tls->min_version = WebTlsVersion::kTls12; }, {}},
    {"suites gone", [](WebConfig& c) { c.tls->cipher_list.clear(); }, {}},
    {"curves gone", [](WebConfig& c) { c.tls->group_list.clear(); }, {}},
    {"other suites", [](WebConfig& c) { c.tls->cipher_list = "Z"; }, {}},
    {"no rate limit", [](WebConfig& c) { c.rate_limit = {}; }, {kRate}},
    {"a shorter interval",
     [](WebConfig& c) { c.rate_limit.interval = std::chrono::milliseconds(999); },
     {kRate}},
    {"a larger burst", [](WebConfig& c) { c.rate_limit.burst = 11; }, {kRate}},
    {"a smaller burst", [](WebConfig& c) { c.rate_limit.burst = 9; }, {}},
    {"a longer interval",
     [](WebConfig& c) { c.rate_limit.interval = std::chrono::seconds(2); },
     {}},
    {"other headers",
     [](WebConfig& c) {
       c.headers = {{"X-Frame-Options", "deny"}};
     },
     {}},
};

TEST(AccessWidthTest, TellsWhatAsksLessOfClients) {
  for (const WidthCase& row : kWidthCases) {
    WebConfig next = Strict();
    row.change(next);
    EXPECT_EQ(WhatWaitsForARestart(Strict(), next), row.waits) << row.what;
  }
}

TEST(AccessWidthTest, NothingWaitsAnyMoreWhereThatIsLeftAsItWas) {
  for (const WidthCase& row : kWidthCases) {
    WebConfig next = Strict();
    row.change(next);
    const WebConfig used = WithoutWhatWaits(Strict(), next);
    EXPECT_TRUE(WhatWaitsForARestart(Strict(), used).empty()) << row.what;
  }
}

TEST(AccessWidthTest, WhatAsksMoreIsNoMatterOfARestart) {
  WebConfig open;
  open.tls.emplace();
  EXPECT_TRUE(WhatWaitsForARestart(open, Strict()).empty());
  EXPECT_EQ(WhatWaitsForARestart(WebConfig(), Strict()), (std::vector{kTls}));
}

TEST(AccessWidthTest, UsesTheRestOfTheFile) {
  WebConfig next = Strict();
  next.rate_limit = {};
  next.users = {{"carol", "4"}};
  next.headers = {{"X-Frame-Options", "deny"}};
  next.tls->client_allowed_sans.clear();
  next.tls->client_authorities = "other";
  const WebConfig used = WithoutWhatWaits(Strict(), next);
  EXPECT_EQ(used.rate_limit, Strict().rate_limit);
  EXPECT_EQ(used.users, next.users);
  EXPECT_EQ(used.headers, next.headers);
  EXPECT_EQ(used.tls->client_allowed_sans, Strict().tls->client_allowed_sans);
  EXPECT_EQ(used.tls->client_authorities, "other") << "what is withdrawn is withdrawn at once";
}

}  // namespace
}  // namespace cckm
