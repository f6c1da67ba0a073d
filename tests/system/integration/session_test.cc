// The real exporter as it logs in to the real simulator, with and without TLS: renewals, wrong
// passwords, certificates, proxies.

#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/fakes/leak.h"
#include "tests/support/fakes/raw_server.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kPassword = "CANARY-right";

constexpr const char* kLogin = "login: { username: exporter, password_file: password }";

// As the labels of a series have it that belongs to the target alone.
std::string OfTarget(const std::string& name) { return name + R"({target="cm"})"; }

// Errors of a login belong to no family.
std::string LoginErrors(const std::string& reason) {
  return R"(cckm_api_errors_total{target="cm",cloud="",reason=")" + reason + "\"}";
}

double NumberIn(const std::string& exposition, const std::string& series) {
  const std::string value = ValueOf(exposition, series);
  return value.empty() ? -1 : std::stod(value);
}

// The samples of cckm_api_errors_total that are not 0.
std::vector<std::string> ErrorsIn(const std::string& exposition) {
  std::vector<std::string> errors;
  std::istringstream lines(exposition);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("cckm_api_errors_total{") && !line.ends_with(" 0")) errors.push_back(line);
  }
  return errors;
}

// One user may log in, to a simulator with refreshes that never end.
SimulatorSettings OneUser(std::vector<std::string> more_flags = {},
                          SimulatorTls tls = SimulatorTls::kNobody) {
  SimulatorSettings settings{
      .flags = {"--username=exporter", "--password=" + std::string(kPassword), "--finished=0",
                "--never-finish", "--refreshes=20100"},
      .tls = tls};
  settings.flags.insert(settings.flags.end(), more_flags.begin(), more_flags.end());
  return settings;
}

// An exporter of a few of that simulator's refreshes, with a password in its file.  They are so few
// that asking for each by its id takes fewer requests than reading the list.
ExporterSettings LoggingIn(const SimulatorProcess& simulator,
                           const std::string& password = kPassword, std::size_t refreshes = 1) {
  return {.url = simulator.url(),
          .refresh_ids = simulator.RefreshIds(refreshes),
          .storage = "data",
          .flags = {"--log.level=debug"},
          .target = {kLogin},
          .files = {{"password", password}}};
}

// The same towards a simulator with TLS; `more` are other settings of tls_config.
ExporterSettings Trusting(const SimulatorProcess& simulator, const std::string& more = {}) {
  ExporterSettings settings = LoggingIn(simulator);
  settings.target.push_back("tls_config: { ca_file: " + simulator.TlsFile("ca.pem").string() +
                            more + " }");
  return settings;
}

// More of tls_config: what the simulator knows its clients by.
std::string WithKeyPair(const SimulatorProcess& simulator) {
  return ", cert_file: " + simulator.TlsFile("client.pem").string() +
         ", key_file: " + simulator.TlsFile("client.key").string();
}

// The login meets a fault of one of these kinds, and no request comes through.
testing::AssertionResult IsRefused(const ExporterProcess& exporter,
                                   const SimulatorProcess& simulator,
                                   const std::vector<std::string>& reasons = {"tls"}) {
  const bool has_fault = Eventually(kPatience, [&] {
    const std::string exposition = exporter.Scrape();
    return std::ranges::any_of(reasons, [&](const std::string& reason) {
      return NumberIn(exposition, LoginErrors(reason)) >= 1;
    });
  });
  if (!has_fault) return testing::AssertionFailure() << "There is no such fault.";
  const nlohmann::json journal = simulator.Journal();
  if (journal["requests"] != 0) return testing::AssertionFailure() << journal;
  return exporter.Shows({{Series("cckm_up"), "0"}, {OfTarget("cckm_authenticated"), "0"}});
}

constexpr std::size_t kRefreshes = 200;

const Samples kNothingIsLost = {{Series("cckm_up"), "1"},
                                {Series("cckm_unanswered_refreshes"), "0"},
                                {OfTarget("cckm_authenticated"), "1"}};

const std::string kAnswers =
    Series("cckm_api_requests_total", {{"endpoint", "refresh"}, {"code", "200"}});

