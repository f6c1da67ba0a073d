// The exporter where the system gives it few descriptors or threads: it says what is short, keeps
// answering, and loses nothing that it had.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <list>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "collectors/base/clock.h"
#include "tests/support/fakes/raw_client.h"
#include "tests/support/fakes/raw_server.h"
#include "tests/system/integration/config_yaml.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kTargets = 400;
const std::string kReloaded = "cckm_exporter_config_last_reload_successful";

// Connections to it are made, and nothing ever answers on them.
std::vector<RawScript> NeverAnswering(std::size_t connections) {
  return std::vector<RawScript>(connections, RawScript{ReadRequest(), Hang()});
}

std::vector<TargetYaml> Targets(int count, const std::string& url) {
  std::vector<TargetYaml> targets;
  for (int i = 0; i < count; ++i) {
    targets.push_back({"cm" + std::to_string(i), url, {"dsm: { refresh_ids: [r1] }"}});
  }
  return targets;
}

std::size_t CountOf(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(DescriptorsTest, FourHundredTargetsTakeTurnsAndLeaveTheWebServerItsShare) {
  const RawServer appliance(NeverAnswering(2 * kTargets));
  ExporterProcess exporter(
      {.url = appliance.url(),
       .config = ConfigYaml(Targets(kTargets, appliance.url()), {"request_timeout: 1s"}),
       .limits = {"--nofile=1024:1024"}});
  EXPECT_TRUE(Eventually(3 * kPatience, [&] {
    EXPECT_EQ(exporter.Get("/metrics").status, 200);
    return exporter.Get("/-/ready").status == 200;
  })) << "every target has its turn";
  EXPECT_EQ(CountOf(exporter.child().ErrorOutput(), "Descriptors are short"), 1U);
  EXPECT_THAT(exporter.child().ErrorOutput(), HasSubstr("LimitNOFILE="));
  EXPECT_THAT(exporter.Scrape(), HasSubstr("process_open_fds"));
  EXPECT_THAT(exporter.child().ErrorOutput(), Not(HasSubstr("Too many open files")));
}

TEST(DescriptorsTest, TheSoftLimitIsRaisedToTheHardOne) {
  ExporterProcess exporter({.url = "http://127.0.0.1:1", .limits = {"--nofile=256:4096"}});
  EXPECT_THAT(exporter.Scrape(), HasSubstr("\nprocess_max_fds 4096\n"));
  EXPECT_THAT(exporter.child().ErrorOutput(), Not(HasSubstr("Descriptors are short")));
}

TEST(DescriptorsTest, ALimitBelowMaxConnectionsIsToldAndServedWithin) {
  ExporterProcess exporter({.url = "http://127.0.0.1:1", .limits = {"--nofile=200:200"}});
  EXPECT_EQ(exporter.Get("/metrics").status, 200);
  EXPECT_THAT(exporter.child().ErrorOutput(), HasSubstr("--web.max-connections"));
}

std::size_t OpenFiles(pid_t pid) {
  std::error_code none;
  const std::filesystem::directory_iterator files("/proc/" + std::to_string(pid) + "/fd", none);
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

// What the process took so far, for itself and in the kernel.
std::chrono::duration<double> ProcessorTime(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double kernel = 0;
  fields >> user >> kernel;
  return std::chrono::duration<double>((user + kernel) / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

// On a connection that it already has, it shows how it is.
TEST(DescriptorsTest, ClientsThatTakeThemAllKeepNoProcessorBusyAndMayLeaveAgain) {
  const SimulatorProcess simulator{std::string(kToken)};
  ExporterProcess exporter({.url = simulator.url()});
  RawClient held(exporter.port());
  std::string last_poll;
  const auto polled_again = [&] {
    const std::string body = held.Request("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n").body;
    const std::string at = ValueOf(body, Series("cckm_last_poll_timestamp_seconds"));
    return !at.empty() && std::exchange(last_poll, at) != at;
  };
  ASSERT_TRUE(Eventually(kPatience, polled_again));

  const pid_t pid = exporter.child().pid();
  const std::size_t most = OpenFiles(pid) + 8;
  rlimit former{};
  ASSERT_EQ(prlimit(pid, RLIMIT_NOFILE, nullptr, &former), 0);
  const rlimit low{most, former.rlim_max};
  ASSERT_EQ(prlimit(pid, RLIMIT_NOFILE, &low, nullptr), 0);
  std::list<RawClient> clients;
  while (clients.size() < 4 * most) clients.emplace_back(exporter.port());
  ASSERT_TRUE(Eventually(kPatience, [&] { return OpenFiles(pid) >= most; }));

  const SystemClock clock;
  const SteadyTime began = clock.SteadyNow();
  const auto taken_before = ProcessorTime(pid);
  for (int poll = 0; poll < 3; ++poll) ASSERT_TRUE(Eventually(kPatience, polled_again));
  const auto taken = ProcessorTime(pid) - taken_before;
  EXPECT_LT(taken, (clock.SteadyNow() - began) / 4);
  EXPECT_GE(OpenFiles(pid), most);

  clients.clear();
  EXPECT_TRUE(Eventually(kPatience, [&] { return exporter.Get("/metrics").status == 200; }));
}

// Memory for the stacks of new threads is what the system refuses here: that holds for root, too.
void LimitAddressSpace(pid_t pid, rlim_t more_bytes) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  rlim_t pages = 0;
  statm >> pages;
  const rlim_t bytes = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + more_bytes;
  const rlimit limit{bytes, RLIM_INFINITY};
  ASSERT_EQ(prlimit(pid, RLIMIT_AS, &limit, nullptr), 0);
}

class ReloadWithoutThreadsTest : public testing::TestWithParam<bool> {};

TEST_P(ReloadWithoutThreadsTest, ChangesNothingSaysWhyAndCanBeTriedAgain) {
  const SimulatorProcess simulator{std::string(kToken)};
  ExporterProcess exporter({.url = simulator.url(),
                            .flags = {"--web.enable-lifecycle"},
                            .config = ConfigYaml(Targets(1, simulator.url()))});
  const std::string up = R"(cckm_up{target="cm0",cloud="dsm"})";
  const std::string up_of_another = R"(cckm_up{target="cm59",cloud="dsm"})";
  ASSERT_TRUE(
      exporter.Shows({{up, "1"}, {"cckm_exporter_config_last_reload_successful", "1"}}, kPatience));

  const auto reload = [&] {
    if (!GetParam()) return AskPort(exporter.port(), "POST", "/-/reload").body;
    exporter.child().Signal(SIGHUP);
    return std::string();
  };
  constexpr rlim_t kRoomForSomeStacks = rlim_t{160} << 20U;
  ASSERT_NO_FATAL_FAILURE(LimitAddressSpace(exporter.child().pid(), kRoomForSomeStacks));
  exporter.folder().Write("config.yaml", ConfigYaml(Targets(60, simulator.url())), 0600);
  const std::string answer = reload();
  if (!GetParam()) {
    EXPECT_THAT(answer, HasSubstr("TasksMax="));
  }
  ASSERT_TRUE(exporter.Shows({{kReloaded, "0"}, {up, "1"}, {up_of_another, ""}}, kPatience));
  EXPECT_THAT(exporter.child().ErrorOutput(), HasSubstr("gives no thread"));
  EXPECT_THAT(exporter.Get("/config").body, Not(HasSubstr("cm59")));

  ASSERT_NO_FATAL_FAILURE(LimitAddressSpace(exporter.child().pid(), rlim_t{8} << 30U));
  reload();
  EXPECT_TRUE(exporter.Shows({{kReloaded, "1"}, {up, "1"}, {up_of_another, "1"}}, kPatience));
}

INSTANTIATE_TEST_SUITE_P(BothWays, ReloadWithoutThreadsTest, testing::Bool(),
                         [](const auto& by_signal) {
                           return by_signal.param ? "Signal" : "Request";
                         });

TEST(StartWithoutThreadsTest, EndsWithTheReasonAndNoBug) {
  const ConfigFolder folder;
  const std::string nobody = "http://127.0.0.1:1";
  WriteConfig(folder, {.url = nobody, .config = ConfigYaml(Targets(kTargets, nobody))});
  const EndedProcess ended = RunExporter(
      folder, {"--config.file=config.yaml", "--storage.path=", "--web.listen-address=127.0.0.1:0"},
      {"--as=1000000000"});
  EXPECT_EQ(ended.exit_code, 3) << ended.error_output;
  EXPECT_THAT(ended.error_output, HasSubstr("gives no thread"));
  EXPECT_THAT(ended.error_output, Not(HasSubstr("bug")));
}

}  // namespace
}  // namespace cckm
