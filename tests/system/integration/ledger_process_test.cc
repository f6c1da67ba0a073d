// What the exporter keeps on disk: through a restart, against a second process, and where it is
// damaged.

#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <memory>

#include "tests/support/fakes/leak.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

using testing::HasSubstr;

constexpr const char* kLedgerFile = "data/ledger.sqlite";

std::vector<std::string> Flags(const std::string& storage) {
  return {"--config.file=config.yaml", "--storage.path=" + storage,
          "--web.listen-address=127.0.0.1:0"};
}

Samples CountedOnce() {
  return {
      {Series("cckm_refresh_duration_seconds_count", {{"status", "completed"}}), "1"},
      {Series("cckm_domain_refreshes_total", {{"domain_id", "a"}, {"status", "completed"}}), "1"},
      {Series("cckm_domain_refresh_duration_seconds_count", {{"domain_id", "a"}}), "1"},
      {Series("cckm_domain_refresh_last_result", {{"domain_id", "a"}, {"result", "completed"}}),
       "1"},
      {Series("cckm_refresh_status", {{"refresh_id", "r1"}, {"status", "completed"}}), "1"}};
}

// A simulator whose refresh r1 of the domain a has completed.
std::unique_ptr<SimulatorProcess> WithOneCompleted() {
  auto simulator = std::make_unique<SimulatorProcess>(std::string(kToken));
  simulator->StartRefresh("r1", "a");
  simulator->FinishRefresh("r1", "completed");
  return simulator;
}

TEST(LedgerProcessTest, ARestartShowsWhatWasCountedThoughTheApplianceIsGone) {
  auto simulator = WithOneCompleted();
  ExporterProcess exporter({.url = simulator->url(), .storage = "data"});
  ASSERT_TRUE(exporter.Shows(CountedOnce(), kPatience));
  const std::string duration =
      Series("cckm_domain_refresh_last_duration_seconds", {{"domain_id", "a"}});
  const std::string before = ValueOf(exporter.Scrape(), duration);
  simulator.reset();
  exporter.Restart();
  EXPECT_TRUE(exporter.Shows(CountedOnce(), {}));
  EXPECT_EQ(ValueOf(exporter.Scrape(), duration), before);
  EXPECT_NE(before, "");
}

TEST(LedgerProcessTest, WithoutAFolderNothingIsKept) {
  auto simulator = WithOneCompleted();
  ExporterProcess exporter({.url = simulator->url(), .storage = ""});
  ASSERT_TRUE(exporter.Shows(CountedOnce(), kPatience));
  for (const auto& entry : std::filesystem::directory_iterator(exporter.folder().File(""))) {
    EXPECT_THAT(entry.path().filename().string(), testing::AnyOf("config.yaml", "token"));
  }
  simulator.reset();
  exporter.Restart();
  EXPECT_TRUE(exporter.Shows(
      {{Series("cckm_refresh_duration_seconds_count", {{"status", "completed"}}), "0"}}));
}

TEST(LedgerProcessTest, ASecondProcessOnTheSameFolderEndsAndTheFirstGoesOn) {
  const auto simulator = WithOneCompleted();
  ExporterProcess exporter({.url = simulator->url(), .storage = "data"});
  ASSERT_TRUE(exporter.Shows(CountedOnce(), kPatience));
  const EndedProcess second = RunExporter(exporter.folder(), Flags("data"));
  EXPECT_EQ(second.exit_code, 4);
  EXPECT_THAT(second.error_output, HasSubstr("another process"));
  EXPECT_TRUE(exporter.Shows(CountedOnce(), {}));
  const EndedProcess once = RunExporter(
      exporter.folder(), {"--config.file=config.yaml", "--storage.path=data", "--once"});
  EXPECT_EQ(once.exit_code, 0) << once.error_output;
  EXPECT_TRUE(exporter.Shows(CountedOnce(), {}));
}

// The system would end a process that writes beyond the limit with SIGXFSZ.
TEST(LedgerProcessTest, ALimitOfFileSizesIsADiskWithoutRoomAndNoEnd) {
  SimulatorProcess simulator{std::string(kToken)};
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) {
    ids.push_back("r" + std::to_string(i));
    simulator.StartRefresh(ids.back(), "domain-" + std::to_string(i));
  }
  ExporterProcess exporter({.url = simulator.url(),
                            .refresh_ids = ids,
                            .storage = "data",
                            .limits = {"--fsize=65536:65536"}});
  ASSERT_TRUE(exporter.Shows({{"cckm_ledger_writable", "1"}}, kPatience));
  int finished = 0;
  bool is_full = false;
  for (const std::string& id : ids) {
    simulator.FinishRefresh(id, "completed");
    const std::string status =
        Series("cckm_refresh_status", {{"refresh_id", id}, {"status", "completed"}});
    ASSERT_TRUE(exporter.Shows({{status, "1"}}, kPatience)) << "what was not stored is shown, too";
    is_full = ValueOf(exporter.Scrape(), "cckm_ledger_writable") == "0";
    if (is_full) break;
    ++finished;
  }
  ASSERT_TRUE(is_full);
  EXPECT_TRUE(
      exporter.Shows({{Series("cckm_refresh_duration_seconds_count", {{"status", "completed"}}),
                       std::to_string(finished)}}));
  EXPECT_TRUE(StopsInTime(exporter, SIGTERM));
}

TEST(LedgerProcessTest, AFileThatIsNoLedgerEndsTheStartAndStaysAsItIs) {
  const ConfigFolder folder;
  WriteConfig(folder, {.url = "http://127.0.0.1:1"});
  std::filesystem::create_directory(folder.File("data"));
  const std::string garbage(8192, 'g');
  folder.Write(kLedgerFile, garbage, 0600);
  const EndedProcess ended = RunExporter(folder, Flags("data"));
  EXPECT_EQ(ended.exit_code, 5);
  EXPECT_THAT(ended.error_output, HasSubstr(kLedgerFile));
  EXPECT_THAT(ended.error_output, HasSubstr("move it away"));
  EXPECT_EQ(ReadAll(folder.File(kLedgerFile)), garbage);
}

TEST(LedgerProcessTest, ALedgerOfANewerVersionEndsTheStartAndStaysAsItIs) {
  ExporterProcess exporter({.url = "http://127.0.0.1:1", .storage = "data"});
  ASSERT_TRUE(StopsInTime(exporter, SIGTERM));
  std::string ledger = ReadAll(exporter.folder().File(kLedgerFile));
  constexpr std::size_t kUserVersion = 60;  // in the header of a SQLite file, big-endian
  ASSERT_GT(ledger.size(), kUserVersion + 4);
  ledger[kUserVersion] = 1;
  exporter.folder().Write(kLedgerFile, ledger, 0600);
  const EndedProcess ended = RunExporter(exporter.folder(), Flags("data"));
  EXPECT_EQ(ended.exit_code, 5);
  EXPECT_THAT(ended.error_output, HasSubstr("newer version"));
  EXPECT_EQ(ReadAll(exporter.folder().File(kLedgerFile)), ledger);
}

TEST(LedgerProcessTest, AFolderThatCannotBeMadeEndsTheStart) {
  const ConfigFolder folder;
  WriteConfig(folder, {.url = "http://127.0.0.1:1"});
  const EndedProcess ended = RunExporter(folder, Flags("token/data"));
  EXPECT_EQ(ended.exit_code, 6);
  EXPECT_THAT(ended.error_output, HasSubstr("token/data"));
}

}  // namespace
}  // namespace cckm