TEST(SessionTest, TokensAreRenewedBeforeTheyExpireAndNoPollFails) {
  const SimulatorProcess simulator(OneUser({"--token-lifetime=10s"}));
  const ExporterProcess exporter(LoggingIn(simulator, kPassword, kRefreshes));
  ASSERT_TRUE(exporter.Shows(kNothingIsLost, kPatience));
  const std::string renewals = OfTarget("cckm_token_renewals_total");
  std::string exposition;
  const bool renewed_twice = Eventually(2 * kPatience, [&] {
    exposition = exporter.Scrape();
    EXPECT_EQ(ValueOf(exposition, Series("cckm_up")), "1");
    return NumberIn(exposition, renewals) >= 2;
  });
  ASSERT_TRUE(renewed_twice);
  EXPECT_THAT(ErrorsIn(exposition), IsEmpty());
  EXPECT_EQ(ValueOf(exposition, Series("cckm_unanswered_refreshes")), "0");
  EXPECT_EQ(ValueOf(exposition, OfTarget("cckm_token_renewal_failures_total")), "0");
  EXPECT_GE(NumberIn(exposition, kAnswers), 10.0 * kRefreshes);

  const nlohmann::json journal = simulator.Journal();
  EXPECT_EQ(journal["logins_granted"]["password"], 1) << journal;
  EXPECT_GE(journal["logins_granted"]["refresh_token"], 2) << journal;
  EXPECT_EQ(journal["most_logins_at_once"], 1) << journal;
  EXPECT_EQ(journal["requests_with_expired_token"], 0) << journal;
  EXPECT_EQ(journal["requests_answered_401"], 0) << journal;
}

TEST(SessionTest, TokensThatAreRefusedInMidFlightCauseOneLoginAndNothingIsLost) {
  const SimulatorProcess simulator(OneUser({"--latency=20ms"}));
  const ExporterProcess exporter(LoggingIn(simulator, kPassword, kRefreshes));
  const auto is_answered = [&](std::size_t times) {
    const auto enough = static_cast<double>(times * kRefreshes);
    return Eventually(kPatience, [&] { return NumberIn(exporter.Scrape(), kAnswers) >= enough; });
  };
  ASSERT_TRUE(is_answered(1));
  simulator.ExpireTokens();
  ASSERT_TRUE(is_answered(4));

  const std::string exposition = exporter.Scrape();
  EXPECT_THAT(ErrorsIn(exposition), IsEmpty());
  EXPECT_TRUE(exporter.Shows(kNothingIsLost, {}));
  const nlohmann::json journal = simulator.Journal();
  EXPECT_EQ(journal["logins_granted"]["password"], 2) << journal;
  EXPECT_EQ(journal["most_logins_at_once"], 1) << journal;
  EXPECT_GE(journal["requests_answered_401"], 1) << journal;
  EXPECT_EQ(NumberIn(exposition,
                     Series("cckm_api_requests_total", {{"endpoint", "refresh"}, {"code", "401"}})),
            journal["requests_answered_401"].get<double>());
}

class WrongPasswordTest : public testing::Test {
 protected:
  WrongPasswordTest() : exporter(Settings()) {}

  ExporterSettings Settings() const {
    ExporterSettings settings = LoggingIn(simulator, "CANARY-wrong");
    settings.flags.emplace_back("--web.enable-lifecycle");
    return settings;
  }

  testing::AssertionResult IsRejectedOnce() {
    return exporter.Shows({{LoginErrors("auth"), "1"},
                           {OfTarget("cckm_token_renewal_failures_total"), "1"},
                           {OfTarget("cckm_authenticated"), "0"}},
                          kPatience);
  }
  // So often that it would have logged in if it meant to.
  bool PollsTwice() {
    const std::string polled_at = Series("cckm_last_poll_timestamp_seconds");
    const auto is_later = [&](double than) {
      return Eventually(kPatience, [&] { return NumberIn(exporter.Scrape(), polled_at) > than; });
    };
    return is_later(0) && is_later(NumberIn(exporter.Scrape(), polled_at));
  }
  int Logins() const { return simulator.Journal()["logins_rejected"]; }
  void WritePassword(const char* password) const {
    exporter.folder().Write("new", password, 0600);
    std::filesystem::rename(exporter.folder().File("new"), exporter.folder().File("password"));
  }

  const SimulatorProcess simulator{OneUser()};
  ExporterProcess exporter;
};

TEST_F(WrongPasswordTest, IsTriedOnceHoweverOftenTheExporterStarts) {
  ASSERT_TRUE(IsRejectedOnce());
  EXPECT_EQ(ModeOf(exporter.folder().File("data/rejected_logins")), 0600U);
  for (int start = 0; start < 2; ++start) {
    // As those do that provide secrets: a file of its own for every start.
    WritePassword("CANARY-wrong");
    exporter.Restart();
    ASSERT_TRUE(PollsTwice());
    EXPECT_TRUE(
        exporter.Shows({{OfTarget("cckm_authenticated"), "0"}, {LoginErrors("auth"), "0"}}, {}));
    EXPECT_EQ(Logins(), 1);
  }
}

