#include "tests/system/integration/config_yaml.h"

namespace cckm {

std::string Discovering(const std::string& family) {
  return family + ": { discovery: { enabled: true, interval: 1s } }";
}

std::string ConfigYaml(const std::vector<TargetYaml>& targets,
                       const std::vector<std::string>& global) {
  std::string yaml = "global:\n  poll_interval: 1s\n  allow_http: true\n";
  for (const std::string& line : global) yaml.append("  ").append(line).append("\n");
  yaml += "targets:\n";
  for (const TargetYaml& target : targets) {
    yaml.append("  - name: ").append(target.name).append("\n");
    yaml.append("    url: ").append(target.url).append("\n");
    yaml += "    authorization: { credentials_file: token }\n    collectors:\n";
    for (const std::string& line : target.collectors) yaml.append("      " + line + "\n");
  }
  return yaml;
}

}  // namespace cckm
