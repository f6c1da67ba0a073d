// The command line.

#include "exporter/config/flags/flags.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "exporter/config/flags/flag_table.h"
#include "tests/support/fakes/config_folder.h"

namespace cckm {
namespace {

using Arguments = std::vector<std::string>;

CommandLine MustParse(const Arguments& arguments) {
  const auto line = ParseCommandLine(arguments);
  EXPECT_TRUE(line) << (line ? "" : line.error().front().ToString());
  return line.value_or(CommandLine{});
}

Arguments WithFile(const Arguments& more) {
  Arguments all = {"--config.file=c.yml"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(FlagsTest, WithoutFlagsTheDefaultsOfTheContractHold) {
  const CommandLine line = MustParse({"--config.file=c.yml"});
  EXPECT_EQ(line.mode, RunMode::kServe);
  EXPECT_EQ(line.config_file, "c.yml");
  EXPECT_FALSE(line.target);
  EXPECT_EQ(line.listen_addresses, Arguments{":9847"});
  EXPECT_EQ(line.telemetry_path, "/metrics");
  EXPECT_EQ(line.web_config_file, "");
  EXPECT_EQ(line.max_requests, 40U);
  EXPECT_EQ(line.max_connections, 256U);
  EXPECT_FALSE(line.enable_lifecycle);
  EXPECT_TRUE(line.exporter_metrics);
  EXPECT_EQ(line.storage_path, "data");
  EXPECT_EQ(line.shard_index, 0U);
  EXPECT_EQ(line.shard_count, 1U);
  EXPECT_EQ(line.log_level, LogLevel::kInfo);
  EXPECT_EQ(line.log_format, LogFormat::kLogfmt);
}

TEST(FlagsTest, EveryFlagReachesTheCommandLine) {
  const CommandLine line =
      MustParse({"--config.file", "c.yml", "-once", "--web.listen-address=:1",
                 "--web.listen-address", "[::1]:0", "--web.telemetry-path=/m", "-web.max-requests",
                 "1", "--web.max-connections=10000", "--web.disable-exporter-metrics",
                 "--storage.path=", "--shard.index=0", "--shard.count=1", "--log.level", "error",
                 "--log.format=json", "--web.enable-lifecycle=false"});
  EXPECT_EQ(line.mode, RunMode::kOnce);
  EXPECT_EQ(line.listen_addresses, (Arguments{":1", "[::1]:0"}));
  EXPECT_EQ(line.telemetry_path, "/m");
  EXPECT_EQ(line.max_requests, 1U);
  EXPECT_EQ(line.max_connections, 10'000U);
  EXPECT_FALSE(line.exporter_metrics);
  EXPECT_EQ(line.storage_path, "");
  EXPECT_EQ(line.log_level, LogLevel::kError);
  EXPECT_EQ(line.log_format, LogFormat::kJson);
}

TEST(FlagsTest, OneCommandLineLeavesNothingForTheNext) {
  const Arguments before = {"--config.file=a", "--log.level=debug", "--once",
                            "--web.max-requests=7"};
  MustParse(before);
  const CommandLine after = MustParse({"--config.file=b"});
  EXPECT_EQ(after.mode, RunMode::kServe);
  EXPECT_EQ(after.log_level, LogLevel::kInfo);
  EXPECT_EQ(after.max_requests, 40U);
}

TEST(FlagsTest, SwitchesAndModesAreReadInEverySpelling) {
  const struct {
    Arguments arguments;
    RunMode mode;
  } cases[] = {
      {WithFile({"--once"}), RunMode::kOnce},
      {WithFile({"-once"}), RunMode::kOnce},
      {WithFile({"--once=true"}), RunMode::kOnce},
      {WithFile({"--once=false"}), RunMode::kServe},
      {WithFile({"--no-once"}), RunMode::kServe},
      {WithFile({"--noonce"}), RunMode::kServe},
      {WithFile({"--config.check"}), RunMode::kConfigCheck},
      {WithFile({"--no-config.check"}), RunMode::kServe},
      {WithFile({"--healthcheck"}), RunMode::kHealthcheck},
      {{"--healthcheck"}, RunMode::kHealthcheck},
      {{"--help"}, RunMode::kHelp},
      {{"-help"}, RunMode::kHelp},
      {{"-h"}, RunMode::kHelp},
      {{"--version"}, RunMode::kVersion},
      {{"--help", "--version"}, RunMode::kHelp},
      {{"--bogus", "word", "--log.level=loud", "--version"}, RunMode::kVersion},
      {{"--once", "--web.max-requests=x", "-h"}, RunMode::kHelp},
      {{"--storage.path", "-h"}, RunMode::kHelp},
      {WithFile({"--help=false"}), RunMode::kServe},
  };
  for (const auto& row : cases) {
    EXPECT_EQ(MustParse(row.arguments).mode, row.mode) << row.arguments.back();
  }
}

TEST(FlagsTest, MistakesNameTheFlagAndWhatIsAllowed) {
  const struct {
    Arguments arguments;
    const char* key;
    const char* message;
  } cases[] = {
      {{}, "--config.file", "give --config.file=FILE or --target.url=URL"},
      {{"--once"}, "--config.file", "is missing"},
      {{"--config.check"}, "--config.file", "is missing"},
      {{"--config.file="}, "--config.file", "must be the path"},
      {{"--config.file"}, "--config.file", "needs a value"},
      {{"--config.file=c", "--storage.path", "--once"}, "--storage.path", "needs a value"},
      {{"--config.file=a", "--config.file=b"}, "--config.file", "only once"},
      {WithFile({"--once", "--once"}), "--once", "only once"},
      {WithFile({"--bogus"}), "--bogus", "is not a known flag"},
      {WithFile({"--bogus=canary"}), "--bogus", "is not a known flag"},
      {WithFile({"--web.max_requests=4"}), "--web.max_requests",
       "is not a known flag; did you mean --web.max-requests? --help lists them"},
      {WithFile({"--Once"}), "--Once", "is not a known flag"},
      {WithFile({"--nobogus"}), "--nobogus", "is not a known flag"},
      {WithFile({"--no-once=true"}), "--no-once", "is not a known flag"},
      {WithFile({"--nolog.level"}), "--nolog.level", "is not a known flag"},
      {WithFile({"--=x"}), "--", "is not a known flag"},
      {WithFile({"--flagfile=/dev/null"}), "--flagfile", "is not a known flag"},
      {WithFile({"--fromenv=once"}), "--fromenv", "is not a known flag"},
      {WithFile({"--tryfromenv=once"}), "--tryfromenv", "is not a known flag"},
      {WithFile({"--undefok=bogus"}), "--undefok", "is not a known flag"},
      {WithFile({"--helpxml"}), "--helpxml", "is not a known flag"},
      {WithFile({"--helpfull"}), "--helpfull", "is not a known flag"},
      {WithFile({"--helpshort"}), "--helpshort", "is not a known flag"},
      {WithFile({"--helpmatch=x"}), "--helpmatch", "is not a known flag"},
      {WithFile({"--tab_completion_word=x"}), "--tab_completion_word", "is not a known flag"},
      {WithFile({"canary"}), "argument 2", "is not a flag"},
      {WithFile({"--once", "false"}), "argument 3", "is not a flag"},
      {WithFile({"-"}), "argument 2", "is not a flag"},
      {WithFile({"--"}), "argument 2", "is not a flag"},
      {WithFile({""}), "argument 2", "is not a flag"},
      {WithFile({"--once=1"}), "--once", "must be true or false"},
      {WithFile({"--once=yes"}), "--once", "must be true or false"},
      {WithFile({"--once="}), "--once", "must be true or false"},
      {WithFile({"--once", "--healthcheck"}), "--healthcheck", "one too many"},
      {WithFile({"--config.check", "--once"}), "--once", "one too many"},
      {WithFile({"--target.url=https://cm"}), "--target.url", "together with --config.file"},
      {WithFile({"--dsm.refresh-ids=x"}), "--dsm.refresh-ids", "together with --config.file"},
      {WithFile({"--web.listen-address=9847"}), "--web.listen-address", "host:port"},
      {WithFile({"--web.listen-address=:65536"}), "--web.listen-address", "host:port"},
      {WithFile({"--web.listen-address=::1:80"}), "--web.listen-address", "host:port"},
      {WithFile({"--web.listen-address="}), "--web.listen-address", "host:port"},
      {WithFile({"--web.listen-address=:1", "--web.listen-address=:1"}), "--web.listen-address",
       "same address twice"},
      {WithFile({"--web.telemetry-path=metrics"}), "--web.telemetry-path", "must start with /"},
      {WithFile({"--web.telemetry-path="}), "--web.telemetry-path", "must start with /"},
      {WithFile({"--web.telemetry-path=/a b"}), "--web.telemetry-path", "visible ASCII"},
      {WithFile({"--web.telemetry-path=/a?b"}), "--web.telemetry-path", "visible ASCII"},
      {WithFile({"--web.telemetry-path=/a#b"}), "--web.telemetry-path", "visible ASCII"},
      {WithFile({"--web.telemetry-path=/a%20"}), "--web.telemetry-path", "visible ASCII"},
      {WithFile({"--web.telemetry-path=/\xC3\xA9"}), "--web.telemetry-path", "visible ASCII"},
      {WithFile({"--web.telemetry-path=/"}), "--web.telemetry-path", "another meaning"},
      {WithFile({"--web.telemetry-path=/-/healthy"}), "--web.telemetry-path", "another meaning"},
      {WithFile({"--web.telemetry-path=/-/ready"}), "--web.telemetry-path", "another meaning"},
      {WithFile({"--web.telemetry-path=/-/reload"}), "--web.telemetry-path", "another meaning"},
      {WithFile({"--web.telemetry-path=/config"}), "--web.telemetry-path", "another meaning"},
      {WithFile({"--web.telemetry-path=/api/v1/status"}), "--web.telemetry-path", "another"},
      {WithFile({"--web.max-requests=0"}), "--web.max-requests", "from 1 to 10000"},
      {WithFile({"--web.max-requests=10001"}), "--web.max-requests", "from 1 to 10000"},
      {WithFile({"--web.max-requests=x"}), "--web.max-requests", "whole number"},
      {WithFile({"--web.max-requests=-1"}), "--web.max-requests", "whole number"},
      {WithFile({"--web.max-requests=0x10"}), "--web.max-requests", "whole number"},
      {WithFile({"--web.max-requests= 4"}), "--web.max-requests", "whole number"},
      {WithFile({"--web.max-requests=4294967296"}), "--web.max-requests", "whole number"},
      {WithFile({"--web.max-connections=0"}), "--web.max-connections", "from 1 to 10000"},
      {WithFile({"--shard.count=0"}), "--shard.count", "at least 1"},
      {WithFile({"--shard.index=1"}), "--shard.index", "less than --shard.count"},
      {WithFile({"--log.level=trace"}), "--log.level", "debug, info, warn, error"},
      {WithFile({"--log.level=INFO"}), "--log.level", "debug, info, warn, error"},
      {WithFile({"--log.format=text"}), "--log.format", "logfmt, json"},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.arguments.empty() ? "no arguments" : row.arguments.back());
    const auto line = ParseCommandLine(row.arguments);
    ASSERT_FALSE(line);
    const auto found = std::ranges::find(line.error(), row.key, &ConfigProblem::key);
    ASSERT_NE(found, line.error().end()) << line.error().front().ToString();
    EXPECT_NE(found->message.find(row.message), std::string::npos) << found->ToString();
    EXPECT_EQ(line.error().front().ToString().find("canary"), std::string::npos);
    EXPECT_LE(line.error().size(), 2U);
  }
}

TEST(FlagsTest, AllProblemsAreReportedAtOnce) {
  const auto line = ParseCommandLine(
      Arguments{"--bogus", "--once=2", "word", "--log.level=x", "--shard.count=0"});
  ASSERT_FALSE(line);
  Arguments keys;
  for (const ConfigProblem& problem : line.error()) keys.push_back(problem.key);
  EXPECT_EQ(keys, (Arguments{"--bogus", "--once", "argument 3", "--config.file", "--shard.count",
                             "--log.level"}));
}

TEST(FlagsTest, HelpShowsEveryFlagWithItsDefault) {
  const std::string help = HelpText();
  for (const FlagRow& row : FlagTable()) {
    const std::size_t at = help.find(" --" + std::string(row.name), help.find("\n\n"));
    ASSERT_NE(at, std::string::npos) << row.name;
    const std::string line = help.substr(at, help.find('\n', at) - at);
    const std::string value(row.type == FlagType::kSwitch ? "off"
                            : row.default_value.empty()   ? "none"
                                                          : row.default_value);
    EXPECT_NE(line.find("(default: " + value + ")"), std::string::npos) << line;
  }
  EXPECT_NE(help.find("-h, --help"), std::string::npos);
  EXPECT_LT(std::ranges::count(help, '\n'), 45);
}

}  // namespace
}  // namespace cckm
