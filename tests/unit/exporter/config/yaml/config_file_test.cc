// The configuration file as a whole.

#include "exporter/config/yaml/config_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "tests/support/fakes/config_folder.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// A sample with every setting at its default.
constexpr std::string_view kSample = R"(global:
  poll_interval: 15s
  recheck_interval: 24h
  heartbeat_interval: 1m
  stale_after: 5m
  request_timeout: 10s
  max_response_size: 8MiB
  max_series: 200000          # per target
  max_domains: 20000          # per target
  domain_histograms: true
  allow_http: false
  duration_buckets: [1s, 2s, 5s, 10s, 30s, 1m, 2m, 5m, 10m, 20m, 30m, 1h, 2h, 4h, 8h, 1d, 3d]
  native_histograms: false
targets:
  - name: cm-prod
    url: https://cm.example.com
    authorization: { credentials_file: token }
    tls_config: {}
    max_connections: 8
    collectors:
      dsm:
        refresh_ids: [8155fe39-570a-4132-92ca-e40b7640c7dc]
        domain_names: true
        discovery: { enabled: false, interval: 1m, max_refreshes: 1000, observe_history: false }
      external-cm:
        refresh_ids: [bf27cde1-e2ed-4244-9d5a-8a4e12ad1837]
)";

constexpr std::string_view kTarget = R"(
    url: https://cm
    authorization: { credentials_file: token }
    collectors: { dsm: { refresh_ids: [x] } }
)";

std::string Target(std::string_view name, std::string_view more = "") {
  return std::string("  - name: ").append(name).append(kTarget).append(more);
}

TEST(ConfigFileTest, UrlsAreKeptInTheirOrderWithoutTrailingSlashes) {
  const ConfigFolder folder;
  std::string text = "targets:\n" + Target("cm");
  text.replace(text.find("url: https://cm"), 15, "urls: [https://cm2/, https://cm1:8443]");
  const auto config = ParseConfig(text, folder.File("c.yml"));
  ASSERT_TRUE(config) << config.error().front().ToString();
  const TargetConfig& target = config->targets.front();
  EXPECT_EQ(target.url, "");
  EXPECT_EQ(target.urls, (std::vector<std::string>{"https://cm2", "https://cm1:8443"}));
  EXPECT_EQ(target.addresses(), target.urls);
  EXPECT_FALSE(target.has_http_address());
}

TEST(ConfigFileTest, TheSampleHasTheDefaults) {
  const ConfigFolder folder;
  const auto config = LoadConfigFile(folder.Write("cckm.yml", kSample, 0644));
  ASSERT_TRUE(config) << config.error().front().ToString();
  Config expected;
  TargetConfig target;
  target.name = "cm-prod";
  target.url = "https://cm.example.com";
  target.authentication = TokenFileAuthentication{folder.File("token")};
  target.collectors.resize(2);
  target.collectors[0].family = FindFamily("dsm");
  target.collectors[0].refresh_ids = {"8155fe39-570a-4132-92ca-e40b7640c7dc"};
  target.collectors[1].family = FindFamily("external-cm");
  target.collectors[1].refresh_ids = {"bf27cde1-e2ed-4244-9d5a-8a4e12ad1837"};
  expected.targets = {target};
  EXPECT_EQ(*config, expected);
  EXPECT_EQ(config->duration_buckets.size(), 17U);
  EXPECT_EQ(config->duration_buckets.back(), hours(72));
}

