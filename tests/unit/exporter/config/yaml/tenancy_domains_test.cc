// `domains:` of a target, which stands for one target in each tenancy domain.

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "exporter/config/yaml/config_file.h"
#include "exporter/config/yaml/config_text.h"
#include "tests/support/fakes/config_folder.h"

namespace cckm {
namespace {

constexpr std::string_view kRest = R"(
    url: https://cm
    collectors: { dsm: { refresh_ids: [x] } }
)";
const std::string kLogin = "    login: { username: u, password_file: token }\n";

std::string Target(const std::string& name, const std::string& more) {
  return "  - name: " + name + std::string(kRest) + more;
}

class TenancyDomainsTest : public testing::Test {
 protected:
  ConfigResult Read(const std::string& targets) const {
    return ParseConfig("targets:\n" + targets, folder_.File("c.yml"));
  }
  // The only problem, from its key on.
  std::string ProblemOf(const std::string& targets) const {
    const auto config = Read(targets);
    if (config || config.error().size() != 1) return "not one problem";
    return config.error().front().key + ": " + config.error().front().message;
  }

  const ConfigFolder folder_;
};

TEST_F(TenancyDomainsTest, EachIsATargetWithItsOwnLogin) {
  const auto config = Read(Target("cm", kLogin + "    domains: [root, finance]\n"));
  ASSERT_TRUE(config) << config.error().front().ToString();
  ASSERT_EQ(config->targets.size(), 2U);
  EXPECT_EQ(config->targets[0].name, "cm/root");
  EXPECT_EQ(config->targets[1].name, "cm/finance");
  EXPECT_EQ(std::get<PasswordLogin>(config->targets[0].authentication).domain, "root");
  EXPECT_EQ(std::get<PasswordLogin>(config->targets[1].authentication).domain, "finance");
  TargetConfig second = config->targets[1];
  second.name = "cm/root";
  std::get<PasswordLogin>(second.authentication).domain = "root";
  EXPECT_EQ(second, config->targets[0]) << "nothing else differs";
}

TEST_F(TenancyDomainsTest, TheRunningConfigurationShowsTheTargetsThatTheyStandFor) {
  const auto config = Read(Target("cm", kLogin + "    domains: [root, finance]\n"));
  ASSERT_TRUE(config);
  const std::string text = ConfigText(*config);
  EXPECT_EQ(text.find("\n    domains:"), std::string::npos) << text;
  const auto again = ParseConfig(text, folder_.File("c.yml"));
  ASSERT_TRUE(again) << again.error().front().ToString();
  EXPECT_EQ(*again, *config);
}

TEST_F(TenancyDomainsTest, MistakesNameTheKey) {
  const std::string domains = "    domains: [root]\n";
  EXPECT_EQ(ProblemOf(Target("cm", "    authorization: { credentials_file: token }\n" + domains)),
            "targets[0].domains: needs login: a domain is chosen when a user logs in");
  EXPECT_EQ(
      ProblemOf(Target(
          "cm", "    login: { username: u, password_file: token, domain: root }\n" + domains)),
      "targets[0].domains: must not stand beside login.domain, which is one of them");
  EXPECT_EQ(ProblemOf(Target("cm", kLogin + "    domains: []\n")),
            "targets[0].domains: must list 1 to 100 tenancy domains, such as [root, finance]");
  EXPECT_EQ(ProblemOf(Target("cm", kLogin + "    domains: [a, b, a]\n")),
            "targets[0].domains[2]: is listed twice");
  EXPECT_EQ(ProblemOf(Target("cm", kLogin + "    domains: ['']\n")),
            "targets[0].domains[0]: must be text without control characters, and not empty");
  EXPECT_EQ(ProblemOf(Target(std::string(126, 'n'), kLogin + "    domains: [aa]\n")),
            "targets[0].domains: must make names NAME/DOMAIN of at most 128 characters");
}

TEST_F(TenancyDomainsTest, TheirNumberIsBounded) {
  std::string list;
  for (int i = 0; i < 101; ++i) list += (i == 0 ? "d" : ", d") + std::to_string(i);
  EXPECT_EQ(ProblemOf(Target("cm", kLogin + "    domains: [" + list + "]\n")),
            "targets[0].domains: must list 1 to 100 tenancy domains, such as [root, finance]");
}

TEST_F(TenancyDomainsTest, TheirNamesDifferFromThoseOfOtherTargets) {
  EXPECT_EQ(ProblemOf(Target("cm/root", kLogin) + Target("cm", kLogin + "    domains: [root]\n")),
            "targets[1].domains: must differ from the other targets' names; line 2 has the same");
  EXPECT_TRUE(Read(Target("cm", kLogin) + Target("cm", kLogin + "    domains: [root]\n")))
      << "the name alone is free";
}

}  // namespace
}  // namespace cckm
