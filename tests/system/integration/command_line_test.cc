// The command line of the real binary: what it prints where, and with which code it ends.

#include <gmock/gmock.h>

#include <regex>

#include "tests/support/fakes/raw_server.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(text.substr(begin, end - begin));
  }
  if (begin < text.size()) lines.push_back(text.substr(begin) + " (without a line break)");
  return lines;
}

// The first line that is neither a comment nor a sample of the text format; empty if all are.
std::string StrangeLineOf(const std::string& exposition) {
  static const std::regex line_of_exposition(
      R"(# HELP [a-z_]+ \S.*|# TYPE [a-z_]+ (gauge|counter|histogram))"
      R"(|[a-z_]+(\{[a-z_]+=".*"\})? (\+Inf|-?[0-9.]+(e[+-][0-9]+)?))");
  for (const std::string& line : LinesOf(exposition)) {
    if (!std::regex_match(line, line_of_exposition)) return line;
  }
  return {};
}

TEST(CommandLineTest, HelpNamesEveryFlagAndSucceeds) {
  const ConfigFolder folder;
  for (const char* flag : {"--help", "-h"}) {
    const EndedProcess ended = RunExporter(folder, {flag});
    EXPECT_EQ(ended.exit_code, 0) << flag;
    EXPECT_THAT(ended.error_output, IsEmpty()) << flag;
    EXPECT_LE(LinesOf(ended.output).size(), 60U) << flag;
    for (const char* name : {"config.file",
                             "config.check",
                             "once",
                             "healthcheck",
                             "version",
                             "target.url",
                             "target.name",
                             "target.token-file",
                             "target.username",
                             "target.password-file",
                             "target.ca-file",
                             "dsm.refresh-ids",
                             "external-cm.refresh-ids",
                             "web.listen-address",
                             "web.telemetry-path",
                             "web.config.file",
                             "web.max-requests",
                             "web.max-connections",
                             "web.enable-lifecycle",
                             "web.disable-exporter-metrics",
                             "storage.path",
                             "shard.index",
                             "shard.count",
                             "log.level",
                             "log.format"}) {
      EXPECT_THAT(ended.output, HasSubstr(std::string("--") + name)) << flag;
    }
  }
}

TEST(CommandLineTest, VersionNamesTheBuildAndItsLibraries) {
  const ConfigFolder folder;
  const EndedProcess ended = RunExporter(folder, {"--version"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.error_output, IsEmpty());
  EXPECT_THAT(ended.output, AllOf(StartsWith("cckm_exporter, version "), HasSubstr("revision"),
                                  HasSubstr("compiler"), HasSubstr("libcurl/")));
}

TEST(CommandLineTest, AWrongFlagIsOneLineThatNamesIt) {
  const ConfigFolder folder;
  WriteConfig(folder, {.url = "http://127.0.0.1:1"});
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"--config.file=config.yaml", "--no.such.flag=canary"}, "--no.such.flag"},
      {{"--config.file=config.yaml", "--web.max-requests=0"}, "--web.max-requests"},
      {{"--config.file=missing.yaml"}, "missing.yaml"},
      {{}, "--config.file"},
  };
  for (const auto& [flags, named] : cases) {
    const EndedProcess ended = RunExporter(folder, flags);
    EXPECT_EQ(ended.exit_code, 2) << named;
    EXPECT_THAT(ended.output, IsEmpty());
    EXPECT_THAT(LinesOf(ended.error_output), testing::SizeIs(1));
    EXPECT_THAT(ended.error_output, AllOf(StartsWith("cckm_exporter: "), HasSubstr(named),
                                          Not(HasSubstr("canary")), EndsWith("\n")));
  }
}

TEST(CommandLineTest, TheExitCodeOfAWrongFlagNeedsNobodyWhoListens) {
  for (const ErrorStream stream : {ErrorStream::kClosed, ErrorStream::kPipeWithoutReader}) {
    const EndedProcess ended =
        RunToEnd(CCKM_EXPORTER_BINARY, {.arguments = {"--no.such.flag"}, .error_stream = stream});
    EXPECT_EQ(ended.exit_code, 2);
  }
}

