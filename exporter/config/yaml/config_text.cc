#include "exporter/config/yaml/config_text.h"

#include <yaml-cpp/yaml.h>

#include "exporter/config/yaml/config_keys.h"

namespace cckm {
namespace {

void Emit(YAML::Emitter& out, const WrittenValue& value) {
  if (!value.items.empty()) {
    if (value.is_on_one_line) out << YAML::Flow;
    out << value.items;
    return;
  }
  if (!value.maps.empty()) {
    out << YAML::BeginSeq;
    for (const WrittenValue& map : value.maps) Emit(out, map);
    out << YAML::EndSeq;
    return;
  }
  if (value.members.empty()) {
    out << value.text;
    return;
  }
  out << YAML::BeginMap;
  for (const auto& [key, member] : value.members) {
    out << YAML::Key << std::string(key) << YAML::Value;
    Emit(out, member);
  }
  out << YAML::EndMap;
}

}  // namespace

std::string ConfigText(const Config& config) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "global" << YAML::Value;
  Emit(out, WriteKeys(ProcessKeys(), config));
  out << YAML::Key << "targets" << YAML::Value << YAML::BeginSeq;
  for (const TargetConfig& target : config.targets) {
    Emit(out, WriteKeys(TargetKeys(), TargetEntry{target}));
  }
  out << YAML::EndSeq << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace cckm