TEST_F(WrongPasswordTest, IsTriedAgainOnSighup) {
  ASSERT_TRUE(IsRejectedOnce());
  exporter.child().Signal(SIGHUP);
  EXPECT_TRUE(exporter.Shows({{LoginErrors("auth"), "2"}}));
  ASSERT_TRUE(PollsTwice());
  EXPECT_EQ(Logins(), 2);
}

TEST_F(WrongPasswordTest, IsNotTriedAgainOnAReloadOverHttp) {
  ASSERT_TRUE(IsRejectedOnce());
  EXPECT_EQ(AskPort(exporter.port(), "POST", "/-/reload").status, 200);
  ASSERT_TRUE(PollsTwice());
  EXPECT_EQ(Logins(), 1);
}

TEST_F(WrongPasswordTest, IsRememberedByNoSinglePoll) {
  ASSERT_TRUE(IsRejectedOnce());
  exporter.child().Signal(SIGKILL);
  std::filesystem::remove(exporter.folder().File("data/rejected_logins"));
  EXPECT_EQ(
      RunExporter(exporter.folder(), {"--config.file=config.yaml", "--storage.path=data", "--once"})
          .exit_code,
      1);
  EXPECT_FALSE(std::filesystem::exists(exporter.folder().File("data/rejected_logins")));
}

TEST_F(WrongPasswordTest, TheRightOneIsNoticedWithinTwoSeconds) {
  ASSERT_TRUE(IsRejectedOnce());
  exporter.Restart();
  ASSERT_TRUE(PollsTwice());
  WritePassword(kPassword);
  const auto is_granted = [this] { return simulator.Journal()["logins_granted"]["password"] == 1; };
  EXPECT_TRUE(Eventually(std::chrono::seconds(2), is_granted));
  EXPECT_TRUE(exporter.Shows(kNothingIsLost));
  EXPECT_EQ(Logins(), 1);
}

TEST(SessionTlsTest, BothSidesShowTheirCertificateAndAPasswordLogsIn) {
  const SimulatorProcess simulator(OneUser({}, SimulatorTls::kBothSides));
  const ExporterProcess exporter(Trusting(simulator, WithKeyPair(simulator)));
  ASSERT_TRUE(exporter.Shows(kNothingIsLost, kPatience));
  const std::string exposition = exporter.Scrape();
  EXPECT_THAT(ErrorsIn(exposition), IsEmpty());
  EXPECT_EQ(ValueOf(exposition, OfTarget("cckm_tls_verification_enabled")), "1");
  EXPECT_GT(NumberIn(exposition, OfTarget("cckm_tls_certificate_expiry_timestamp_seconds")), 0);
  EXPECT_GT(NumberIn(exposition, OfTarget("cckm_tls_client_certificate_expiry_timestamp_seconds")),
            0);
}

TEST(SessionTlsTest, WithoutTheCertificateThatTheApplianceWantsNothingIsSent) {
  const SimulatorProcess simulator(OneUser({}, SimulatorTls::kBothSides));
  const ExporterProcess exporter(Trusting(simulator));
  // TLS 1.3 says so after the client's first request, and the connection's reset may come earlier.
  EXPECT_TRUE(IsRefused(exporter, simulator, {"tls", "reset"}));
}

TEST(SessionTlsTest, AClientCertificateLogsIn) {
  const SimulatorProcess simulator(OneUser({"--client-id=the-exporter"}, SimulatorTls::kBothSides));
  ExporterSettings settings = Trusting(simulator, WithKeyPair(simulator));
  settings.target.front() = "client_certificate: { client_id: the-exporter }";
  const ExporterProcess exporter(settings);
  ASSERT_TRUE(exporter.Shows(kNothingIsLost, kPatience));
  EXPECT_EQ(simulator.Journal()["logins_granted"]["client_credential"], 1);
}

TEST(SessionTlsTest, AnApplianceOfAnotherAuthorityIsRefused) {
  const SimulatorProcess simulator(OneUser({}, SimulatorTls::kServer));
  const SimulatorProcess other(OneUser({}, SimulatorTls::kServer));
  ExporterSettings settings = Trusting(other);
  settings.url = simulator.url();
  const ExporterProcess exporter(settings);
  EXPECT_TRUE(IsRefused(exporter, simulator));
}

TEST(SessionTlsTest, ThePrivateAuthorityIsNeededWhereTheSystemDoesNotKnowIt) {
  const SimulatorProcess simulator(OneUser({}, SimulatorTls::kServer));
  const ExporterProcess exporter(LoggingIn(simulator));
  EXPECT_TRUE(IsRefused(exporter, simulator));
}

