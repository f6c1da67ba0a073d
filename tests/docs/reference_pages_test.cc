// The generated pages of deploy/docs say what the tables of the code say.

#include "tests/docs/reference_pages.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "exporter/config/flags/flag_table.h"
#include "exporter/config/yaml/config_keys.h"
#include "exporter/metrics/catalogue.h"

namespace cckm {
namespace {

std::string Stored(std::string_view name) {
  std::ifstream file(std::filesystem::path(CCKM_SOURCES "/deploy/docs") / name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::size_t CountOf(const std::string& part, const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(ReferencePagesTest, TheFilesAreWhatTheTablesSay) {
  for (const ReferencePage& page : ReferencePages()) {
    const std::string stored = Stored(page.file);
    EXPECT_EQ(stored, page.text(stored)) << "renew the pages with: " << kRenewCommand;
  }
}

// Every key, so that no table was forgotten.
void ExpectRows(const std::vector<KeyReference>& keys, const std::string& prefix) {
  const std::string page = Stored("configuration.md");
  for (const KeyReference& key : keys) {
    const std::string name = prefix + std::string(key.name);
    if (key.keys.empty()) {
      EXPECT_EQ(CountOf(ConfigKeyRow(name, key), page), 1U) << name;
    }
    ExpectRows(key.keys, name + ".");
  }
}

TEST(ReferencePagesTest, EveryKeyOfTheConfigurationHasOneRow) {
  ExpectRows(ReferencesOf(SettingsKeys()), "");
  ExpectRows(ReferencesOf(ProcessKeys()), "");
  ExpectRows(TargetOnlyReferences(), "");
  ExpectRows(ReferencesOf(CollectorKeys()), "");
}

TEST(ReferencePagesTest, ATableOfKeysIsRenewedAndTheProseAroundItStays) {
  const std::string stored = Stored("configuration.md");
  std::string stale = stored;
  const std::size_t row = stale.find("| `max_series` |");
  ASSERT_NE(row, std::string::npos);
  stale.replace(row, stale.find('\n', row) - row, "| `no_key` | | | |");
  EXPECT_EQ(ConfigurationPage(stale), stored);
}

TEST(ReferencePagesTest, EveryMetricHasOneRowWithItsHelp) {
  const std::string page = MetricsPage();
  for (const MetricDescription& row : Catalogue()) {
    EXPECT_EQ(CountOf("| " + Code(row.name) + " | ", page.substr(0, page.find("## Values"))), 1U)
        << row.name;
    EXPECT_NE(page.find(row.help), std::string::npos) << row.name;
  }
}

TEST(ReferencePagesTest, EveryCounterAndHistogramSaysSinceWhenItCounts) {
  const std::string page = MetricsPage();
  const std::string since = page.substr(page.find("## Created times"));
  for (const MetricDescription& row : Catalogue()) {
    const std::size_t expected = row.type == MetricType::kGauge ? 0 : 1;
    EXPECT_EQ(CountOf(Code(row.name), since), expected) << row.name;
  }
}

TEST(ReferencePagesTest, TheRequestsHaveTheirOwnBuckets) {
  EXPECT_NE(MetricsPage().find("| `cckm_api_request_duration_seconds` | 0.005, "),
            std::string::npos);
}

TEST(ReferencePagesTest, FlagsStandInTheOrderOfHelp) {
  const std::string page = FlagsPage();
  std::size_t last = 0;
  for (const FlagRow& row : FlagTable()) {
    const std::size_t at = page.find("| `--" + std::string(row.name));
    ASSERT_NE(at, std::string::npos) << row.name;
    EXPECT_LT(last, at) << row.name;
    last = at;
  }
}

TEST(ReferencePagesTest, WhatIsAllowedIsWhatTheReaderSays) {
  const std::string page = FlagsPage();
  for (const std::string part :
       {"| `40` | from 1 to 10000 |", "| `info` | one of debug, info, warn, error |",
        "| `1` | at least 1 |", "| `0` | less than --shard.count |"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace cckm