TEST(CommandLineTest, ConfigCheckAcceptsAGoodFileAndAsksNobody) {
  const ConfigFolder folder;
  const RawServer appliance({});
  WriteConfig(folder, {.url = appliance.url()});
  const EndedProcess ended = RunExporter(folder, {"--config.file=config.yaml", "--config.check"});
  EXPECT_EQ(ended.exit_code, 0) << ended.error_output;
  EXPECT_THAT(ended.error_output, IsEmpty());
  EXPECT_EQ(appliance.ConnectionCount(), 0U);
}

TEST(CommandLineTest, ConfigCheckListsEveryProblemWithFileLineAndKey) {
  const ConfigFolder folder;
  folder.Write("config.yaml",
               "global:\n"
               "  poll_interval: soon\n"
               "  colour: blue\n"
               "targets:\n"
               "  - name: cm\n"
               "    url: ftp://user:canary-in-url@cm\n"
               "    authorization: { credentials_file: no-such-file }\n"
               "    collectors:\n"
               "      dsm: { refresh_ids: [a b] }\n",
               0600);
  const EndedProcess ended = RunExporter(folder, {"--config.file=config.yaml", "--config.check"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output, IsEmpty());
  const auto problem = [](const std::string& line, const std::string& key) {
    return AllOf(StartsWith("cckm_exporter: config.yaml:" + line + ": "), HasSubstr(key + ": "),
                 Not(HasSubstr("canary")));
  };
  EXPECT_THAT(LinesOf(ended.error_output),
              testing::ElementsAre(problem("2", "global.poll_interval"),
                                   problem("3", "global.colour"), problem("6", "targets[0].url"),
                                   problem("7", "targets[0].authorization.credentials_file"),
                                   problem("9", "targets[0].collectors.dsm.refresh_ids[0]")));
}

TEST(CommandLineTest, ATakenAddressIsNamedWithTheReason) {
  const ConfigFolder folder;
  const RawServer other({});
  WriteConfig(folder, {.url = "http://127.0.0.1:1"});
  const std::string address = "127.0.0.1:" + std::to_string(other.port());
  const EndedProcess ended = RunExporter(
      folder, {"--config.file=config.yaml", "--storage.path=", "--web.listen-address=" + address});
  EXPECT_EQ(ended.exit_code, 3);
  const auto names_both =
      AllOf(StartsWith("cckm_exporter: cannot listen on " + address), HasSubstr("in use"));
  EXPECT_THAT(LinesOf(ended.error_output), testing::Contains(names_both));
}

TEST(CommandLineTest, OncePrintsTheExpositionOfOnePoll) {
  const SimulatorProcess simulator{std::string(kToken)};
  simulator.StartRefresh("r1", "a,b");
  const ConfigFolder folder;
  WriteConfig(folder, {.url = simulator.url()});
  const EndedProcess ended = RunExporter(folder, {"--config.file=config.yaml", "--once"});
  EXPECT_EQ(ended.exit_code, 0) << ended.error_output;
  EXPECT_EQ(StrangeLineOf(ended.output), "");
  EXPECT_EQ(ValueOf(ended.output, Series("cckm_up")), "1");
  EXPECT_EQ(ValueOf(ended.output, Series("cckm_domain_refresh_status",
                                         {{"domain_id", "b"}, {"status", "in_progress"}})),
            "1");
}

TEST(CommandLineTest, OnceWithATargetOfFlagsNeedsNoFile) {
  const SimulatorProcess simulator{std::string(kToken)};
  simulator.StartRefresh("r1", "a");
  const ConfigFolder folder;
  folder.Write("token", kToken, 0600);
  const EndedProcess ended =
      RunExporter(folder, {"--target.url=" + simulator.url(), "--target.name=cm",
                           "--target.token-file=token", "--dsm.refresh-ids=r1", "--once"});
  EXPECT_EQ(ended.exit_code, 0) << ended.error_output;
  EXPECT_EQ(ValueOf(ended.output, Series("cckm_refresh_status",
                                         {{"refresh_id", "r1"}, {"status", "in_progress"}})),
            "1");
}

TEST(CommandLineTest, OnceStillPrintsWhereTheApplianceIsDownOrRefusesTheToken) {
  const SimulatorProcess other_token("another-token");
  const ConfigFolder folder;
  const std::pair<std::string, std::string> cases[] = {
      {"http://127.0.0.1:" + std::to_string(FreePort()), "connect"},
      {other_token.url(), "auth"},
  };
  for (const auto& [url, reason] : cases) {
    WriteConfig(folder, {.url = url});
    const EndedProcess ended = RunExporter(folder, {"--config.file=config.yaml", "--once"});
    EXPECT_EQ(ended.exit_code, 1) << reason;
    EXPECT_EQ(StrangeLineOf(ended.output), "");
    EXPECT_EQ(ValueOf(ended.output, Series("cckm_up")), "0") << reason;
    EXPECT_THAT(ValueOf(ended.output, Series("cckm_api_errors_total", {{"reason", reason}})),
                testing::AnyOf("1", "2"));  // of the refresh, and of a list
  }
}

TEST(CommandLineTest, OnceThatCannotPrintFails) {
  const SimulatorProcess simulator{std::string(kToken)};
  const ConfigFolder folder;
  WriteConfig(folder, {.url = simulator.url()});
  const EndedProcess ended =
      RunToEnd(CCKM_EXPORTER_BINARY, {.arguments = {"--config.file=config.yaml", "--once"},
                                      .folder = folder.File(""),
                                      .output = "/dev/full"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.error_output, HasSubstr("cannot write to standard output"));
}

TEST(CommandLineTest, OnceWritesAFileForOtherExportersToCollect) {
  const SimulatorProcess simulator{std::string(kToken)};
  simulator.StartRefresh("r1", "a");
  const ConfigFolder folder;
  WriteConfig(folder, {.url = simulator.url()});
  const EndedProcess ended =
      RunExporter(folder, {"--config.file=config.yaml", "--once", "--output.file=cckm.prom"});
  EXPECT_EQ(ended.exit_code, 0) << ended.error_output;
  EXPECT_THAT(ended.output, IsEmpty());
  const std::string written = folder.Read("cckm.prom");
  EXPECT_EQ(StrangeLineOf(written), "");
  EXPECT_EQ(ValueOf(written, Series("cckm_up")), "1");
  EXPECT_THAT(written, Not(HasSubstr("process_")));
}

TEST(CommandLineTest, OnceThatCannotWriteItsFileFails) {
  const SimulatorProcess simulator{std::string(kToken)};
  const ConfigFolder folder;
  WriteConfig(folder, {.url = simulator.url()});
  const EndedProcess ended = RunExporter(
      folder, {"--config.file=config.yaml", "--once", "--output.file=missing/cckm.prom"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.error_output, HasSubstr("missing/cckm.prom cannot be created"));
}

TEST(CommandLineTest, AnOutputFileIsForOnce) {
  const ConfigFolder folder;
  WriteConfig(folder, {.url = "http://127.0.0.1:1"});
  const EndedProcess ended =
      RunExporter(folder, {"--config.file=config.yaml", "--output.file=cckm.prom"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.error_output, HasSubstr("--output.file: is for --once"));
}

TEST(CommandLineTest, CheckAnswersAsANagiosPlugin) {
  const ExporterProcess exporter({.url = "http://127.0.0.1:1"});
  const auto check = [&exporter](int port) {
    return RunExporter(exporter.folder(),
                       {"--check", "--web.listen-address=127.0.0.1:" + std::to_string(port)});
  };
  const EndedProcess nobody = check(FreePort());
  EXPECT_EQ(nobody.exit_code, 2);
  EXPECT_THAT(nobody.output, StartsWith("CCKM CRITICAL - http://127.0.0.1:"));
  // Before the first poll has ended nothing is known, after it nothing is reached.
  const EndedProcess running = check(exporter.port());
  EXPECT_THAT(running.exit_code, testing::AnyOf(2, 3));
  EXPECT_THAT(running.output, HasSubstr(" | targets=1;;;0 "));
  EXPECT_THAT(LinesOf(running.output), testing::SizeIs(1));
}

TEST(CommandLineTest, HealthcheckTellsARunningExporterFromNone) {
  const ExporterProcess exporter({.url = "http://127.0.0.1:1"});
  const auto check = [&exporter](int port) {
    return RunExporter(exporter.folder(),
                       {"--healthcheck", "--config.file=config.yaml",
                        "--web.listen-address=127.0.0.1:" + std::to_string(port)});
  };
  EXPECT_EQ(check(exporter.port()).exit_code, 0);
  const int nobody = FreePort();
  const EndedProcess failed = check(nobody);
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.error_output,
              HasSubstr("http://127.0.0.1:" + std::to_string(nobody) + "/-/healthy: "));
}

}  // namespace
}  // namespace cckm
