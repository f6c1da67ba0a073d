// Every key of the configuration, wrong in every way: one table.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "exporter/config/yaml/config_file.h"
#include "tests/support/fakes/config_folder.h"

namespace cckm {
namespace {

// A good document; a case replaces one of its lines.
const std::vector<std::string> kGood = {
    "global:",                                         // 1
    "  poll_interval: 15s",                            // 2
    "targets:",                                        // 3
    "  - name: a",                                     // 4
    "    url: https://cm.example.com",                 // 5
    "    authorization: { credentials_file: token }",  // 6
    "    max_connections: 8",                          // 7
    "    collectors:",                                 // 8
    "      dsm:",                                      // 9
    "        refresh_ids: [x]",                        // 10
    "        domain_names: true",                      // 11
};

std::string GoodWith(std::size_t line, const std::string& text) {
  std::string yaml;
  for (std::size_t i = 1; i <= kGood.size(); ++i) yaml += (i == line ? text : kGood[i - 1]) + "\n";
  return yaml;
}

struct Mistake {
  std::size_t replaced;  // line of kGood
  std::string text;
  int line;  // of the problem
  std::string key;
  std::string message;  // part of it
};

void ExpectEachIsFound(const std::vector<Mistake>& mistakes) {
  const ConfigFolder folder;
  for (const Mistake& mistake : mistakes) {
    SCOPED_TRACE(mistake.text);
    const auto config = ParseConfig(GoodWith(mistake.replaced, mistake.text), folder.File("c.yml"));
    ASSERT_FALSE(config);
    ASSERT_EQ(config.error().size(), 1U) << config.error()[1].ToString();
    const ConfigProblem& problem = config.error().front();
    EXPECT_EQ(problem.line, mistake.line) << problem.ToString();
    EXPECT_EQ(problem.key, mistake.key) << problem.ToString();
    EXPECT_NE(problem.message.find(mistake.message), std::string::npos) << problem.ToString();
    EXPECT_EQ(problem.ToString().find("canary"), std::string::npos);
    EXPECT_EQ(problem.file, folder.File("c.yml").string());
  }
}

TEST(ConfigMistakesTest, TheDocumentWithoutAMistakeIsAccepted) {
  const ConfigFolder folder;
  EXPECT_TRUE(ParseConfig(GoodWith(0, ""), folder.File("c.yml")));
}

TEST(ConfigMistakesTest, SettingsNameTheirRange) {
  const std::string interval = "must be a duration from 1s to 1y";
  const std::string size = "must be a size from 1KiB to 1GiB";
  const std::string count = "must be a whole number from 1 to 100000000";
  ExpectEachIsFound({
      {2, "  poll_interval: 15", 2, "global.poll_interval", interval},
      {2, "  poll_interval: 999ms", 2, "global.poll_interval", interval},
      {2, "  poll_interval: 0s", 2, "global.poll_interval", interval},
      {2, "  poll_interval: -1s", 2, "global.poll_interval", interval},
      {2, "  poll_interval: 366d", 2, "global.poll_interval", interval},
      {2, "  poll_interval: 1y1ms", 2, "global.poll_interval", interval},
      {2, "  poll_interval: 300y", 2, "global.poll_interval", interval},
      {2, "  poll_interval:", 2, "global.poll_interval", interval},
      {2, "  poll_interval: [15s]", 2, "global.poll_interval", interval},
      {2, "  poll_interval: {a: 15s}", 2, "global.poll_interval", interval},
      {2, "  poll_interval: !!float 15s", 2, "global.poll_interval", interval},
      {2, "  recheck_interval: 500ms", 2, "global.recheck_interval", "must be 0s or a duration"},
      {2, "  heartbeat_interval: 0s", 2, "global.heartbeat_interval", interval},
      {2, "  stale_after: 10ms", 2, "global.stale_after", interval},
      {2, "  request_timeout: 99ms", 2, "global.request_timeout", "from 100ms to 1y"},
      {2, "  max_response_size: 1023", 2, "global.max_response_size", size},
      {2, "  max_response_size: 2GiB", 2, "global.max_response_size", size},
      {2, "  max_response_size: 8MB", 2, "global.max_response_size", size},
      {2, "  max_response_size: [8MiB]", 2, "global.max_response_size", size},
      {2, "  max_series: 0", 2, "global.max_series", count},
      {2, "  max_series: -1", 2, "global.max_series", count},
      {2, "  max_domains: 0", 2, "global.max_domains", "a whole number from 1 to 1000000"},
      {2, "  max_series: 1.5", 2, "global.max_series", count},
      {2, "  max_series: 1e3", 2, "global.max_series", count},
      {2, "  max_series: 0x10", 2, "global.max_series", count},
      {2, "  max_series: '10'", 2, "global.max_series", count},
      {2, "  max_series: 18446744073709551617", 2, "global.max_series", count},
      {2, "  domain_histograms: yes", 2, "global.domain_histograms", "must be true or false"},
      {2, "  domain_histograms: 'true'", 2, "global.domain_histograms", "must be true or false"},
      {2, "  domain_histograms: True", 2, "global.domain_histograms", "must be true or false"},
      {2, "  allow_http: 1", 2, "global.allow_http", "must be true or false"},
      {2, "  allow_http: ~", 2, "global.allow_http", "must be true or false"},
  });
}

TEST(ConfigMistakesTest, GlobalKeysAreChecked) {
  std::string many = "  duration_buckets: [";
  for (int i = 1; i <= 101; ++i) many += (i > 1 ? ", " : "") + std::to_string(i) + "s";
  ExpectEachIsFound({
      {1, "globals:", 1, "globals", "did you mean global? Allowed here are global, targets"},
      {2, "  pol_interval: 15s", 2, "global.pol_interval",
       "did you mean poll_interval? Allowed here are poll_interval"},
      {2, "  scrape_timeout: 15s", 2, "global.scrape_timeout",
       "is not a known key; allowed here are poll_interval"},
      {2, "  duration_buckets: []", 2, "global.duration_buckets", "1 to 100 durations"},
      {2, "  duration_buckets:", 2, "global.duration_buckets", "1 to 100 durations"},
      {2, "  duration_buckets: 1s", 2, "global.duration_buckets", "must be a list"},
      {2, "  duration_buckets: [2s, 1s]", 2, "global.duration_buckets[1]", "longer than"},
      {2, "  duration_buckets: [1s, 1s]", 2, "global.duration_buckets[1]", "longer than"},
      {2, "  duration_buckets: [0s, 1s]", 2, "global.duration_buckets[0]", "from 1ms"},
      {2, "  duration_buckets: [1s, 2]", 2, "global.duration_buckets[1]", "from 1ms"},
      {2, many + "]", 2, "global.duration_buckets", "1 to 100 durations"},
      {2, "  native_histograms: on", 2, "global.native_histograms", "must be true or false"},
      {2, "  poll_interval: 15s\n  poll_interval: 16s", 3, "global.poll_interval",
       "written twice; the first is in line 2"},
      {2, "  ? [poll_interval]\n  : 15s", 2, "global", "plain words as keys"},
      {2, "  <<: {pol_interval: 1s}", 2, "global.pol_interval", "is not a known key"},
      {2, "  \"a\\e[2J\": 15s", 2, "global.a?[2J", "is not a known key"},
  });
}

TEST(ConfigMistakesTest, TargetKeysAreChecked) {
  const std::string name = "must be 1 to 128 characters";
  ExpectEachIsFound({
      {4, "  - max_series: 1", 4, "targets[0].name", "is missing"},
      {4, "  - name: ''", 4, "targets[0].name", name},
      {4, "  - name:", 4, "targets[0].name", name},
      {4, "  - name: \"a\\nb\"", 4, "targets[0].name", name},
      {4, "  - name: a\xFF", 4, "targets[0].name", name},
      {4, "  - name: [a]", 4, "targets[0].name", name},
      {4, "  - name: " + std::string(129, 'a'), 4, "targets[0].name", name},
      {5, "", 4, "targets[0].url", "is missing"},
      {5, "    url: [https://cm]", 5, "targets[0].url", "must be https://host"},
      {5, "    url: https://cm.example.com/api", 5, "targets[0].url",
       "write https://cm.example.com"},
      {5, "    url: https://cm/x/API/V1//", 5, "targets[0].url", "write https://cm/x"},
      {5, "    url: cm.example.com", 5, "targets[0].url", "must start with https://"},
      {5, "    url: http://cm.example.com", 5, "targets[0].url", "allow_http: true"},
      {5, "    url: https://u:canary@cm", 5, "targets[0].url", "user name or password"},
      {5, "    url: https://cm?q", 5, "targets[0].url", "query"},
      {5, "    url: https://cm:0", 5, "targets[0].url", "port from 1 to 65535"},
      {7, "    urls: [https://cm2]", 7, "targets[0].urls", "exactly one of url and urls"},
      {5, "    urls: []", 5, "targets[0].urls", "must list 1 to 16 URLs"},
      {5, "    urls: https://cm", 5, "targets[0].urls", "must be a list"},
      {5, "    urls: [https://cm, ftp://cm]", 5, "targets[0].urls[1]", "must start with https://"},
      {5, "    urls: [https://cm, http://cm2]", 5, "targets[0].urls[1]", "allow_http: true"},
      {5, "    urls: [https://cm, https://cm2/api]", 5, "targets[0].urls[1]", "write https://cm2"},
      {5, "    urls: [https://cm, https://u:canary@cm2]", 5, "targets[0].urls[1]", "user name"},
      {5, "    urls: [https://cm/, 'https://CM.:443']", 5, "targets[0].urls[1]",
       "is listed twice; the first is in line 5"},
      {7, "    max_connections: 0", 7, "targets[0].max_connections", "from 1 to 1024"},
      {7, "    max_connections: 1025", 7, "targets[0].max_connections", "from 1 to 1024"},
      {7, "    max_connections: true", 7, "targets[0].max_connections", "from 1 to 1024"},
      {7, "    schedules: {enabled: 1}", 7, "targets[0].schedules.enabled", "true or false"},
      {7, "    schedules: {interval: 0s}", 7, "targets[0].schedules.interval", "from 1s to 1y"},
      {7, "    schedules: {grace: 1ms}", 7, "targets[0].schedules.grace", "0s or a"},
      {7, "    schedules: true", 7, "targets[0].schedules", "must be a map"},
      {7, "    poll_interval: 5", 7, "targets[0].poll_interval", "must be a duration"},
      {7, "    duration_buckets: [1s]", 7, "targets[0].duration_buckets", "is not a known key"},
      {7, "    native_histograms: false", 7, "targets[0].native_histograms", "not a known key"},
      {7, "    password: canary", 7, "targets[0].password", "is not a known key"},
      {7, "    name: b", 7, "targets[0].name", "written twice; the first is in line 4"},
      {3, "targets:\n  - 5", 4, "targets[0]", "must be a map"},
  });
}

TEST(ConfigMistakesTest, AuthenticationIsChecked) {
  ExpectEachIsFound({
      {6, "", 4, "targets[0]", "exactly one of login, authorization and client_certificate"},
      {6, "    authorization: token", 6, "targets[0].authorization", "must be a map"},
      {6, "    authorization: {}", 6, "targets[0].authorization.credentials_file", "is missing"},
      {6, "    authorization: { credentials_file: '' }", 6,
       "targets[0].authorization.credentials_file", "must be the path"},
      {6, "    authorization: { credentials_file: [token] }", 6,
       "targets[0].authorization.credentials_file", "must be the path"},
      {6, "    authorization: { credentials_file: \"token\\0\" }", 6,
       "targets[0].authorization.credentials_file", "must be the path"},
      {6, "    authorization: { credentials_file: none }", 6,
       "targets[0].authorization.credentials_file", "none"},
      {6, "    authorization: { credentials_file: . }", 6,
       "targets[0].authorization.credentials_file", ""},
      {6, "    authorization: { credentials: canary, credentials_file: token }", 6,
       "targets[0].authorization.credentials", "is not a known key"},
      {6, "    login: { username: u, password_file: none }", 6, "targets[0].login.password_file",
       "none cannot be opened"},
      {6, "    authorization: { credentials_file: eyJhbGciOiJSUzI1NiJ9.canary.canary }", 6,
       "targets[0].authorization.credentials_file", "<secret> cannot be opened"},
      {6, "    login: { username: u, password: canary, password_file: token }", 6,
       "targets[0].login.password", "is not a known key"},
      {6, "    client_certificate: { client_id: x }", 4, "targets[0]",
       "needs cert_file and key_file in tls_config"},
  });
}

TEST(ConfigMistakesTest, TlsAndProxyAreChecked) {
  const std::string both = "must have both cert_file and key_file";
  ExpectEachIsFound({
      {7, "    tls_config: { ca_file: none }", 7, "targets[0].tls_config", "none cannot be opened"},
      {7, "    tls_config: { ca_file: token }", 7, "targets[0].tls_config", "certificates in PEM"},
      {7, "    tls_config: { ca_file: . }", 7, "targets[0].tls_config", "is not a regular file"},
      {7, "    tls_config: { cert_file: c.pem }", 7, "targets[0].tls_config", both},
      {7, "    tls_config: { key_file: k.pem }", 7, "targets[0].tls_config", both},
      {7, "    tls_config: { server_name: 'cm:1' }", 7, "targets[0].tls_config.server_name",
       "must be the host name"},
      {7, "    tls_config: { min_version: TLS11 }", 7, "targets[0].tls_config.min_version",
       "must be TLS12 or TLS13"},
      {7, "    tls_config: { insecure_skip_verify: 1 }", 7,
       "targets[0].tls_config.insecure_skip_verify", "must be true or false"},
      {7, "    tls_config: { ca: ca.pem }", 7, "targets[0].tls_config.ca", "is not a known key"},
      {7, "    tls_config: []", 7, "targets[0].tls_config", "must be a map"},
      {7, "    proxy_url: socks5://proxy", 7, "targets[0].proxy_url", "must start with https://"},
      {7, "    proxy_url: http://u:canary@proxy", 7, "targets[0].proxy_url", "password"},
      {7, "    proxy_url: http://proxy/path", 7, "targets[0].proxy_url", "must have no path"},
      {7, "    proxy_login: { username: u, password_file: token }", 7, "targets[0].proxy_login",
       "needs a proxy_url"},
      {7, "    proxy_url: http://p\n    proxy_login: { username: u }", 8,
       "targets[0].proxy_login.password_file", "is missing"},
      {7, "    proxy_url: http://p\n    proxy_login: { username: 'a:b', password_file: token }", 8,
       "targets[0].proxy_login", "without a colon"},
      {7, "    proxy_url: http://p\n    proxy_login: { username: u, password_file: none }", 8,
       "targets[0].proxy_login.password_file", "none cannot be opened"},
      {7, "    proxy_url: https://p\n    proxy_ca_file: token", 8, "targets[0].proxy_ca_file",
       "certificates in PEM"},
  });
}

TEST(ConfigMistakesTest, AKeyBelowAnEmptyOneMayBelongToIt) {
  const ConfigFolder folder;
  std::string yaml = GoodWith(9, "    dsm:");
  const auto config = ParseConfig(yaml, folder.File("c.yml"));
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 2U);
  EXPECT_EQ(config.error().front().key, "targets[0].collectors");
  EXPECT_EQ(config.error().back().key, "targets[0].dsm");
  EXPECT_TRUE(config.error().back().message.ends_with(
      "; if it belongs to collectors above, indent it further"));
}

TEST(ConfigMistakesTest, CollectorsAreChecked) {
  const std::string key = "targets[0].collectors.dsm";
  const std::string id = "must be a refresh ID";
  ExpectEachIsFound({
      {9, "      gcp:", 9, "targets[0].collectors.gcp",
       "allowed here are dsm, external-cm, hsm-luna"},
      {9, "      external_cm:", 9, "targets[0].collectors.external_cm",
       "did you mean external-cm?"},
      {9, "      aws: 5\n      dsm:", 9, "targets[0].collectors.aws", "must be a map"},
      {9, "      aws:\n      dsm:", 9, "targets[0].collectors.aws", "must have refresh_ids"},
      {9, "      dsm: {refresh_ids: [y]}\n      dsm:", 10, key, "the first is in line 9"},
      {10, "        refresh_ids: []", 9, key, "must have refresh_ids"},
      {10, "        discovery: { enabled: false }", 9, key, "must have refresh_ids"},
      {10, "        refresh_ids: x", 10, key + ".refresh_ids", "must be a list"},
      {10, "        refresh_ids: [.]", 10, key + ".refresh_ids[0]", id},
      {10, "        refresh_ids: [x, ..]", 10, key + ".refresh_ids[1]", id},
      {11, "        optional: yes", 11, key + ".optional", "must be true or false"},
      {11, "        success_texts: fine", 11, key + ".success_texts", "must be a list"},
      {11, "        success_texts: ['']", 11, key + ".success_texts[0]", "not empty"},
      {11, "        success_texts: [" + std::string(201, 'x') + "]", 11, key + ".success_texts[0]",
       "200 characters"},
      {10, "        refresh_ids: [a b]", 10, key + ".refresh_ids[0]", id},
      {10, "        refresh_ids: [x, '']", 10, key + ".refresh_ids[1]", id},
      {10, "        refresh_ids: [x, [y]]", 10, key + ".refresh_ids[1]", id},
      {10, "        refresh_ids: [" + std::string(129, 'x') + "]", 10, key + ".refresh_ids[0]", id},
      {10, "        refresh_ids:\n          - x\n          - y\n          - x", 13,
       key + ".refresh_ids[2]", "listed twice; the first is in line 11"},
      {11, "        domain_names: 1", 11, key + ".domain_names", "must be true or false"},
      {11, "        discovery: true", 11, key + ".discovery", "must be a map"},
      {11, "        discovery: { interval: 0s }", 11, key + ".discovery.interval", "from 1s"},
      {11, "        discovery: { max_refreshes: 0 }", 11, key + ".discovery.max_refreshes",
       "from 1 to 100000"},
      {11, "        discovery: { observe_history: x }", 11, key + ".discovery.observe_history",
       "must be true or false"},
      {11, "        refresh_id_files: [token, .]", 11, key + ".refresh_id_files[1]",
       "is not a regular file"},
      {11, "        discovery: { limit: 5 }", 11, key + ".discovery.limit", "is not a known key"},
  });
}

}  // namespace
}  // namespace cckm
