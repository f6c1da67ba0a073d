// Several addresses of one target, over loopback: nodes that end, hang, show a wrong certificate or
// are behind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "tests/support/fakes/exposition_parser.h"
#include "tests/support/fakes/raw_server.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

using testing::HasSubstr;

constexpr const char* kTokenFile = "    authorization: { credentials_file: token }\n";

// The target cm at these addresses; what is finished is asked for every second, too.
ExporterSettings Cluster(const std::vector<std::string>& urls, const std::string& refresh_ids,
                         const std::string& more = {}, const std::string& login = kTokenFile) {
  std::string list;
  for (const std::string& url : urls) list += (list.empty() ? "" : ", ") + url;
  return {.url = {},
          .config =
              "global:\n"
              "  poll_interval: 1s\n"
              "  recheck_interval: 1s\n"
              "  request_timeout: 500ms\n"
              "  allow_http: true\n"
              "targets:\n"
              "  - name: cm\n"
              "    urls: [" +
              list + "]\n" + login + more +
              "    collectors:\n"
              "      dsm: { refresh_ids: [" +
              refresh_ids + "], domain_names: false }\n"};
}

std::string OfAddress(const std::string& name, const std::string& url) {
  return name + "{target=\"cm\",address=\"" + url + "\"}";
}

Samples InUse(const std::string& url) {
  return {{OfAddress("cckm_target_address_in_use", url), "1"},
          {OfAddress("cckm_target_address_up", url), "1"},
          {Series("cckm_up"), "1"},
          {Series("cckm_unanswered_refreshes"), "0"}};
}

std::string CountOf(const std::string& status, const std::string& domain = "a") {
  return Series("cckm_domain_refreshes_total", {{"domain_id", domain}, {"status", status}});
}

std::string ErrorsOf(const ExporterProcess& exporter, const std::string& reason) {
  return ValueOf(exporter.Scrape(), Series("cckm_api_errors_total", {{"reason", reason}}));
}

TEST(ClusterTest, WhereTheAddressInUseEndsTheNextOneAnswersAndEachRefreshCountsOnce) {
  std::optional<SimulatorProcess> first(std::string{kToken});
  const SimulatorProcess second{std::string(kToken)};
  std::string ids = "r0";
  first->StartRefresh("r0", "a");
  second.StartRefresh("r0", "a");
  for (int i = 1; i < 40; ++i) {
    const std::string number = std::to_string(i);
    first->StartRefresh("r" + number, "b" + number);
    second.StartRefresh("r" + number, "b" + number);
    ids += ", r" + number;
  }
  const std::string first_url = first->url();
  const ExporterProcess exporter(Cluster({first_url, second.url()}, ids));
  EXPECT_TRUE(exporter.Shows(InUse(first_url)));
  first.reset();
  EXPECT_TRUE(exporter.Shows(InUse(second.url())));
  EXPECT_TRUE(exporter.Shows({{OfAddress("cckm_target_address_up", first_url), "0"}}));
  second.FinishRefresh("r0", "completed");
  EXPECT_TRUE(exporter.Shows({{CountOf("completed"), "1"}, {CountOf("failed"), "0"}}));
  EXPECT_TRUE(exporter.Shows(InUse(second.url())));
}

TEST(ClusterTest, AnAddressThatNeverAnswersIsLeftAfterOneTimeout) {
  const RawServer silent({{Hang()}, {Hang()}, {Hang()}, {Hang()}});
  const SimulatorProcess appliance{std::string(kToken)};
  appliance.StartRefresh("r1", "a");
  const ExporterProcess exporter(Cluster({silent.url(), appliance.url()}, "r1"));
  EXPECT_TRUE(exporter.Shows(InUse(appliance.url())));
  EXPECT_EQ(ErrorsOf(exporter, "timeout"), "1");
  appliance.FinishRefresh("r1", "completed");
  EXPECT_TRUE(exporter.Shows({{CountOf("completed"), "1"}}));
  EXPECT_EQ(ErrorsOf(exporter, "timeout"), "1");
}

