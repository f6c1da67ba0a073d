// Documents that are meant to take all the time, memory or stack there is, and those that YAML has
// more than one way to write.

#include "exporter/config/yaml/yaml_document.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <string>
#include <vector>

#include "exporter/config/web/web_config_file.h"
#include "exporter/config/yaml/config_file.h"
#include "tests/support/fakes/config_folder.h"
#include "tests/support/fakes/temporary_folder.h"

namespace cckm {
namespace {

// What is wrong with a document, a problem a line.
std::string ProblemsOf(const std::string& yaml) {
  ConfigSource source("c.yml");
  ReadYamlDocument(yaml, source, [](const YamlCursor& root) { root.Entries(); });
  std::string text;
  for (const ConfigProblem& problem : source.TakeProblemsInFileOrder()) {
    text += problem.ToString() + "\n";
  }
  return text;
}

// The map under `result`, and what is wrong.
std::string Read(const std::string& yaml) {
  ConfigSource source("c.yml");
  std::string shown;
  ReadYamlDocument(yaml, source, [&](const YamlCursor& root) {
    const auto entries = root.Entries();
    for (const auto& [key, value] : *entries) {
      if (key != "result") continue;
      const auto result = value.Entries();
      for (const auto& [name, number] : *result) {
        shown += name + "=" + number.Text("").value_or("?") + " ";
      }
    }
  });
  for (const ConfigProblem& problem : source.TakeProblemsInFileOrder()) shown += problem.ToString();
  return shown;
}

// Nine aliases of the line before, ten times.
std::string Laughs(const std::string& first, const std::string& open, const std::string& close) {
  std::string yaml = "a0: &a0 " + first + "\n";
  for (int i = 1; i < 10; ++i) {
    const std::string former = "*a" + std::to_string(i - 1);
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " " + open;
    for (int n = 0; n < 9; ++n) yaml += (n == 0 ? "" : ", ") + former;
    yaml += close + "\n";
  }
  return yaml;
}

TEST(YamlDocumentTest, AStrayCommaIsRefusedAndNotReadForEver) {
  const std::string yaml = "{a: b},";
  const auto config = ParseConfig(yaml, "c.yml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().back().ToString(), "c.yml:1: must be a single YAML document");
  const TemporaryFolder folder;
  const auto file = folder.Replace("web.yml", yaml);
  const auto web = LoadWebConfigFile(file);
  ASSERT_FALSE(web);
  EXPECT_EQ(web.error().back().ToString(), file.string() + ":1: must be a single YAML document");
  for (const char* other : {"a: b\n,", "[a],", "'a',", "{a: b}}", "[a]]", "a: b\n---\n", "a\n--- b",
                            "{a: b},,,,", "- a\n, b"}) {
    EXPECT_NE(ProblemsOf(other).find("YAML"), std::string::npos) << other << ProblemsOf(other);
  }
}

TEST(YamlDocumentTest, MarksOfOneDocumentAreNoSecondOne) {
  for (const char* yaml : {"", "---\n", "a: b\n...\n", "---\na: b\n...\n", "%YAML 1.1\n---\na: b\n",
                           "a: b\n# end\n", "a: b\n\n\n",
                           "\xEF\xBB\xBF"
                           "a: b\r\n"}) {
    EXPECT_EQ(ProblemsOf(yaml), "") << yaml;
  }
}

TEST(YamlDocumentTest, AliasesThatGrowWithoutEndAreRefused) {
  const std::string rule =
      "must not have more than 1000000 values, aliases counted as what they stand for\n";
  EXPECT_EQ(ProblemsOf(Laughs("[x, x]", "[", "]")), "c.yml:7: " + rule);
  EXPECT_EQ(ProblemsOf(Laughs("{k: x}", "{<<: [", "]}")), "c.yml:7: " + rule) << "merged";
  EXPECT_EQ(ProblemsOf("a: &a [b, *a]"), "c.yml:1: an alias must not stand within itself\n");
  EXPECT_EQ(ProblemsOf("a: &a {b: *a}"), "c.yml:1: an alias must not stand within itself\n");
}

TEST(YamlDocumentTest, AnAliasIsReadLikeWhatItStandsFor) {
  EXPECT_EQ(Read("x: &x {a: 1}\nresult: *x"), "a=1 ");
  EXPECT_EQ(Read("x: &x 1\nresult: {a: *x, b: *x}"), "a=1 b=1 ");
  EXPECT_EQ(Read("x: &x a\nresult: {*x : 1}"), "a=1 ");
  EXPECT_EQ(Read("x: &x 1\ny: &x 2\nresult: {a: *x}"), "a=2 ") << "the latter of the same name";
}

TEST(YamlDocumentTest, MergeKeysWorkAsInYaml11) {
  const std::string bases = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nresult: ";
  EXPECT_EQ(Read(bases + "{<<: *x}"), "a=1 b=2 ");
  EXPECT_EQ(Read(bases + "{<<: *x, b: 9}"), "b=9 a=1 ") << "its own are stronger";
  EXPECT_EQ(Read(bases + "{b: 9, <<: *x}"), "b=9 a=1 ") << "wherever they stand";
  EXPECT_EQ(Read(bases + "{<<: [*x, *y]}"), "a=1 b=2 c=4 ") << "the former are stronger";
  EXPECT_EQ(Read(bases + "{<<: [*y, *x]}"), "b=3 c=4 a=1 ");
  EXPECT_EQ(Read(bases + "{<<: {d: 5}}"), "d=5 ");
  EXPECT_EQ(Read("x: &x {a: 1}\ny: &y {<<: *x, b: 2}\nresult: {<<: *y}"), "b=2 a=1 ");
  EXPECT_EQ(Read(bases + "{\"<<\": 7}"), "<<=7 ") << "a quoted one is a key like any other";
  const std::string rule = "c.yml:3: << must merge a map or a list of maps";
  for (const char* wrong : {"{<<: 1}", "{<<: [1]}", "{<<: [[*x]]}", "{<<: }"}) {
    EXPECT_EQ(Read(bases + wrong), rule) << wrong;
  }
}

TEST(YamlDocumentTest, WhatIsMergedIsCheckedLikeWhatIsWritten) {
  const ConfigFolder folder;
  const std::string yaml =
      "global:\n  <<: &base {poll_interval: 1s, stale_after: 1ms}\n"
      "targets:\n  - &a\n    name: a\n    url: https://cm\n"
      "    authorization: {credentials_file: token}\n    collectors: {dsm: {refresh_ids: [x]}}\n"
      "  - <<: *a\n    name: b\n  - <<: *a\n";
  const auto config = ParseConfig(yaml, folder.File("c.yml"));
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 2U);
  EXPECT_EQ(config.error()[0].key, "global.stale_after");
  EXPECT_EQ(config.error()[1].key, "targets[2].name") << "which is a's";
}

TEST(YamlDocumentTest, AMapHasAtMostTenThousandKeys) {
  std::string yaml;
  for (int i = 0; i < 10'000; ++i) yaml += "k" + std::to_string(i) + ": v\n";
  EXPECT_EQ(ProblemsOf(yaml), "");
  for (int i = 10'000; i < 100'000; ++i) yaml += "k" + std::to_string(i) + ": v\n";
  EXPECT_EQ(ProblemsOf(yaml), "c.yml:10001: a map must not have more than 10000 keys\n");
}

TEST(YamlDocumentTest, ADocumentHasAtMostAMillionValues) {
  std::string yaml = "a: &a [";
  for (int i = 0; i < 1'000; ++i) yaml += "1,";
  yaml += "]\nb:\n";
  for (int i = 0; i < 1'000; ++i) yaml += "- *a\n";
  EXPECT_EQ(
      ProblemsOf(yaml),
      "c.yml:1000: must not have more than 1000000 values, aliases counted as what they stand "
      "for\n");
}

// They would be kept until the bracket closes, 64 MiB of them in 16 GiB.
TEST(YamlDocumentTest, ADocumentOfNothingButMarksIsNotReadAtAll) {
  for (const char* mark : {"[", "{", "a,", "a: ", "\"", "? "}) {
    std::string yaml = "[";
    while (yaml.size() < 8'000'000) yaml += mark;
    EXPECT_EQ(ProblemsOf(yaml),
              "c.yml: must not have more than 2000000 commas, colons, quotes and brackets\n");
  }
}

TEST(YamlDocumentTest, TheFirstThousandProblemsAreToldAndTheOthersCounted) {
  std::string yaml;
  for (int i = 0; i < 1500; ++i) yaml += "k" + std::to_string(i) + ": v\n";
  const auto config = ParseConfig(yaml, "c.yml");
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 1001U);
  EXPECT_EQ(config.error().back().ToString(), "c.yml: has more problems: 501")
      << "the missing targets are one of them";
}

// The web server reads on threads with a stack of 256 KiB.
TEST(YamlDocumentTest, TheDeepestDocumentFitsOnASmallStack) {
  std::vector<std::string> documents;
  for (const char* level : {"[", "{a: ", "- ", "? ", "a: [", "[{", "[? "}) {
    std::string& deep = documents.emplace_back();
    for (int i = 0; i < 100'000; ++i) deep += level;
  }
  const auto read = [](void* argument) -> void* {
    auto* text = static_cast<std::string*>(argument);
    *text = ProblemsOf(*text);
    return nullptr;
  };
  for (std::string& text : documents) {
    pthread_attr_t small{};
    pthread_t thread{};
    ASSERT_EQ(pthread_attr_init(&small), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&small, std::size_t{256} << 10U), 0);
    ASSERT_EQ(pthread_create(&thread, &small, read, &text), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&small);
    EXPECT_EQ(text, "c.yml:1: must not be deeper than 32 levels\n");
  }
}

}  // namespace
}  // namespace cckm
