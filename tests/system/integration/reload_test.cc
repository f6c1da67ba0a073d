// A running exporter whose configuration changes: targets and refresh IDs come and go, and no count
// is lost.

#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>

#include "tests/system/integration/config_yaml.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

using testing::HasSubstr;

// deploy/docs/configuration.md promises a second; another one for a busy host.
constexpr Nanoseconds kNoticed = std::chrono::seconds(2);

const std::string kReloaded = "cckm_exporter_config_last_reload_successful";

enum class Way { kSignal, kRequest };

// Asks for a reload; false if it is refused.
bool Reload(const ExporterProcess& exporter, Way way, ChildProcess& child) {
  if (way == Way::kRequest) return AskPort(exporter.port(), "POST", "/-/reload").status == 200;
  child.Signal(SIGHUP);
  return true;
}

std::string Of(const std::string& target, const std::string& name, const std::string& more = {}) {
  return name + "{target=\"" + target + R"(",cloud="dsm")" + more + "}";
}

// How often the target's only refresh was counted.
std::pair<std::string, std::string> Counted(const std::string& target, const std::string& times) {
  return {Of(target, "cckm_refresh_duration_seconds_count", R"(,status="completed")"), times};
}

TargetYaml Dsm(const std::string& name, const SimulatorProcess& simulator,
               const std::string& ids = "r1") {
  return {name, simulator.url(), {"dsm: { refresh_ids: [" + ids + "] }"}};
}

class ReloadTest : public testing::TestWithParam<Way> {
 protected:
  ReloadTest() {
    simulator_.StartRefresh("r1", "a");
    simulator_.FinishRefresh("r1", "completed");
  }

  ExporterSettings Settings(const std::vector<TargetYaml>& targets) const {
    return {.url = simulator_.url(),
            .storage = "data",
            .flags = {"--web.enable-lifecycle"},
            .config = ConfigYaml(targets)};
  }

  static testing::AssertionResult Change(ExporterProcess& exporter, const std::string& config) {
    exporter.folder().Write("config.yaml", config, 0600);
    if (Reload(exporter, GetParam(), exporter.child())) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "it is refused: " << exporter.child().ErrorOutput();
  }

  const SimulatorProcess simulator_{std::string(kToken)};
};

TEST_P(ReloadTest, TargetsComeChangeAndGoAndCountAsBefore) {
  ExporterProcess exporter(Settings({Dsm("one", simulator_)}));
  ASSERT_TRUE(exporter.Shows({Counted("one", "1"), Counted("two", "")}, kPatience));

  ASSERT_TRUE(Change(exporter, ConfigYaml({Dsm("one", simulator_), Dsm("two", simulator_)})));
  ASSERT_TRUE(exporter.Shows({Counted("one", "1"), Counted("two", "1"), {kReloaded, "1"}}));
  const std::string config = AskPort(exporter.port(), "GET", "/config").body;
  EXPECT_LT(config.find("name: one"), config.find("name: two"));
  EXPECT_THAT(config, HasSubstr("name: two"));

  ASSERT_TRUE(Change(exporter, ConfigYaml({Dsm("one", simulator_)})));
  ASSERT_TRUE(exporter.Shows({Counted("one", "1"), Counted("two", "")}));

  simulator_.StartRefresh("r2", "a");
  simulator_.FinishRefresh("r2", "completed");
  ASSERT_TRUE(
      Change(exporter, ConfigYaml({Dsm("one", simulator_, "r1, r2"), Dsm("two", simulator_)})));
  EXPECT_TRUE(exporter.Shows({Counted("one", "2"), Counted("two", "1")}));
  exporter.Restart();
  EXPECT_TRUE(exporter.Shows({Counted("one", "2"), Counted("two", "1")}, {}));
}

