#include "tests/simulator/options.h"

#include <gtest/gtest.h>

namespace cckm::simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ParsedOptions Parse(const std::vector<std::string_view>& arguments) {
  return ParseOptions(arguments);
}

TEST(OptionsTest, WithoutFlagsAllFamiliesAreOfferedOnAnyPortOfThisHost) {
  const auto [options, problems] = Parse({});
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(options.listen_host, "127.0.0.1");
  EXPECT_EQ(options.listen_port, 0);
  EXPECT_EQ(options.world.families.size(), 14U);
  EXPECT_EQ(options.world.seed, 1U);
  EXPECT_EQ(options.world.finished, 4U);
  EXPECT_EQ(options.tokens.lifetime, seconds(300));
  EXPECT_TRUE(options.api.authentication);
  EXPECT_FALSE(options.api.control);
}

TEST(OptionsTest, EveryFlagSetsItsOption) {
  struct Case {
    std::string_view argument;
    bool (*is_set)(const Options& options);
  };
  using O = const Options&;
  const Case cases[] = {
      {"--help", [](O o) { return o.help; }},
      {"--listen=0.0.0.0:8080",
       [](O o) { return o.listen_host == "0.0.0.0" && o.listen_port == 8080; }},
      {"--threads=7", [](O o) { return o.threads == 7; }},
      {"--seed=18446744073709551615",
       [](O o) {
         return o.world.seed == 18446744073709551615U && o.tokens.seed == o.world.seed &&
                o.api.seed == o.world.seed;
       }},
      {"--families=oci,dsm,dsm",
       [](O o) {
         return o.world.families.size() == 2 && o.world.families[0]->name == "oci" &&
                o.world.families[1]->name == "dsm";
       }},
      {"--domains=11", [](O o) { return o.world.domains == 11; }},
      {"--refreshes=100000", [](O o) { return o.world.refreshes == 100'000; }},
      {"--refreshes=2", [](O o) { return o.world.finished == 2; }},
      {"--finished=3", [](O o) { return o.world.finished == 3; }},
      {"--history=9", [](O o) { return o.world.history == 9; }},
      {"--min-duration=500ms", [](O o) { return o.world.min_duration == milliseconds(500); }},
      {"--max-duration=2h", [](O o) { return o.world.max_duration == std::chrono::hours(2); }},
      {"--failed-percent=100", [](O o) { return o.world.chances.failed == 100; }},
      {"--partial-percent=7", [](O o) { return o.world.chances.partial == 7; }},
      {"--cancelled-percent=8", [](O o) { return o.world.chances.cancelled == 8; }},
      {"--never-finish", [](O o) { return o.world.never_finish; }},
      {"--auto-restart", [](O o) { return o.world.auto_restart; }},
      {"--restart-after=3m", [](O o) { return o.world.restart_after == std::chrono::minutes(3); }},
      {"--latency=20ms", [](O o) { return o.latency == milliseconds(20); }},
      {"--error-percent=5", [](O o) { return o.error_percent == 5; }},
      {"--token=a=b", [](O o) { return o.tokens.fixed == std::vector<std::string>{"a=b"}; }},
      {"--token-file=t", [](O o) { return o.token_file == "t"; }},
      {"--refresh-token-lifetime=90s",
       [](O o) { return o.tokens.refresh_token_lifetime == seconds(90); }},
      {"--no-refresh-token", [](O o) { return !o.tokens.refresh_tokens; }},
      {"--client-id=c", [](O o) { return o.accounts.client_id == "c"; }},
      {"--lock-after=3", [](O o) { return o.accounts.lock_after == 3; }},
      {"--fault-script=f", [](O o) { return o.fault_script == "f"; }},
      {"--tls-folder=d", [](O o) { return o.tls_folder == "d"; }},
      {"--token-lifetime=9s", [](O o) { return o.tokens.lifetime == seconds(9); }},
      {"--username=u", [](O o) { return o.accounts.username == "u"; }},
      {"--password=p", [](O o) { return o.accounts.password == "p"; }},
      {"--no-auth", [](O o) { return !o.api.authentication; }},
      {"--plain-external-cm", [](O o) { return !o.api.external_cm_wrapper; }},
      {"--print-ids", [](O o) { return o.print_ids; }},
      {"--ids-file=x", [](O o) { return o.ids_file == "x"; }},
      {"--node=127.0.0.2:81",
       [](O o) {
         return o.nodes.size() == 1 && o.nodes[0].host == "127.0.0.2" && o.nodes[0].port == 81;
       }},
      {"--replication-lag=30s", [](O o) { return o.replication_lag == seconds(30); }},
      {"--node-tokens", [](O o) { return o.tokens.per_node; }},
      {"--tenancy-domains=root,finance",
       [](O o) {
         return o.tenancy_domains == std::vector<std::string>{"root", "finance"};
       }},
      {"--schedule=name=n&family=dsm&run_at=0 2 * * *",
       [](O o) { return o.schedule_rules.size() == 1 && o.schedule_rules[0].name == "n"; }},
      {"--schedules=20",
       [](O o) {
         return o.schedule_rules.size() == 20 && o.schedule_rules[1].family->name == "hsm-luna";
       }},
      {"--scheduler=absent",
       [](O o) { return o.api.scheduler.access == SchedulerApiSettings::Access::kAbsent; }},
      {"--scheduler=forbidden",
       [](O o) { return o.api.scheduler.access == SchedulerApiSettings::Access::kForbidden; }},
      {"--runs-without-config-id", [](O o) { return !o.api.scheduler.config_id_in_runs; }},
      {"--no-scheduler-filters", [](O o) { return !o.api.scheduler.filters; }},
      {"--control", [](O o) { return o.api.control; }},
  };
  const std::string help = HelpText();
  for (const Case& row : cases) {
    const auto [options, problems] = Parse({row.argument});
    EXPECT_TRUE(problems.empty()) << row.argument;
    EXPECT_TRUE(row.is_set(options)) << row.argument;
    const std::string flag(row.argument.substr(0, row.argument.find('=')));
    EXPECT_NE(help.find("  " + flag), std::string::npos) << flag;
  }
}

TEST(OptionsTest, AWrongFlagIsOneProblemThatNamesIt) {
  const std::string_view cases[] = {"--bogus",
                                    "--bogus=1",
                                    "dsm",
                                    "-domains=3",
                                    "--domains",
                                    "--domains=",
                                    "--domains=x",
                                    "--domains=-1",
                                    "--domains=1x",
                                    "--domains=99999999999",
                                    "--control=yes",
                                    "--threads=0",
                                    "--listen=8080",
                                    "--listen=:8080",
                                    "--listen=a:70000",
                                    "--families=",
                                    "--families=dsm,no",
                                    "--min-duration=5",
                                    "--min-duration=s",
                                    "--min-duration=0s",
                                    "--min-duration=2d",
                                    "--max-duration=1.5s",
                                    "--latency=61s",
                                    "--token-lifetime=999ms",
                                    "--refresh-token-lifetime=0s",
                                    "--lock-after=1001",
                                    "--tls-folder=",
                                    "--fault-script=",
                                    "--max-duration=99999999999999999999h",
                                    "--node=81",
                                    "--replication-lag=x",
                                    "--tenancy-domains=",
                                    "--tenancy-domains=a,a",
                                    "--schedule=name=n&family=dsm",
                                    "--schedules=x",
                                    "--runs=1000001",
                                    "--scheduler=on",
                                    "--error-percent=101"};
  for (const std::string_view argument : cases) {
    const auto problems = Parse({argument}).problems;
    ASSERT_EQ(problems.size(), 1U) << argument;
    EXPECT_NE(problems[0].find(argument.substr(0, argument.find('='))), std::string::npos)
        << problems[0];
  }
}

TEST(OptionsTest, FlagsThatContradictEachOtherAreReported) {
  const std::vector<std::string_view> cases[] = {
      {"--refreshes=3", "--finished=4"},
      {"--min-duration=21s"},
      {"--failed-percent=50", "--partial-percent=50", "--cancelled-percent=1"},
      {"--domains=0"},
      {"--tls-name=x"},
      {"--tls-client-auth"},
      {"--runs=1"},
      {"--families=oci", "--schedule=name=n&family=dsm&run_at=0 2 * * *"},
      {"--schedule=name=n&family=dsm&run_at=0 2 * * *&tenancy=root"},
  };
  for (const auto& arguments : cases) {
    EXPECT_EQ(Parse(arguments).problems.size(), 1U) << arguments.back();
  }
  EXPECT_TRUE(Parse({"--domains=0", "--refreshes=0"}).problems.empty());
  EXPECT_EQ(Parse({"--schedules=3", "--runs=7"}).options.schedule_rules[0].runs, 3U);
}

TEST(OptionsTest, TlsHasItsFolderItsNamesAndItsClients) {
  const auto [options, problems] = Parse(
      {"--tls-name=cm.example", "--tls-folder=d", "--tls-name=10.0.0.1", "--tls-client-auth"});
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(options.tls_names, (std::vector<std::string>{"cm.example", "10.0.0.1"}));
  EXPECT_TRUE(options.tls_client_auth);
  for (const std::string_view flag : {"  --tls-name=NAME ", "  --tls-client-auth "}) {
    EXPECT_NE(HelpText().find(flag), std::string::npos) << flag;
  }
}

TEST(OptionsTest, AllProblemsAreReportedAtOnce) {
  EXPECT_EQ(Parse({"--bogus", "--domains=x", "--finished=7"}).problems.size(), 3U);
}

TEST(OptionsTest, NoSecretIsRepeatedInAProblem) {
  for (const std::string& problem :
       Parse({"--tokens=geheim", "--token=", "--password="}).problems) {
    EXPECT_EQ(problem.find("geheim"), std::string::npos);
  }
}

}  // namespace
}  // namespace cckm::simulator