TEST(ConfigFileTest, ATargetOverridesWhatGlobalSets) {
  const ConfigFolder folder;
  // Global stands last on purpose.
  const std::string yaml =
      "targets:\n" + Target("a") +
      Target("b",
             "    poll_interval: 2s\n    recheck_interval: 0s\n"
             "    heartbeat_interval: 3s\n    stale_after: 4s\n"
             "    request_timeout: 100ms\n    max_response_size: 1KiB\n"
             "    max_series: 1\n    max_domains: 2\n    domain_histograms: true\n"
             "    allow_http: true\n    max_connections: 1024\n") +
      "global:\n  poll_interval: 1m\n  recheck_interval: 1s\n"
      "  domain_histograms: false\n  duration_buckets: [1ms, 1y]\n";
  const auto config = ParseConfig(yaml, folder.File("c.yml"));
  ASSERT_TRUE(config) << config.error().front().ToString();
  const TargetSettings& a = config->targets[0].settings;
  EXPECT_EQ(a.schedule.poll_interval, minutes(1));
  EXPECT_EQ(a.schedule.recheck_interval, seconds(1));
  EXPECT_FALSE(a.shown.domain_histograms);
  EXPECT_EQ(a.shown.stale_after, minutes(5));
  const TargetSettings b = {.schedule = {.poll_interval = seconds(2),
                                         .recheck_interval = seconds(0),
                                         .heartbeat_interval = seconds(3)},
                            .shown = {.stale_after = seconds(4),
                                      .max_series = 1,
                                      .max_domains = 2,
                                      .domain_histograms = true},
                            .request_timeout = std::chrono::milliseconds(100),
                            .max_response_size = 1024,
                            .allow_http = true};
  EXPECT_EQ(config->targets[1].settings, b);
  EXPECT_EQ(config->targets[1].max_connections, 1024);
  EXPECT_EQ(config->duration_buckets,
            (std::vector<Nanoseconds>{std::chrono::milliseconds(1), std::chrono::days(365)}));
}

TEST(ConfigFileTest, HttpIsAllowedWhereverTheKeyStands) {
  const ConfigFolder folder;
  const std::string target =
      "  - {name: a, url: 'http://cm/x/', authorization: {credentials_file: token}, "
      "collectors: {dsm: {refresh_ids: [x]}}";
  for (const std::string& yaml : {"targets:\n" + target + ", allow_http: true}\n",
                                  "global: {allow_http: true}\ntargets:\n" + target + "}\n"}) {
    const auto config = ParseConfig(yaml, folder.File("c.yml"));
    ASSERT_TRUE(config) << config.error().front().ToString();
    EXPECT_EQ(config->targets[0].url, "http://cm/x");
    EXPECT_TRUE(config->targets[0].settings.allow_http);
  }
}

TEST(ConfigFileTest, AbsentMapsAreEmptyMaps) {
  const ConfigFolder folder;
  EXPECT_TRUE(
      ParseConfig("global:\ntargets:\n" + Target("a", "    tls_config:\n"), folder.File("c.yml")));
}

TEST(ConfigFileTest, EveryProblemIsReportedInTheOrderOfTheFile) {
  const ConfigFolder folder;
  const std::string yaml =
      "targets:\n"
      "  - name: a\n"
      "    login: { user: u, domain: 5, auth_domain: [x] }\n"
      "    authorization: { credentials_file: token }\n"
      "    tls_config: { min_version: TLS11 }\n"
      "    url: http://cm\n"
      "  - name: a\n"
      "    url: https://cm\n"
      "    authorization: { credentials_file: token }\n"
      "    collectors: { dsm: { refresh_ids: [x, x, '?'] } }\n"
      "global:\n"
      "  max_series: 0\n"
      "  pace: 5\n";
  const auto config = ParseConfig(yaml, folder.File("c.yml"));
  ASSERT_FALSE(config);
  std::vector<std::string> found;
  for (const ConfigProblem& problem : config.error()) {
    found.push_back(std::to_string(problem.line) + " " + problem.key);
  }
  const std::vector<std::string> expected = {
      "2 targets[0].collectors",
      "3 targets[0].login.user",
      "3 targets[0].login.auth_domain",
      "3 targets[0].login.username",
      "3 targets[0].login.password_file",
      "4 targets[0].authorization",
      "5 targets[0].tls_config.min_version",
      "6 targets[0].url",
      "7 targets[1].name",
      "10 targets[1].collectors.dsm.refresh_ids[1]",
      "10 targets[1].collectors.dsm.refresh_ids[2]",
      "12 global.max_series",
      "13 global.pace",
  };
  EXPECT_EQ(found, expected);
}