TEST(ClusterTest, AnAddressWithAWrongCertificateGetsNoRequest) {
  const SimulatorSettings with_tls{.flags = {"--token=" + std::string(kToken)},
                                   .tls = SimulatorTls::kServer};
  const SimulatorProcess stranger(with_tls);
  const SimulatorProcess appliance(with_tls);
  appliance.StartRefresh("r1", "a");
  const ExporterProcess exporter(
      Cluster({stranger.url(), appliance.url()}, "r1",
              "    tls_config: { ca_file: " + appliance.TlsFile("ca.pem").string() + " }\n"));
  EXPECT_TRUE(exporter.Shows(InUse(appliance.url())));
  EXPECT_EQ(ErrorsOf(exporter, "tls"), "1");
  EXPECT_THAT(stranger.Journal().dump(), testing::Not(HasSubstr("/api/v1/cckm")));
}

TEST(ClusterTest, ANodeThatIsBehindChangesNothing) {
  const int second_port = FreePort();
  const std::string second_url = "http://127.0.0.1:" + std::to_string(second_port);
  const SimulatorProcess cluster({.flags = {"--token=" + std::string(kToken),
                                            "--node=127.0.0.1:" + std::to_string(second_port)}});
  cluster.SetNode(2, "lag=1h");
  cluster.StartRefresh("r1", "a");
  const ExporterProcess exporter(Cluster({cluster.url(), second_url}, "r1"));
  EXPECT_TRUE(exporter.Shows(InUse(cluster.url())));
  cluster.FinishRefresh("r1", "completed");
  EXPECT_TRUE(exporter.Shows({{CountOf("completed"), "1"}}));
  cluster.SetNode(1, "state=503");
  EXPECT_TRUE(exporter.Shows({{OfAddress("cckm_target_address_in_use", second_url), "1"}}));
  const std::string requests =
      Series("cckm_api_requests_total", {{"endpoint", "refresh"}, {"code", "404"}});
  ASSERT_TRUE(exporter.Shows({{requests, "2"}}));
  EXPECT_TRUE(exporter.Shows(
      {{Series("cckm_refresh_status", {{"refresh_id", "r1"}, {"status", "completed"}}), "1"},
       {CountOf("completed"), "1"},
       {Series("cckm_refresh_anomalies_total", {{"kind", "changed_after_finish"}}), "0"}}));
}

// --- Nodes that take turns in failing ---

constexpr const char* kPassword = "CANARY-right";

// Sees scrape after scrape: each shows polls that were answered, and in none a counter falls.
class ScrapeWatch {
 public:
  explicit ScrapeWatch(const ExporterProcess& exporter) : exporter_(exporter) {}

  // Scrapes until these samples are shown and so many polls more have ended.
  bool SeesPolls(std::size_t polls, const Samples& samples) {
    std::set<std::string> seen;
    return Eventually(kPatience, [&] {
      const std::string exposition = exporter_.Scrape();
      Check(exposition);
      for (const auto& [series, value] : samples) {
        if (ValueOf(exposition, series) != value) return false;
      }
      seen.insert(ValueOf(exposition, Series("cckm_last_poll_timestamp_seconds")));
      return seen.size() > polls;
    });
  }

 private:
  void Check(const std::string& exposition) {
    EXPECT_EQ(ValueOf(exposition, Series("cckm_up")), "1");
    EXPECT_EQ(ValueOf(exposition, Series("cckm_unanswered_refreshes")), "0");
    EXPECT_EQ(ValueOf(exposition, Series("cckm_last_poll_timestamp_seconds")),
              ValueOf(exposition, Series("cckm_last_successful_poll_timestamp_seconds")));
    const auto families = ParseExposition(exposition);
    ASSERT_TRUE(families) << families.error();
    for (const ParsedFamily& family : *families) {
      if (family.type == "gauge") continue;
      for (const ParsedSample& sample : family.samples) CheckCount(family.name, sample);
    }
  }

  void CheckCount(const std::string& family, const ParsedSample& sample) {
    double& before = counts_[{sample.name, sample.labels}];
    EXPECT_GE(sample.value, std::exchange(before, sample.value)) << sample.name;
    if (family == "cckm_refresh_anomalies_total" || family == "cckm_token_renewal_failures_total") {
      EXPECT_EQ(sample.value, 0) << sample.name;
    }
  }

