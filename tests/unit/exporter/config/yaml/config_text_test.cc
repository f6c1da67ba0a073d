#include "exporter/config/yaml/config_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "exporter/config/yaml/config_file.h"
#include "tests/support/fakes/config_folder.h"
#include "tests/unit/collectors/http/openssl_folder.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// What the text is read back to; fails the test where it cannot be read.
Config ReadBack(const Config& config, const std::filesystem::path& folder) {
  const std::string text = ConfigText(config);
  const auto read = ParseConfig(text, folder / "cckm.yml");
  if (read) return *read;
  for (const ConfigProblem& problem : read.error()) {
    ADD_FAILURE() << problem.ToString() << '\n' << text;
  }
  return {};
}

class ConfigTextTest : public testing::Test {
 protected:
  ConfigTextTest() {
    pair_.Make("client");
    pair_.Replace("password", "canary-password");
    pair_.Replace("token", "canary-token");
  }

  TargetConfig Target(const std::string& name, Authentication authentication) const {
    TargetConfig target;
    target.name = name;
    target.url = "https://" + name + ".example.com";
    target.authentication = std::move(authentication);
    target.collectors = {{{.family = FindFamily("dsm"), .refresh_ids = {"r1"}}}};
    return target;
  }

  // A login with every key, in a target with every key.
  TargetConfig FullTarget() const {
    TargetConfig target =
        Target("full", PasswordLogin{.username = "ex: #porter \"quoted\" 'x' \\ \xC3\xA4",
                                     .password_file = pair_.File("password"),
                                     .connection = "yes",
                                     .domain = "1e3",
                                     .auth_domain = "null",
                                     .auth_domain_path = "~/a/{b}/[c]/*d/&e/!f/%g"});
    target.url = "http://full.example.com:8443/prefix";
    target.tls = {.files = {.ca_file = pair_.File("client.pem"),
                            .cert_file = pair_.File("client.pem"),
                            .key_file = pair_.File("client.key"),
                            .proxy_ca_file = pair_.File("client.pem"),
                            .proxy_password_file = pair_.File("password")},
                  .server_name = "appliance.internal",
                  .tls13_only = true,
                  .insecure_skip_verify = true};
    target.proxy = {.url = "https://proxy:3128", .username = "pro xy"};
    target.max_connections = 17;
    target.schedules = {.enabled = true, .interval = seconds(1), .grace = seconds(0)};
    target.settings = {.schedule = {.poll_interval = milliseconds(1500),
                                    .recheck_interval = seconds(0),
                                    .heartbeat_interval = hours(24 * 365 - 1)},
                       .shown = {.stale_after = minutes(90),
                                 .max_series = 1,
                                 .max_domains = 2,
                                 .domain_histograms = false},
                       .request_timeout = milliseconds(100),
                       .max_response_size = 1025,
                       .allow_http = true};
    target.collectors.front().optional = true;
    target.collectors.front().success_texts = {"fine: #1", "true"};
    target.collectors.push_back({{.family = FindFamily("external-cm"),
                                  .refresh_ids = {"1", "true", "a:b", "0x10", "-", "~x.y_z"}}});
    target.collectors.back().refresh_ids.back() = "x.y_z";
    return target;
  }

  OpensslFolder pair_;
};

TEST_F(ConfigTextTest, EveryWayToLogInIsReadBackToTheSame) {
  Config config;
  config.targets = {
      Target("token", TokenFileAuthentication{pair_.File("token")}),
      Target("login", PasswordLogin{.username = "exporter",
                                    .password_file = pair_.File("password"),
                                    .connection = {},
                                    .domain = {},
                                    .auth_domain = {},
                                    .auth_domain_path = {}}),
      Target("certificate", CertificateLogin{.client_id = "8155fe39-570a-4132",
                                             .certificate_file = pair_.File("client.pem")})};
  config.targets.back().tls.files.cert_file = pair_.File("client.pem");
  config.targets.back().tls.files.key_file = pair_.File("client.key");
  EXPECT_EQ(ReadBack(config, pair_.path()), config);
}

