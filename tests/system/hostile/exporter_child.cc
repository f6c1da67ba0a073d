#include "tests/system/hostile/exporter_child.h"

#include <charconv>
#include <stdexcept>

namespace cckm {
namespace {

// env becomes the exporter: the process is the same.
ChildSettings Command(const ConfigFolder& folder, std::vector<std::string> environment) {
  ChildSettings settings{.arguments = std::move(environment), .folder = folder.File("")};
  for (const char* word : {CCKM_EXPORTER_BINARY, "--config.file=config.yaml", "--storage.path=data",
                           "--web.listen-address=127.0.0.1:0"}) {
    settings.arguments.emplace_back(word);
  }
  return settings;
}

// 0 until the line is there.
int PortIn(const std::string& log) {
  constexpr std::string_view kKey = " port=";
  const std::size_t line = log.find("msg=\"Listening\"");
  if (line == std::string::npos || log.find('\n', line) == std::string::npos) return 0;
  int port = 0;
  const std::size_t digits = log.find(kKey, line) + kKey.size();
  std::from_chars(log.data() + digits, log.data() + log.size(), port);
  return port;
}

}  // namespace

ExporterChild::ExporterChild(const ConfigFolder& folder, std::vector<std::string> environment)
    : process_("/usr/bin/env", Command(folder, std::move(environment))) {
  const bool listens = Eventually(kPatience, [this] {
    port_ = PortIn(process_.ErrorOutput());
    return port_ != 0 || process_.WaitForExit({}).has_value();
  });
  if (!listens || port_ == 0) {
    throw std::runtime_error("the exporter does not start: " + process_.ErrorOutput());
  }
}

EndedProcess CheckConfig(const ConfigFolder& folder) {
  return RunToEnd(
      CCKM_EXPORTER_BINARY,
      {.arguments = {"--config.file=config.yaml", "--config.check"}, .folder = folder.File("")});
}

}  // namespace cckm