TEST(ConfigFileTest, DocumentsThatAreNoConfigurationAreOneProblem) {
  const ConfigFolder folder;
  const struct {
    std::string yaml;
    int line;
    const char* key;
    const char* message;
  } cases[] = {
      {"", 1, "targets", "is missing"},
      {"# nothing\n", 1, "targets", "is missing"},
      {"global: {}\n", 1, "targets", "is missing"},
      {"targets:\n", 1, "targets", "at least one target"},
      {"\n\ntargets: []\n", 3, "targets", "at least one target"},
      {"targets: {a: 1}\n", 1, "targets", "must be a list"},
      {"targets: x\n", 1, "targets", "must be a list"},
      {"just text\n", 1, "", "must be a map with the keys global, targets"},
      {"- a\n", 1, "", "must be a map"},
      {"targets: [\n  a,\n  }\n", 3, "", "is not YAML"},
      {"targets: *canary\n", 1, "", "is not YAML"},
      {std::string(600, '['), 1, "", "must not be deeper than 32 levels"},
      {"targets: []\n\x04\nname: x\n", 2, "", "control characters"},
      {std::string("targets: []\n\0", 13), 2, "", "control characters"},
  };
  for (const auto& row : cases) {
    const auto config = ParseConfig(row.yaml, folder.File("c.yml"));
    ASSERT_FALSE(config) << row.yaml;
    ASSERT_EQ(config.error().size(), 1U) << row.yaml;
    const ConfigProblem& problem = config.error().front();
    EXPECT_EQ(problem.line, row.line) << row.yaml << problem.ToString();
    EXPECT_EQ(problem.key, row.key) << row.yaml << problem.ToString();
    EXPECT_NE(problem.message.find(row.message), std::string::npos) << problem.ToString();
    EXPECT_EQ(problem.message.find("canary"), std::string::npos);
  }
}

TEST(ConfigFileTest, AWrongIndentationIsSaidToBeOne) {
  const std::string at_indentation = "look at the indentation of this line";
  const struct {
    std::string yaml;
    int line;
    std::string message;
  } cases[] = {
      {"targets:\n  - name: a\n   url: b\n", 3, at_indentation},
      {"targets:\n  - name: a\n  url: b\n", 3, at_indentation},
      {"targets:\n  - name: a\n      url: b\n", 3, at_indentation},
      {"global:\n  poll_interval: 1s\n   stale_after: 2s\n", 3, at_indentation},
      {"global:\n   poll_interval: 1s\n  stale_after: 2s\n", 3, at_indentation},
      {"targets:\n - name: a\n  - name: b\n", 3, at_indentation},
      {"targets:\n\t- a\n", 2, at_indentation},
      {"targets:\n  - name: a\n\turl: b\n", 3, "write blanks in place of the tab"},
      {"targets:\n  - name: @a\n", 2, "in quotes"},
      {"targets: [a\n", 2, "a [ is not closed"},
      {"targets: [{ a: b\n", 2, "a { is not closed"},
  };
  for (const auto& row : cases) {
    const auto config = ParseConfig(row.yaml, "c.yml");
    ASSERT_FALSE(config) << row.yaml;
    const ConfigProblem& problem = config.error().front();
    EXPECT_EQ(problem.line, row.line) << row.yaml << problem.ToString();
    EXPECT_TRUE(problem.message.starts_with("is not YAML: ")) << problem.ToString();
    EXPECT_NE(problem.message.find(row.message), std::string::npos) << problem.ToString();
  }
}

