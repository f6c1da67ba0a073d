// Several exporters with the same configuration share its targets.

#include <gtest/gtest.h>

#include <set>

#include "tests/system/integration/config_yaml.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

constexpr int kTargets = 12;

std::string NameOf(int target) { return "cm-" + std::to_string(target); }

// The targets that it shows.
std::set<std::string> TargetsIn(const std::string& exposition) {
  std::set<std::string> targets;
  for (int i = 0; i < kTargets; ++i) {
    const std::string up = "cckm_up{target=\"" + NameOf(i) + R"(",cloud="dsm"})";
    if (!ValueOf(exposition, up).empty()) targets.insert(NameOf(i));
  }
  return targets;
}

TEST(ShardTest, EveryTargetBelongsToExactlyOneOfTwoShards) {
  const SimulatorProcess simulator{std::string(kToken)};
  simulator.StartRefresh("r1", "a");
  std::vector<TargetYaml> targets;
  for (int i = 0; i < kTargets; ++i) {
    targets.push_back({NameOf(i), simulator.url(), {"dsm: { refresh_ids: [r1] }"}});
  }
  std::multiset<std::string> polled;
  for (const char* index : {"0", "1"}) {
    const ExporterProcess exporter(
        {.url = simulator.url(),
         .flags = {"--shard.count=2", "--shard.index=" + std::string(index)},
         .config = ConfigYaml(targets)});
    const std::set<std::string> shard = TargetsIn(exporter.Scrape());
    EXPECT_FALSE(shard.empty());
    EXPECT_LT(shard.size(), std::size_t{kTargets});
    polled.insert(shard.begin(), shard.end());
  }
  std::multiset<std::string> all;
  for (int i = 0; i < kTargets; ++i) all.insert(NameOf(i));
  EXPECT_EQ(polled, all);
}

}  // namespace
}  // namespace cckm