TEST_P(ReloadTest, ABrokenConfigurationChangesNothing) {
  ExporterProcess exporter(Settings({Dsm("one", simulator_)}));
  ASSERT_TRUE(exporter.Shows({Counted("one", "1"), {kReloaded, "1"}}, kPatience));
  exporter.folder().Write("config.yaml", "targets: [ { name: two, no_such_key: 1 } ]\n", 0600);
  if (GetParam() == Way::kSignal) {
    exporter.child().Signal(SIGHUP);
  } else {
    const RawAnswer answer = AskPort(exporter.port(), "POST", "/-/reload");
    EXPECT_EQ(answer.status, 500);
    EXPECT_THAT(answer.body, HasSubstr("no_such_key"));
  }
  ASSERT_TRUE(exporter.Shows({{kReloaded, "0"}}));
  EXPECT_THAT(exporter.child().ErrorOutput(), HasSubstr("no_such_key"));

  EXPECT_TRUE(exporter.Shows({Counted("one", "1"), {Of("one", "cckm_up"), "1"}}));
  EXPECT_TRUE(Change(exporter, ConfigYaml({Dsm("one", simulator_)})));
  EXPECT_TRUE(exporter.Shows({Counted("one", "1"), {kReloaded, "1"}}));
}

TEST_P(ReloadTest, ChangedBucketsAreLoggedAndTakeEffectAtTheNextStart) {
  const std::string old_bucket =
      Of("one", "cckm_refresh_duration_seconds_bucket", R"(,status="completed",le="1.0")");
  const std::string new_bucket =
      Of("one", "cckm_refresh_duration_seconds_bucket", R"(,status="completed",le="7.0")");
  ExporterProcess exporter(Settings({Dsm("one", simulator_)}));
  ASSERT_TRUE(
      exporter.Shows({Counted("one", "1"), {old_bucket, "1"}, {new_bucket, ""}}, kPatience));
  ASSERT_TRUE(
      Change(exporter, ConfigYaml({Dsm("one", simulator_)}, {"duration_buckets: [7s, 9s]"})));
  ASSERT_TRUE(Eventually(kPatience, [&] {
    return exporter.child().ErrorOutput().find("take effect at the next start") !=
           std::string::npos;
  }));
  EXPECT_TRUE(exporter.Shows({Counted("one", "1"), {old_bucket, "1"}, {new_bucket, ""}}, {}));
  exporter.Restart();
  EXPECT_TRUE(exporter.Shows({Counted("one", "1"), {old_bucket, ""}, {new_bucket, "1"}}, {}));
}

INSTANTIATE_TEST_SUITE_P(BothWays, ReloadTest, testing::Values(Way::kSignal, Way::kRequest),
                         [](const auto& way) {
                           return way.param == Way::kSignal ? "Signal" : "Request";
                         });

TEST(ReloadRequestTest, WithoutTheFlagItIsForbidden) {
  ExporterProcess exporter({.url = "http://127.0.0.1:1"});
  exporter.folder().Write("config.yaml", "broken", 0600);
  EXPECT_EQ(AskPort(exporter.port(), "POST", "/-/reload").status, 403);
  EXPECT_TRUE(exporter.Shows({{kReloaded, "1"}}, {}));
}

TEST(RefreshIdFileTest, FilesThatMatchArePickedUpAndBadLinesAreLogged) {
  const SimulatorProcess simulator{std::string(kToken)};
  simulator.StartRefresh("r1", "a");
  simulator.StartRefresh("r2", "b");
  simulator.StartRefresh("r3", "c");
  const TargetYaml target{"cm", simulator.url(), {"dsm: { refresh_id_files: [ids-*.txt] }"}};
  ExporterProcess exporter({.url = simulator.url(),
                            .files = {{"token", std::string(kToken)}, {"ids-1.txt", "r1\n"}},
                            .config = ConfigYaml({target})});
  const auto running = [](const std::string& id, const std::string& value) {
    return std::make_pair(
        Series("cckm_refresh_status", {{"refresh_id", id}, {"status", "in_progress"}}), value);
  };
  ASSERT_TRUE(exporter.Shows({running("r1", "1"), running("r2", "")}, kPatience));

  exporter.folder().Write("ids-2.txt", "# more\nr2\nno ID at all\nr3 # the third\n", 0600);
  EXPECT_TRUE(
      exporter.Shows({running("r1", "1"), running("r2", "1"), running("r3", "1")}, kNoticed));
  EXPECT_TRUE(Eventually(kPatience, [&] {
    return exporter.child().ErrorOutput().find("ids-2.txt:3") != std::string::npos;
  }));
  exporter.folder().Write("ids-1.txt", "\n", 0600);
  EXPECT_TRUE(exporter.Shows({running("r1", ""), running("r2", "1")}, kNoticed));
}