TEST(SessionTlsTest, TheServerNameStandsInForTheHostOfTheUrl) {
  const SimulatorProcess simulator(OneUser({"--tls-name=cm.example"}, SimulatorTls::kServer));
  const ExporterProcess right(Trusting(simulator, ", server_name: cm.example"));
  EXPECT_TRUE(right.Shows(kNothingIsLost, kPatience));
  const SimulatorProcess another(OneUser({}, SimulatorTls::kServer));
  const ExporterProcess wrong(Trusting(another, ", server_name: cm.example"));
  EXPECT_TRUE(IsRefused(wrong, another));
}

TEST(SessionTlsTest, WhereNothingIsVerifiedEverybodyIsTold) {
  const SimulatorProcess simulator(OneUser({}, SimulatorTls::kServer));
  ExporterSettings settings = LoggingIn(simulator);
  settings.target.emplace_back("tls_config: { insecure_skip_verify: true }");
  ExporterProcess exporter(settings);
  ASSERT_TRUE(exporter.Shows(kNothingIsLost, kPatience));
  EXPECT_TRUE(exporter.Shows({{OfTarget("cckm_tls_verification_enabled"), "0"}}, {}));
  EXPECT_THAT(exporter.Get("/").body,
              HasSubstr("The certificate of <bdi>cm</bdi> is not verified"));
  EXPECT_THAT(exporter.child().ErrorOutput(),
              HasSubstr("level=warn msg=\"Target's certificate is not verified"));
}

TEST(SessionTlsTest, ATargetOfFlagsLogsInWithAPasswordAndAPrivateAuthority) {
  const SimulatorProcess simulator(OneUser({}, SimulatorTls::kServer));
  const ConfigFolder folder;
  folder.Write("password", kPassword, 0600);
  std::filesystem::copy(simulator.TlsFile("ca.pem"), folder.File("ca.pem"));
  const EndedProcess once = RunExporter(
      folder,
      {"--target.url=" + simulator.url(), "--target.name=cm", "--target.username=exporter",
       "--target.password-file=password", "--target.ca-file=ca.pem",
       "--dsm.refresh-ids=" + simulator.RefreshIds(1).front(), "--once", "--log.level=debug"});
  EXPECT_EQ(once.exit_code, 0) << once.error_output;
  EXPECT_EQ(ValueOf(once.output, Series("cckm_up")), "1");
  EXPECT_EQ(ValueOf(once.output, OfTarget("cckm_authenticated")), "1");
}

TEST(SessionProxyTest, TheConfiguredProxyIsAskedForATunnelAndLearnsNothing) {
  const RawServer proxy({{ReadRequest(), Close()}});
  const SimulatorProcess simulator(OneUser({}, SimulatorTls::kServer));
  ExporterSettings settings = Trusting(simulator);
  settings.target.push_back("proxy_url: " + proxy.url());
  const ExporterProcess exporter(settings);
  ASSERT_TRUE(Eventually(kPatience, [&] { return !proxy.Requests().empty(); }));
  const std::string request = proxy.Requests().front();
  EXPECT_THAT(request, StartsWith("CONNECT 127.0.0.1:" + std::to_string(simulator.port()) + " "));
  EXPECT_THAT(FindLeaks("request", request), testing::IsEmpty());
  EXPECT_EQ(simulator.Journal()["requests"], 0);
}

TEST(SessionProxyTest, TheEnvironmentNeitherDivertsNorRecordsTheTraffic) {
  const RawServer proxy({});
  const SimulatorProcess simulator(OneUser({}, SimulatorTls::kServer));
  const ConfigFolder keys;
  ExporterSettings settings = Trusting(simulator);
  for (const char* name :
       {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}) {
    settings.environment.push_back(std::string(name) + "=" + proxy.url());
  }
  settings.environment.emplace_back("NO_PROXY=");
  settings.environment.emplace_back("no_proxy=");
  settings.environment.push_back("SSLKEYLOGFILE=" + keys.File("log").string());
  ExporterProcess exporter(settings);
  ASSERT_TRUE(exporter.Shows(kNothingIsLost, kPatience));
  EXPECT_EQ(proxy.ConnectionCount(), 0U);
  EXPECT_FALSE(std::filesystem::exists(keys.File("log")));
  for (const char* name : {"HTTPS_PROXY", "SSLKEYLOGFILE"}) {
    EXPECT_THAT(exporter.child().ErrorOutput(),
                HasSubstr(std::string("\"Environment variable is ignored\" name=") + name));
  }
}

}  // namespace
}  // namespace cckm
