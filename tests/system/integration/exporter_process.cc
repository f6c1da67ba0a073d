#include "tests/system/integration/exporter_process.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <string.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "tests/support/fakes/leak.h"
#include "tests/support/fakes/raw_server.h"

namespace cckm {
namespace {

std::string Join(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined.append(joined.empty() ? "" : ", ").append(word);
  return joined;
}

const ConfigFolder& Prepared(const ConfigFolder& folder, const ExporterSettings& settings) {
  WriteConfig(folder, settings);
  return folder;
}

ChildSettings ServingIn(const ConfigFolder& folder, const ExporterSettings& settings) {
  ChildSettings command{
      .arguments = {"--config.file=config.yaml", "--storage.path=" + settings.storage,
                    "--web.listen-address=127.0.0.1:0"},
      .folder = folder.File(""),
      .environment = settings.environment,
      .limits = settings.limits};
  command.arguments.insert(command.arguments.end(), settings.flags.begin(), settings.flags.end());
  return command;
}

// The port in the line msg="Listening" of either log format; 0 until that line is there.
int PortIn(const std::string& log) {
  constexpr std::string_view kKey = "port";
  const std::size_t line = log.find("\"Listening\"");
  if (line == std::string::npos || log.find('\n', line) == std::string::npos) return 0;
  const std::size_t digits = log.find_first_of("0123456789", log.find(kKey, line));
  int port = 0;
  std::from_chars(log.data() + digits, log.data() + log.size(), port);
  return port;
}

}  // namespace

void WriteConfig(const ConfigFolder& folder, const ExporterSettings& settings) {
  for (const auto& [name, content] : settings.files) folder.Write(name, content, 0600);
  if (!settings.config.empty()) {
    folder.Write("config.yaml", settings.config, 0600);
    return;
  }
  std::string config = "global:\n";
  for (const char* kind : {"poll", "recheck", "heartbeat"}) {
    config.append("  ").append(kind).append("_interval: ").append(settings.interval).append("\n");
  }
  config +=
      "  request_timeout: 30s\n"
      "  allow_http: true\n"
      "targets:\n"
      "  - name: cm\n";
  for (const std::string& line : settings.target) config.append("    ").append(line).append("\n");
  config.append("    url: ").append(settings.url).append("\n");
  config.append("    collectors: { dsm: { refresh_ids: [").append(Join(settings.refresh_ids));
  folder.Write("config.yaml", config + "] } }\n", 0600);
}

EndedProcess RunExporter(const ConfigFolder& folder, std::vector<std::string> flags,
                         std::vector<std::string> limits) {
  EndedProcess ended = RunToEnd(
      CCKM_EXPORTER_BINARY,
      {.arguments = std::move(flags), .folder = folder.File(""), .limits = std::move(limits)});
  EXPECT_THAT(FindLeaks("standard output", ended.output), testing::IsEmpty());
  EXPECT_THAT(FindLeaks("standard error", ended.error_output), testing::IsEmpty());
  return ended;
}

RawAnswer AskPort(int port, const std::string& method, const std::string& path) {
  RawClient client(port);
  if (!client.Send(method + " " + path + " HTTP/1.1\r\nHost: exporter\r\n\r\n")) return {};
  RawAnswer answer = client.ReadAnswer(method == "HEAD");
  EXPECT_THAT(FindLeaks(path, answer.head), testing::IsEmpty());
  EXPECT_THAT(FindLeaks(path, answer.body), testing::IsEmpty());
  return answer;
}

int FreePort() { return RawServer({}).port(); }

std::string Series(const std::string& name,
                   const std::vector<std::pair<std::string, std::string>>& more_labels) {
  std::string series = name + R"({target="cm",cloud="dsm")";
  for (const auto& [label, value] : more_labels) {
    series.append(",").append(label).append("=\"").append(value).append("\"");
  }
  return series + "}";
}

std::string ValueOf(const std::string& exposition, const std::string& series) {
  const std::string before = "\n" + series + " ";
  const std::size_t found = exposition.find(before);
  if (found == std::string::npos) return {};
  const std::size_t value = found + before.size();
  return exposition.substr(value, exposition.find('\n', value) - value);
}

ExporterProcess::ExporterProcess(const ExporterSettings& settings)
    : storage_(settings.storage), command_(ServingIn(Prepared(folder_, settings), settings)) {
  Start();
}

ExporterProcess::~ExporterProcess() { SearchForSecrets(); }

void ExporterProcess::Restart() {
  SearchForSecrets();
  child_->Signal(SIGKILL);
  child_->WaitForExit(kPatience);
  Start();
}

void ExporterProcess::Start() {
  child_ = std::make_unique<ChildProcess>(CCKM_EXPORTER_BINARY, command_);
  const bool listens = Eventually(kPatience, [this] {
    port_ = PortIn(child_->ErrorOutput());
    return port_ != 0 || child_->WaitForExit({}).has_value();
  });
  if (!listens || port_ == 0) {
    throw std::runtime_error("the exporter does not start: " + child_->ErrorOutput());
  }
  EXPECT_THAT(FindLeaksInProcess(child_->pid()), testing::IsEmpty());
}

void ExporterProcess::SearchForSecrets() {
  if (!child_->WaitForExit({})) {
    EXPECT_THAT(FindLeaksInProcess(child_->pid()), testing::IsEmpty());
    for (const char* path : {"/metrics", "/", "/config", "/api/v1/status"}) Get(path);
  }
  EXPECT_THAT(FindLeaks("standard output", child_->Output()), testing::IsEmpty());
  EXPECT_THAT(FindLeaks("standard error", child_->ErrorOutput()), testing::IsEmpty());
  if (!storage_.empty()) {
    EXPECT_THAT(FindLeaksInFolder(folder_.File(storage_)), testing::IsEmpty());
  }
}

testing::AssertionResult ExporterProcess::Shows(const Samples& samples, Nanoseconds limit) const {
  std::string exposition;
  const auto is_shown = [&exposition](const auto& sample) {
    return ValueOf(exposition, sample.first) == sample.second;
  };
  const bool all_shown = Eventually(limit, [&] {
    exposition = Scrape();
    return std::ranges::all_of(samples, is_shown);
  });
  if (all_shown) return testing::AssertionSuccess();
  auto failure = testing::AssertionFailure();
  for (const auto& sample : samples) {
    if (is_shown(sample)) continue;
    failure << "\n"
            << sample.first << " is '" << ValueOf(exposition, sample.first) << "' and not '"
            << sample.second << "'";
  }
  return failure;
}

testing::AssertionResult StopsInTime(ExporterProcess& exporter, int signal) {
  exporter.child().Signal(signal);
  const std::optional<int> exit_code = exporter.child().WaitForExit(std::chrono::seconds(2));
  if (exit_code == 0) return testing::AssertionSuccess();
  auto failure = testing::AssertionFailure() << "After SIG" << sigabbrev_np(signal);
  if (!exit_code) return failure << " it still runs after two seconds.";
  return failure << " it ended with " << *exit_code << ".";
}

}  // namespace cckm
