// Several addresses of one target, over loopback: nodes that end, hang, show a wrong certificate or
// are behind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/support/fakes/raw_server.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

using testing::HasSubstr;

// The target cm at these addresses; what is finished is asked for every second, too.
ExporterSettings Cluster(const std::vector<std::string>& urls, const std::string& refresh_ids,
                         const std::string& more = {}) {
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
              list +
              "]\n"
              "    authorization: { credentials_file: token }\n" +
              more +
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

std::string CountOf(const std::string& status) {
  return Series("cckm_domain_refreshes_total", {{"domain_id", "a"}, {"status", status}});
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

}  // namespace
}  // namespace cckm