TEST(ConfigFileTest, WhatYamlDoesNotAllowIsNotRepeated) {
  const auto config = ParseConfig("targets: \"\\q\"\n", "c.yml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().front().ToString(), "c.yml:1: is not YAML: unknown escape character");
}

TEST(ConfigFileTest, ATargetWithoutCollectorsIsRefused) {
  const ConfigFolder folder;
  for (const char* collectors : {"    collectors: {}\n", "    collectors:\n"}) {
    const auto config =
        ParseConfig(std::string("targets:\n  - name: a\n    url: https://cm\n"
                                "    authorization: { credentials_file: token }\n") +
                        collectors,
                    folder.File("c.yml"));
    ASSERT_FALSE(config);
    ASSERT_EQ(config.error().size(), 1U);
    EXPECT_EQ(config.error()[0].line, 5);
    EXPECT_EQ(config.error()[0].key, "targets[0].collectors");
    EXPECT_EQ(config.error()[0].message, "must have at least one collector");
  }
}

TEST(ConfigFileTest, ASecondDocumentIsRefused) {
  const ConfigFolder folder;
  const auto config =
      ParseConfig("---\ntargets:\n" + Target("a") + "---\ntargets: []\n", folder.File("c.yml"));
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().front().ToString(),
            folder.File("c.yml").string() + ":8: must be a single YAML document");
}

TEST(ConfigFileTest, ATokenThatEverybodyCanReadIsRefused) {
  const ConfigFolder folder;
  folder.Write("token", "canary-token", 0644);
  const auto config = ParseConfig("targets:\n" + Target("a"), folder.File("c.yml"));
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 1U);
  EXPECT_EQ(config.error()[0].line, 4);
  EXPECT_EQ(config.error()[0].key, "targets[0].authorization.credentials_file");
  EXPECT_NE(config.error()[0].message.find(folder.File("token").string()), std::string::npos);
  EXPECT_EQ(config.error()[0].message.find("canary"), std::string::npos);
}

TEST(ConfigFileTest, PathsAreRelativeToTheFileOrAbsolute) {
  const ConfigFolder folder;
  for (const std::string& path : {std::string("./x/../token"), folder.File("token").string()}) {
    const auto config = ParseConfig(
        "targets:\n  - name: a\n    url: https://cm\n    authorization: { credentials_file: " +
            path + " }\n    collectors: { dsm: { refresh_ids: [x] } }\n",
        folder.File("c.yml"));
    ASSERT_TRUE(config) << config.error().front().ToString();
    EXPECT_EQ(config->targets[0].authentication,
              Authentication(TokenFileAuthentication{folder.File("token")}));
  }
}

TEST(ConfigFileTest, FilesThatCannotBeReadAreOneProblem) {
  const ConfigFolder folder;
  ASSERT_EQ(mkfifo(folder.File("fifo").c_str(), 0600), 0);
  folder.Write("large", std::string((64U << 20U) + 1, '#'), 0600);
  for (const char* name : {"none", "none/none", ".", "fifo", "large"}) {
    const auto config = LoadConfigFile(folder.File(name));
    ASSERT_FALSE(config) << name;
    ASSERT_EQ(config.error().size(), 1U);
    EXPECT_EQ(config.error()[0].line, 0);
    EXPECT_EQ(config.error()[0].file, folder.File(name).string());
  }
}

TEST(ConfigFileTest, AHundredThousandRefreshIdsOneALineAreRead) {
  const ConfigFolder folder;
  std::string yaml =
      "targets:\n- name: cm\n  url: https://cm\n  authorization: {credentials_file: token}\n"
      "  collectors:\n    dsm:\n      refresh_ids:\n";
  for (int i = 100'000; i < 200'000; ++i) {
    yaml += "        - 8155fe39-570a-4132-92ca-e40b76" + std::to_string(i) + "\n";
  }
  folder.Write("cckm.yml", yaml, 0600);
  const auto config = LoadConfigFile(folder.File("cckm.yml"));
  ASSERT_TRUE(config) << config.error()[0].ToString();
  EXPECT_EQ(config->targets[0].collectors[0].refresh_ids.size(), 100'000U);
}

TEST(ConfigFileTest, AProblemIsWrittenAsFileLineKeyAndMessage) {
  EXPECT_EQ((ConfigProblem{"cckm.yml", 12, "targets[0].url", "must be x"}).ToString(),
            "cckm.yml:12: targets[0].url: must be x");
  EXPECT_EQ((ConfigProblem{"cckm.yml", 0, "", "must be x"}).ToString(), "cckm.yml: must be x");
  EXPECT_EQ((ConfigProblem{"", 0, "--once", "must be x"}).ToString(), "--once: must be x");
}

}  // namespace
}  // namespace cckm
