// How the real binary takes signals, and what its log may do to it.

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/fakes/raw_server.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

// Where nobody listens: polls fail at once.
constexpr const char* kNobody = "http://127.0.0.1:1";

class StopTest : public testing::TestWithParam<int> {};

// As opposed to the last resort, after which the process ends with its work where it is.
bool SaysThatItStopped(ExporterProcess& exporter) {
  return exporter.child().ErrorOutput().find("msg=\"Stopped\"") != std::string::npos;
}

INSTANTIATE_TEST_SUITE_P(With, StopTest, testing::Values(SIGTERM, SIGINT),
                         [](const testing::TestParamInfo<int>& stop) {
                           return stop.param == SIGTERM ? "Sigterm" : "Sigint";
                         });

TEST_P(StopTest, WhileItIsIdle) {
  const SimulatorProcess simulator{std::string(kToken)};
  ExporterProcess exporter({.url = simulator.url(), .interval = "1h"});
  ASSERT_TRUE(exporter.Shows({{Series("cckm_up"), "1"}}, kPatience));
  EXPECT_TRUE(StopsInTime(exporter, GetParam()));
  EXPECT_TRUE(SaysThatItStopped(exporter));
}

TEST_P(StopTest, WhileTheApplianceDoesNotAnswer) {
  const RawServer appliance({{ReadRequest(), Hang()}});
  ExporterProcess exporter({.url = appliance.url()});
  const auto is_asked = [&appliance] { return !appliance.Requests().empty(); };
  ASSERT_TRUE(Eventually(kPatience, is_asked));
  EXPECT_TRUE(StopsInTime(exporter, GetParam()));
  EXPECT_TRUE(SaysThatItStopped(exporter));
}

TEST_P(StopTest, WhileFiftyClientsHoldConnections) {
  ExporterProcess exporter({.url = kNobody});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<RawClient>(exporter.port()));
    ASSERT_TRUE(clients.back()->is_connected());
    // Every second one stops in the middle of its next request.
    ASSERT_EQ(clients.back()->Request("GET /metrics HTTP/1.1\r\nHost: e\r\n\r\n").status, 200);
    if (i % 2 == 0) {
      ASSERT_TRUE(clients.back()->Send("GET /metrics HT"));
    }
  }
  EXPECT_TRUE(StopsInTime(exporter, GetParam()));
  EXPECT_TRUE(SaysThatItStopped(exporter));
}

TEST_P(StopTest, WhileTheReaderOfTheLogStandsStill) {
  ExporterProcess exporter({.url = kNobody});
  exporter.child().FillErrorOutput();
  exporter.child().Signal(SIGHUP);  // is worth a line in the log
  EXPECT_EQ(exporter.Get("/metrics").status, 200);
  EXPECT_TRUE(StopsInTime(exporter, GetParam()));
}

// A service manager may send the signal to the process and again to its group.
TEST_P(StopTest, WhenItIsToldManyTimes) {
  ExporterProcess exporter({.url = kNobody});
  for (int i = 0; i < 20; ++i) exporter.child().Signal(GetParam());
  EXPECT_TRUE(StopsInTime(exporter, GetParam()));
}

TEST_P(StopTest, WhenItIsToldBeforeItListens) {
  const ConfigFolder folder;
  WriteConfig(folder, {.url = kNobody});
  ChildProcess exporter(CCKM_EXPORTER_BINARY,
                        {.arguments = {"--config.file=config.yaml",
                                       "--storage.path=", "--web.listen-address=127.0.0.1:0"},
                         .folder = folder.File("")});
  ASSERT_TRUE(Eventually(kPatience, [&] { return !exporter.ErrorOutput().empty(); }));
  exporter.Signal(GetParam());
  EXPECT_EQ(exporter.WaitForExit(kPatience), 0) << exporter.ErrorOutput();
}

TEST(SignalTest, SighupDoesNotEndIt) {
  ExporterProcess exporter({.url = kNobody});
  for (int i = 0; i < 20; ++i) exporter.child().Signal(SIGHUP);
  EXPECT_EQ(exporter.Get("/metrics").status, 200);
  EXPECT_TRUE(StopsInTime(exporter, SIGTERM));
}

TEST(LogOutputTest, EveryLineIsAJsonObjectWhereThatIsAskedFor) {
  const RawServer appliance({AnswerEach(1, JsonAnswer("\"not\\u0007 \\\"an\\\\ object"))});
  ExporterProcess exporter(
      {.url = appliance.url(), .flags = {"--log.format=json", "--log.level=debug"}});
  ASSERT_TRUE(
      exporter.Shows({{Series("cckm_api_errors_total", {{"reason", "json"}}), "1"}}, kPatience));
  ASSERT_TRUE(StopsInTime(exporter, SIGTERM));
  std::istringstream lines(exporter.child().ErrorOutput());
  std::size_t count = 0;
  bool has_port = false;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(object.is_object()) << line;
    for (const char* key : {"ts", "level", "msg"}) {
      EXPECT_TRUE(object.contains(key) && object[key].is_string()) << line;
    }
    if (object["msg"] == "Listening") has_port = object["port"] == exporter.port();
  }
  EXPECT_GE(count, 4U);
  EXPECT_TRUE(has_port) << exporter.child().ErrorOutput();
}

TEST(LogOutputTest, AReaderThatGoesAwayDoesNotEndIt) {
  ExporterProcess exporter({.url = kNobody});
  exporter.child().CloseErrorOutput();
  for (int i = 0; i < 20; ++i) exporter.child().Signal(SIGHUP);  // each is worth a line
  EXPECT_EQ(exporter.Get("/metrics").status, 200);
  EXPECT_TRUE(StopsInTime(exporter, SIGTERM));
}

TEST(LogOutputTest, AReaderThatStandsStillStopsNeitherPollsNorScrapes) {
  const SimulatorProcess simulator{std::string(kToken)};
  simulator.StartRefresh("r1", "a");
  ExporterProcess exporter({.url = simulator.url(), .flags = {"--log.level=debug"}});
  exporter.child().FillErrorOutput();
  simulator.FinishRefresh("r1", "failed");
  EXPECT_TRUE(exporter.Shows(
      {{Series("cckm_refresh_status", {{"refresh_id", "r1"}, {"status", "failed"}}), "1"}},
      kPatience));
}

// Otherwise the first socket gets the number of standard error, and with it the log.
TEST(LogOutputTest, AClosedStandardErrorIsNotReplacedByASocket) {
  const ConfigFolder folder;
  const int port = FreePort();
  WriteConfig(folder, {.url = kNobody});
  ChildProcess exporter(CCKM_EXPORTER_BINARY,
                        {.arguments = {"--config.file=config.yaml", "--storage.path=",
                                       "--web.listen-address=127.0.0.1:" + std::to_string(port)},
                         .folder = folder.File(""),
                         .error_stream = ErrorStream::kClosed});
  ASSERT_TRUE(
      Eventually(kPatience, [port] { return AskPort(port, "GET", "/-/ready").status == 200; }));
  // Only the superuser may look at the descriptors of a process that allows no dump.
  std::error_code fault;
  const auto descriptor = "/proc/" + std::to_string(exporter.pid()) + "/fd/2";
  const auto file = std::filesystem::read_symlink(descriptor, fault);
  EXPECT_TRUE(fault == std::errc::permission_denied || file == "/dev/null") << file << fault;
  exporter.Signal(SIGTERM);
  EXPECT_EQ(exporter.WaitForExit(kPatience), 0);
}

}  // namespace
}  // namespace cckm
