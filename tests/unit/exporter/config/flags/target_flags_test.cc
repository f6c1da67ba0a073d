// One target on the command line.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "exporter/config/flags/flags.h"
#include "tests/support/fakes/config_folder.h"

namespace cckm {
namespace {

using Arguments = std::vector<std::string>;

// A good target with one flag put in the place of the flag of the same name, or added.
Arguments GoodWith(const ConfigFolder& folder, const std::string& flag) {
  Arguments arguments = {"--target.url=https://cm.example.com:8443/x/",
                         "--target.token-file=" + folder.File("token").string(),
                         "--dsm.refresh-ids=a,b:1"};
  const std::string name = flag.substr(0, flag.find('=') + 1);
  std::erase_if(arguments, [&name](const std::string& other) {
    return !name.empty() && other.starts_with(name);
  });
  if (!flag.empty()) arguments.push_back(flag);
  return arguments;
}

TEST(TargetFlagsTest, MakeOneTargetNamedAfterItsHost) {
  const ConfigFolder folder;
  const auto line = ParseCommandLine(GoodWith(folder, "--external-cm.refresh-ids=c"));
  ASSERT_TRUE(line) << line.error().front().ToString();
  TargetConfig expected;
  expected.name = "cm.example.com";
  expected.url = "https://cm.example.com:8443/x";
  expected.authentication = TokenFileAuthentication{folder.File("token")};
  expected.collectors.resize(2);
  expected.collectors[0].family = FindFamily("dsm");
  expected.collectors[0].refresh_ids = {"a", "b:1"};
  expected.collectors[1].family = FindFamily("external-cm");
  expected.collectors[1].refresh_ids = {"c"};
  EXPECT_EQ(line->target, expected);
  EXPECT_EQ(line->config_file, "");
}

TEST(TargetFlagsTest, TheNameMayBeGiven) {
  const ConfigFolder folder;
  const auto line = ParseCommandLine(GoodWith(folder, "--target.name=prod"));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->target->name, "prod");
}

TEST(TargetFlagsTest, HttpIsAllowedToTheLoopbackInterfaceOnly) {
  const ConfigFolder folder;
  for (const char* host : {"localhost", "127.0.0.1:8080", "[::1]:8080"}) {
    const auto line =
        ParseCommandLine(GoodWith(folder, std::string("--target.url=http://") + host));
    ASSERT_TRUE(line) << line.error().front().ToString();
    EXPECT_TRUE(line->target->settings.allow_http);
  }
  EXPECT_FALSE(ParseCommandLine(GoodWith(folder, ""))->target->settings.allow_http);
}

TEST(TargetFlagsTest, MistakesNameTheFlagAndWhatIsAllowed) {
  const ConfigFolder folder;
  folder.Write("open", "canary", 0644);
  const struct {
    std::string flag;
    const char* key;
    const char* message;
  } cases[] = {
      {"--target.url=", "--target.url", "must start with https://"},
      {"--target.url=https://u:canary@cm", "--target.url", "user name or password"},
      {"--target.url=http://cm.example.com", "--target.url", "with allow_http: true"},
      {"--target.url=http://127.0.0.1.example.com", "--target.url", "with allow_http: true"},
      {"--target.name=", "--target.name", "1 to 128 characters"},
      {"--target.name=a\nb", "--target.name", "1 to 128 characters"},
      {"--target.token-file=", "--target.token-file", "must be the path of a file"},
      {"--target.token-file=none", "--target.token-file", "none"},
      {"--target.token-file=" + folder.File("open").string(), "--target.token-file", "open"},
      {"--target.ca-file=none", "--target.ca-file", "none cannot be opened"},
      {"--target.ca-file=" + folder.File("token").string(), "--target.ca-file", "in PEM form"},
      {"--dsm.refresh-ids=", "--dsm.refresh-ids", "must be refresh IDs"},
      {"--dsm.refresh-ids=a,,b", "--dsm.refresh-ids", "must be refresh IDs"},
      {"--dsm.refresh-ids=a,", "--dsm.refresh-ids", "must be refresh IDs"},
      {"--dsm.refresh-ids=a, b", "--dsm.refresh-ids", "must be refresh IDs"},
      {"--dsm.refresh-ids=a,b,a", "--dsm.refresh-ids", "only once"},
      {"--external-cm.refresh-ids=?", "--external-cm.refresh-ids", "must be refresh IDs"},
  };
  for (const auto& row : cases) {
    const auto line = ParseCommandLine(GoodWith(folder, row.flag));
    ASSERT_FALSE(line) << row.flag;
    ASSERT_EQ(line.error().size(), 1U) << row.flag;
    EXPECT_EQ(line.error()[0].key, row.key) << row.flag;
    EXPECT_NE(line.error()[0].message.find(row.message), std::string::npos)
        << line.error()[0].ToString();
    EXPECT_EQ(line.error()[0].ToString().find("canary"), std::string::npos);
  }
}

TEST(TargetFlagsTest, AUserAndAPasswordFileAreALogin) {
  const ConfigFolder folder;
  const auto line = ParseCommandLine(
      Arguments{"--target.url=https://cm", "--dsm.refresh-ids=a", "--target.username=u",
                "--target.password-file=" + folder.File("token").string()});
  ASSERT_TRUE(line) << line.error().front().ToString();
  PasswordLogin expected;
  expected.username = "u";
  expected.password_file = folder.File("token");
  EXPECT_EQ(line->target->authentication, Authentication(expected));
}

TEST(TargetFlagsTest, ALoginNeedsBothItsFlagsAndNoTokenBesides) {
  const ConfigFolder folder;
  const std::string password = "--target.password-file=" + folder.File("token").string();
  const struct {
    Arguments arguments;
    Arguments wrong;
  } cases[] = {
      {{"--target.username=u"}, {"--target.password-file"}},
      {{password}, {"--target.username"}},
      {{"--target.username=u", "--target.password-file=none"}, {"--target.password-file"}},
      {{"--target.username=u", password, "--target.token-file=" + folder.File("token").string()},
       {"--target.token-file"}},
  };
  for (const auto& row : cases) {
    Arguments arguments{"--target.url=https://cm", "--dsm.refresh-ids=a"};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    const auto line = ParseCommandLine(arguments);
    ASSERT_FALSE(line);
    Arguments keys;
    for (const ConfigProblem& problem : line.error()) keys.push_back(problem.key);
    EXPECT_EQ(keys, row.wrong);
  }
}

TEST(TargetFlagsTest, WhatATargetNeedsIsMissedByName) {
  const struct {
    Arguments arguments;
    Arguments missing;
  } cases[] = {
      {{"--target.url=https://cm"}, {"--target.token-file", "--dsm.refresh-ids"}},
      {{"--dsm.refresh-ids=a"}, {"--target.url", "--target.token-file"}},
      {{"--target.name=a"}, {"--target.url", "--target.token-file", "--dsm.refresh-ids"}},
  };
  for (const auto& row : cases) {
    const auto line = ParseCommandLine(row.arguments);
    ASSERT_FALSE(line);
    Arguments keys;
    for (const ConfigProblem& problem : line.error()) keys.push_back(problem.key);
    EXPECT_EQ(keys, row.missing);
  }
}

}  // namespace
}  // namespace cckm