TEST_F(ConfigTextTest, EverySettingIsReadBackToTheSame) {
  Config config;
  config.duration_buckets = {milliseconds(1), milliseconds(1500), seconds(90), hours(24 * 365)};
  config.targets = {FullTarget(), Target("plain", TokenFileAuthentication{pair_.File("token")})};
  EXPECT_EQ(ReadBack(config, pair_.path()), config);
}

TEST_F(ConfigTextTest, TextsThatYamlWouldTakeForSomethingElseAreReadBackToTheSame) {
  for (const std::string text : {"null",
                                 "~",
                                 "true",
                                 "no",
                                 "1e3",
                                 "0x1F",
                                 "1_000",
                                 "12:30",
                                 "2021-03-03",
                                 "- a",
                                 "a: b",
                                 "# a",
                                 "a #b",
                                 "[a]",
                                 "{a}",
                                 "*a",
                                 "&a",
                                 "!a",
                                 "|",
                                 ">",
                                 "%a",
                                 "@a",
                                 "`a`",
                                 "\"a",
                                 "'a'",
                                 " a",
                                 "a ",
                                 "\\n",
                                 "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x94\x91",
                                 "<<",
                                 "=",
                                 "?",
                                 "-",
                                 "a,b"}) {
    Config config;
    config.targets = {Target("login", PasswordLogin{.username = text,
                                                    .password_file = pair_.File("password"),
                                                    .connection = text,
                                                    .domain = text,
                                                    .auth_domain = text,
                                                    .auth_domain_path = text})};
    EXPECT_EQ(ReadBack(config, pair_.path()), config) << text;
  }
}

TEST_F(ConfigTextTest, PathsOfEveryKindAreReadBackToTheSame) {
  for (const std::string name :
       {"with space", "with: colon", "with #hash", "with \"quote\"", "\xC3\xA4"}) {
    pair_.Replace(name, "canary");
    Config config;
    config.targets = {Target("token", TokenFileAuthentication{pair_.File(name)})};
    EXPECT_EQ(ReadBack(config, pair_.path()), config) << name;
  }
}

TEST_F(ConfigTextTest, HoldsPathsOfSecretsAndNoSecret) {
  Config config;
  config.targets = {FullTarget(), Target("plain", TokenFileAuthentication{pair_.File("token")})};
  const std::string text = ConfigText(config);
  EXPECT_NE(text.find(pair_.File("password").string()), std::string::npos);
  EXPECT_NE(text.find(pair_.File("client.key").string()), std::string::npos);
  EXPECT_EQ(text.find("canary"), std::string::npos);
  EXPECT_EQ(text.find("BEGIN"), std::string::npos);
}

TEST_F(ConfigTextTest, IsTheSameTextEveryTime) {
  Config config;
  config.targets = {FullTarget(), Target("plain", TokenFileAuthentication{pair_.File("token")})};
  EXPECT_EQ(ConfigText(ReadBack(config, pair_.path())), ConfigText(config));
}

// What this release does not know yet is still shown as it was written.
TEST_F(ConfigTextTest, ShowsEveryKeyOfACollector) {
  Config config;
  config.targets = {Target("plain", TokenFileAuthentication{pair_.File("token")})};
  CollectorConfig& collector = config.targets.front().collectors.front();
  collector.refresh_id_files = {"/etc/cckm/ids-*.txt"};
  collector.domain_names = false;
  collector.discovery = {
      .enabled = true, .interval = minutes(2), .max_refreshes = 77, .observe_history = true};
  collector.optional = true;
  collector.success_texts = {"nothing to do"};
  const std::string text = ConfigText(config);
  for (const char* line :
       {"optional: true", "success_texts:", "- nothing to do",
        "refresh_id_files:", "- /etc/cckm/ids-*.txt", "domain_names: false", "enabled: true",
        "interval: 2m", "max_refreshes: 77", "observe_history: true"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << '\n' << text;
  }
}

}  // namespace
}  // namespace cckm