  const ExporterProcess& exporter_;
  std::map<std::pair<std::string, decltype(ParsedSample::labels)>, double> counts_;
};

// A cluster whose first node nobody is told of but the test.
class FlappingTest : public testing::Test {
 protected:
  static std::string UrlOf(int port) { return "http://127.0.0.1:" + std::to_string(port); }

  // r0 of domain0 and so on; their IDs as a list of the configuration.
  std::string StartRefreshes(int count) const {
    std::string ids;
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      cluster_.StartRefresh("r" + number, "domain" + number);
      ids += (i == 0 ? "r" : ", r") + number;
    }
    return ids;
  }

  // However slow this host is, no node that is up is taken for one that hangs.
  ExporterSettings WithALogin(const std::string& refresh_ids) const {
    ExporterSettings settings =
        Cluster({urls_[0], urls_[1]}, refresh_ids, "    request_timeout: 30s\n",
                "    login: { username: exporter, password_file: password }\n");
    settings.files.emplace_back("password", kPassword);
    return settings;
  }

  Samples InUseInsteadOf(std::size_t failing) const {
    const std::string& used = urls_[1 - failing];
    return {{OfAddress("cckm_target_address_in_use", urls_[failing]), "0"},
            {OfAddress("cckm_target_address_up", urls_[failing]), "0"},
            {OfAddress("cckm_target_address_in_use", used), "1"},
            {OfAddress("cckm_target_address_up", used), "1"}};
  }

  void SetState(std::size_t node, const std::string& state) const {
    cluster_.SetNode(static_cast<int>(node) + 2, "state=" + state);
  }
  // It listens again when this returns.
  void Mend(std::size_t node) const {
    SetState(node, "up");
    EXPECT_TRUE(Eventually(
        kPatience, [&] { return AskPort(ports_[node], "GET", "/simulator/nodes").status != 0; }));
  }

  const std::array<int, 2> ports_ = {FreePort(), FreePort()};
  const std::array<std::string, 2> urls_ = {UrlOf(ports_[0]), UrlOf(ports_[1])};
  const SimulatorProcess cluster_{
      {.flags = {"--username=exporter", "--password=" + std::string(kPassword), "--node-tokens",
                 "--token-lifetime=1h", "--node=127.0.0.1:" + std::to_string(ports_[0]),
                 "--node=127.0.0.1:" + std::to_string(ports_[1])}}};
};

TEST_F(FlappingTest, NodesThatTakeTurnsInFailingCostNoPollNoCountAndOneLoginEach) {
  constexpr std::size_t kPollsOfATurn = 3;
  const std::array<const char*, 6> failures = {"503", "refuse", "refuse", "503", "503", "refuse"};
  const ExporterProcess exporter(WithALogin(StartRefreshes(20)));
  ASSERT_TRUE(exporter.Shows(InUse(urls_[0])));
  ScrapeWatch watch(exporter);
  Samples counted;
  for (std::size_t turn = 0; turn < failures.size(); ++turn) {
    SCOPED_TRACE(turn);
    const std::size_t failing = turn % 2;
    SetState(failing, failures[turn]);
    cluster_.FinishRefresh("r" + std::to_string(turn), "completed");
    counted.emplace_back(CountOf("completed", "domain" + std::to_string(turn)), "1");
    Samples expected = InUseInsteadOf(failing);
    expected.insert(expected.end(), counted.begin(), counted.end());
    EXPECT_TRUE(watch.SeesPolls(kPollsOfATurn, expected));
    Mend(failing);
  }
  EXPECT_EQ(cluster_.Nodes()[1]["logins"], 1);
  EXPECT_EQ(cluster_.Nodes()[2]["logins"], 1);
  EXPECT_EQ(ValueOf(exporter.Scrape(),
                    Series("cckm_refresh_duration_seconds_count", {{"status", "completed"}})),
            std::to_string(failures.size()));
}

}  // namespace
}  // namespace cckm
