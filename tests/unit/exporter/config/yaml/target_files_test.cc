// `target_files:`, lists of targets in files of their own.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "exporter/config/yaml/config_file.h"
#include "exporter/config/yaml/config_text.h"
#include "tests/support/fakes/config_folder.h"

namespace cckm {
namespace {

constexpr std::string_view kMain = "global: { max_series: 77 }\ntarget_files: [targets/*.yml]\n";

// An entry of a list, without its dash.
std::string Entry(const std::string& name, const std::string& token = "token") {
  return "name: " + name + "\n  url: https://cm\n  authorization: { credentials_file: " + token +
         " }\n  collectors: { dsm: { refresh_ids: [x] } }\n";
}

class TargetFilesTest : public testing::Test {
 protected:
  TargetFilesTest() {
    std::filesystem::create_directory(folder_.File("targets"));
    Write("token", "canary-token", 0600);
  }

  void Write(const std::string& name, const std::string& text, unsigned mode = 0644) const {
    static_cast<void>(folder_.Write("targets/" + name, text, mode));
  }
  ConfigResult Load(std::string_view main = kMain) const {
    return LoadConfigFile(folder_.Write("cckm.yml", main, 0644));
  }
  std::vector<std::string> NamesOf(const Config& config) const {
    std::vector<std::string> names;
    for (const TargetConfig& target : config.targets) names.push_back(target.name);
    return names;
  }
  // Without the name of the folder.
  std::string WithoutFolder(std::string text) const {
    const std::string folder = folder_.File("").string();
    for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
      text.erase(at, folder.size());
    }
    return text;
  }
  std::vector<std::string> ProblemsOf(const ConfigResult& config) const {
    std::vector<std::string> problems;
    if (config) return {"none"};
    for (const ConfigProblem& problem : config.error()) {
      problems.push_back(WithoutFolder(problem.ToString()));
    }
    return problems;
  }
  std::vector<std::string> WarningsOf(const ConfigResult& config) const {
    if (!config) return ProblemsOf(config);
    std::vector<std::string> warnings = config->warnings;
    for (std::string& warning : warnings) warning = WithoutFolder(warning);
    return warnings;
  }

  const ConfigFolder folder_;
};

using Lines = std::vector<std::string>;

TEST_F(TargetFilesTest, TheirTargetsComeBehindThoseOfTheMainFileInTheOrderOfTheFiles) {
  Write("b.yml", "- " + Entry("b1") + "- " + Entry("b2"));
  Write("a.yml",
        "\xEF\xBB\xBF- name: a\r\n  url: https://cm\r\n"
        "  authorization: { credentials_file: token }\r\n"
        "  collectors: { dsm: { refresh_ids: [x] } }\r\n");
  Write("ignored.txt", "no YAML: [");
  const auto config = Load(std::string(kMain) + "targets:\n- " + Entry("main"));
  ASSERT_TRUE(config) << config.error().front().ToString();
  EXPECT_EQ(NamesOf(*config), (Lines{"main", "a", "b1", "b2"}));
  EXPECT_EQ(WarningsOf(config), Lines());
  for (const TargetConfig& target : config->targets)
    EXPECT_EQ(target.settings.shown.max_series, 77U);
}

TEST_F(TargetFilesTest, RelativePathsAreRelativeToTheFileThatTheyStandIn) {
  Write("a.yml", "- " + Entry("a", "../token"));
  const auto config = Load();
  ASSERT_TRUE(config) << config.error().front().ToString();
  EXPECT_EQ(std::get<TokenFileAuthentication>(config->targets.front().authentication),
            TokenFileAuthentication{folder_.File("token")});
}

TEST_F(TargetFilesTest, MistakesNameFileLineAndKey) {
  Write("a.yml", "- name: a\n  port: 1\n");
  Write("b.yml", "targets: []\n");
  Write("c.yml", "- [\n");
  Write("d.yml", "- name: \xFF\n");
  EXPECT_EQ(ProblemsOf(Load()).size(), 7U);
  const Lines problems = ProblemsOf(Load());
  const auto has = [&problems](std::string_view wanted) {
    return std::ranges::any_of(
        problems, [wanted](const std::string& problem) { return problem.starts_with(wanted); });
  };
  EXPECT_TRUE(has("targets/a.yml:2: [0].port: is not a known key"));
  EXPECT_TRUE(has("targets/a.yml:1: [0].url: is missing"));
  EXPECT_TRUE(has("targets/b.yml:1: must be a list"));
  EXPECT_TRUE(has("targets/c.yml:2: is not YAML"));
  EXPECT_TRUE(has("targets/d.yml: is not UTF-8")) << problems.back();
}

TEST_F(TargetFilesTest, ANameOfAnotherFileIsAMistakeThatNamesBothPlaces) {
  Write("a.yml", "- " + Entry("same"));
  Write("b.yml", "\n\n- " + Entry("same"));
  EXPECT_EQ(ProblemsOf(Load()),
            Lines{"targets/b.yml:3: [0].name: must differ from the other targets' names; "
                  "targets/a.yml, line 1 has the same"});
}

TEST_F(TargetFilesTest, APatternThatMatchesNothingAndNoTargetAtAllAreWarnings) {
  EXPECT_EQ(WarningsOf(Load()),
            (Lines{"cckm.yml:2: target_files[0]: matches no file: targets/*.yml",
                   "cckm.yml: target_files: give no target: nothing is polled"}));
  EXPECT_EQ(WarningsOf(Load("target_files: [targets/*.yml]\ntargets: []\n")).size(), 2U);
}

TEST_F(TargetFilesTest, WithoutFilesTheMainFileHasTargets) {
  EXPECT_EQ(ProblemsOf(Load("global: {}\n")),
            Lines{"cckm.yml:1: targets: is missing: the exporter needs at least one target"});
  EXPECT_EQ(ProblemsOf(Load("target_files: []\n")),
            Lines{"cckm.yml:1: target_files: must list 1 to 100 patterns of files, such as "
                  "[targets/*.yml]"});
}

TEST_F(TargetFilesTest, AFileThatTwoPatternsMatchIsReadOnce) {
  Write("a.yml", "- " + Entry("a"));
  const auto config = Load("target_files: [targets/a.yml, targets/*.yml]\n");
  ASSERT_TRUE(config) << config.error().front().ToString();
  EXPECT_EQ(NamesOf(*config), Lines{"a"});
}

TEST_F(TargetFilesTest, TheRunningConfigurationShowsTheTargetsWhereverTheyComeFrom) {
  Write("a.yml", "- " + Entry("a"));
  const auto config = Load();
  ASSERT_TRUE(config);
  const auto again = ParseConfig(ConfigText(*config), folder_.File("other.yml"));
  ASSERT_TRUE(again) << again.error().front().ToString();
  EXPECT_EQ(again->targets, config->targets);
}

}  // namespace
}  // namespace cckm