// A list of targets, as a file of its own holds it.
std::string TargetList(int first, int count, const SimulatorProcess& simulator) {
  std::string list;
  for (int i = first; i < first + count; ++i) {
    list += "- name: t" + std::to_string(i) + "\n  url: " + simulator.url() +
            "\n  authorization: { credentials_file: ../token }\n"
            "  collectors: { dsm: { refresh_ids: [r1] } }\n";
  }
  return list;
}

std::size_t CountOf(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(ExpectationsReloadTest, ChangedExpectationsTakeEffectAndDisturbNoPolling) {
  const SimulatorProcess simulator{std::string(kToken)};
  simulator.StartRefresh("r1", "a");
  const std::string config = ConfigYaml({Dsm("one", simulator)});
  ExporterProcess exporter({.url = simulator.url(), .config = config});
  const auto expected = [](const std::string& severity) {
    return Of("one", "cckm_domain_expected_interval_seconds",
              R"(,domain_id="a",severity=")" + severity + "\"");
  };
  ASSERT_TRUE(exporter.Shows({{Of("one", "cckm_up"), "1"}, {expected("warning"), ""}}, kPatience));

  const std::string expectations = "    expectations:\n      - { refreshed_every: 1h";
  exporter.folder().Write("config.yaml", config + expectations + " }\n", 0600);
  exporter.child().Signal(SIGHUP);
  ASSERT_TRUE(exporter.Shows({{expected("warning"), "3600"}}, kPatience));
  exporter.folder().Write("config.yaml", config + expectations + ", severity: info }\n", 0600);
  exporter.child().Signal(SIGHUP);
  ASSERT_TRUE(exporter.Shows({{expected("warning"), ""}, {expected("info"), "3600"}}, kPatience));
  EXPECT_THAT(exporter.Get("/config").body, HasSubstr("severity: info"));
  EXPECT_EQ(CountOf(exporter.child().ErrorOutput(), "Target is polled without TLS"), 1U)
      << "a target that starts anew says so";
}

TEST(TargetFilesReloadTest, AHundredTargetsComeInOneReloadAndABrokenFileAmongThemStopsIt) {
  const SimulatorProcess simulator{std::string(kToken)};
  simulator.StartRefresh("r1", "a");
  ExporterProcess exporter(
      {.url = simulator.url(),
       .config = "target_files: [targets/*.yml]\n" + ConfigYaml({Dsm("one", simulator)})});
  const std::string targets = "cckm_exporter_targets";
  ASSERT_TRUE(exporter.Shows({{targets, "1"}, {kReloaded, "1"}}, kPatience));

  const auto& folder = exporter.folder();
  std::filesystem::create_directory(folder.File("staged"));
  for (int i = 0; i < 10; ++i) {
    folder.Write("staged/" + std::to_string(i) + ".yml", TargetList(10 * i, 10, simulator), 0600);
  }
  folder.Write("staged/5b.yml", "- name: broken\n", 0600);
  std::filesystem::rename(folder.File("staged"), folder.File("targets"));
  ASSERT_TRUE(exporter.Shows({{targets, "1"}, {kReloaded, "0"}}, kPatience));
  EXPECT_TRUE(
      exporter.Shows({{Of("one", "cckm_up"), "1"}, {Of("t0", "cckm_tracked_refreshes"), ""}}));
  EXPECT_THAT(exporter.child().ErrorOutput(), HasSubstr("5b.yml:1: [0].url: is missing"));

  std::filesystem::remove(folder.File("targets/5b.yml"));
  ASSERT_TRUE(exporter.Shows({{targets, "101"}, {kReloaded, "1"}}, kPatience));
  EXPECT_TRUE(exporter.Shows(
      {{Of("one", "cckm_up"), "1"}, {Of("t99", "cckm_tracked_refreshes"), "1"}}, kPatience));
  EXPECT_EQ(CountOf(exporter.child().ErrorOutput(), "Configuration cannot be used"), 1U);
  EXPECT_EQ(CountOf(exporter.child().ErrorOutput(), "Configuration was read again"), 1U);
  EXPECT_THAT(exporter.Get("/config").body, HasSubstr("name: t99"));

  std::filesystem::remove(folder.File("targets/9.yml"));
  EXPECT_TRUE(
      exporter.Shows({{targets, "91"}, {Of("t99", "cckm_tracked_refreshes"), ""}}, kPatience));
}

}  // namespace
}  // namespace cckm
