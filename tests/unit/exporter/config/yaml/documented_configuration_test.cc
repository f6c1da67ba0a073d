// What deploy/docs/configuration.md says of the configuration is so: readers keep to the ranges of
// its tables, and the examples are valid and have the defaults.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "exporter/config/yaml/config_file.h"
#include "tests/unit/collectors/http/openssl_folder.h"

namespace cckm {
namespace {

// A row of a table: the section that it stands in, and its cells.
struct Row {
  std::string section;
  std::string key;
  std::string default_value;
  std::string range;
};

// A file of the sources.
std::string Read(const std::string& name) {
  std::ifstream file(CCKM_SOURCES "/" + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string Page() { return Read("deploy/docs/configuration.md"); }

std::string WithoutBackticks(std::string text) {
  std::erase(text, '`');
  return text;
}

std::vector<std::string> CellsOf(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream text(line.substr(2));
  for (std::string cell; std::getline(text, cell, '|');) {
    const std::size_t begin = cell.find_first_not_of(' ');
    if (begin == std::string::npos) {
      cells.emplace_back();
    } else {
      cells.push_back(cell.substr(begin, cell.find_last_not_of(' ') - begin + 1));
    }
  }
  return cells;
}

std::vector<Row> Rows() {
  std::vector<Row> rows;
  std::string section;
  std::istringstream page(Page());
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) section = line.substr(3);
    if (!line.starts_with("| `")) continue;
    const std::vector<std::string> cells = CellsOf(line);
    std::string key = WithoutBackticks(cells[0]);
    if (section == "expectations") key.erase(0, section.size() + 1);
    rows.push_back({section, std::move(key), cells[1], cells[2]});
  }
  return rows;
}

std::vector<std::string> ExamplesOf(const std::string& page) {
  std::vector<std::string> examples;
  const std::string begin = "\n```yaml\n";
  for (std::size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1)) {
    const std::size_t from = at + begin.size();
    examples.push_back(page.substr(from, page.find("\n```\n", from) - from + 1));
  }
  return examples;
}

// Where the keys of a section stand: a document in which "@" is the place of one of them.
std::string PlaceOf(const std::string& section) {
  if (section == "global") return "global:\n  @\n";
  const std::string target = "targets:\n  - name: a\n";
  if (section == "collectors") return target + "    collectors:\n      dsm:\n        @\n";
  if (section == "expectations") return target + "    expectations:\n      - @\n";
  return target + "    @\n";
}

// What is said of a dotted key if it has this value.
std::string ObjectionTo(const std::string& section, const std::string& key,
                        const std::string& value) {
  std::string text = key + ": " + value;
  const std::size_t dot = key.find('.');
  if (dot != std::string::npos) {
    text = key.substr(0, dot) + ": { " + key.substr(dot + 1) + ": " + value + " }";
  }
  std::string yaml = PlaceOf(section);
  yaml.replace(yaml.find('@'), 1, text);
  const auto config = ParseConfig(yaml, "c.yml");
  if (config) return "";
  std::string objections;
  for (const ConfigProblem& problem : config.error()) {
    if (problem.key.ends_with(key) || problem.key.ends_with(key + "[0]")) {
      objections += problem.message + "\n";
    }
  }
  return objections;
}

TEST(DocumentedConfigurationTest, EveryRowIsAKeyWithThisRange) {
  ASSERT_GT(Rows().size(), 40U);
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.key);
    const std::string objection = ObjectionTo(row.section, row.key, "[[]]");
    EXPECT_EQ(objection.find("is not a known key"), std::string::npos) << objection;
    if (row.range == "true or false" || row.range == "TLS12 or TLS13") {
      EXPECT_NE(objection.find("must be " + row.range), std::string::npos) << objection;
    }
    std::smatch range;
    if (!std::regex_search(row.range, range, std::regex(R"(\S+ to \S+$)"))) continue;
    EXPECT_NE(objection.find("from " + range.str()), std::string::npos) << objection;
  }
}

TEST(DocumentedConfigurationTest, TheExamplesAreValidAndTheSecondHasTheDefaults) {
  const OpensslFolder folder;
  folder.Make("ca");
  folder.Replace("password", "canary");
  const std::vector<std::string> examples = ExamplesOf(Page());
  ASSERT_GE(examples.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto config = ParseConfig(examples[i], folder.File("cckm.yml"));
    ASSERT_TRUE(config) << config.error().front().ToString();
    const TargetConfig& target = config->targets.front();
    EXPECT_EQ(target.settings, TargetSettings());
    EXPECT_EQ(config->duration_buckets, DefaultDurationBuckets());
    EXPECT_FALSE(config->native_histograms);
    EXPECT_EQ(target.max_connections, TargetConfig().max_connections);
    const CollectorConfig& collector = target.collectors.front();
    EXPECT_TRUE(collector.discovery.enabled);
    EXPECT_EQ(collector.discovery.interval, DiscoverySettings().interval);
    EXPECT_EQ(collector.discovery.max_refreshes, DiscoverySettings().max_refreshes);
    EXPECT_EQ(collector.domain_names, CollectorConfig().domain_names);
  }
}

TEST(DocumentedConfigurationTest, TheReadmeHasThePackagesExample) {
  const OpensslFolder folder;
  folder.Make("ca");
  folder.Replace("password", "canary");
  const std::vector<std::string> examples = ExamplesOf(Read("README.md"));
  ASSERT_FALSE(examples.empty());
  const auto of_readme = ParseConfig(examples.front(), folder.File("config.yml"));
  const auto of_package = ParseConfig(Read("deploy/debian/config.yml"), folder.File("config.yml"));
  ASSERT_TRUE(of_readme) << of_readme.error().front().ToString();
  ASSERT_TRUE(of_package) << of_package.error().front().ToString();
  EXPECT_EQ(*of_readme, *of_package);
}

TEST(DocumentedConfigurationTest, TheSecondExampleHasTheDefaultOfEveryRow) {
  const std::string example = ExamplesOf(Page())[1];
  for (const Row& row : Rows()) {
    const bool is_literal = row.default_value.starts_with('`') && row.default_value.ends_with('`');
    if (!is_literal) continue;
    const std::string name = row.key.substr(row.key.find('.') + 1);
    const std::string value = WithoutBackticks(row.default_value);
    if (name == "enabled") continue;  // without it the example would ask for nothing
    EXPECT_NE(example.find(name + ": " + value), std::string::npos) << row.key;
  }
}

}  // namespace
}  // namespace cckm
