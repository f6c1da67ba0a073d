#include "exporter/config/yaml/schema.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exporter/config/yaml/config_keys.h"
#include "exporter/config/yaml/key_checks.h"

namespace cckm {
namespace {

YamlReader Remember(std::optional<YamlCursor>& out) {
  return [&out](const YamlCursor& cursor) { out.emplace(cursor); };
}

// The lines of the names that other targets have already.
using NamesSeen = std::map<std::string, int>;

void CheckNameIsNew(const GivenKeys& given, const TargetConfig& target, NamesSeen& seen) {
  if (target.name.empty()) return;  // reported, or not given
  const YamlCursor& name = *given.Find("name");
  const auto [first, is_new] = seen.emplace(target.name, name.line());
  if (is_new) return;
  name.ReportError("must differ from the other targets' names; line " +
                   std::to_string(first->second) + " has the same");
}

TargetConfig ReadTarget(const YamlCursor& cursor, const TargetSettings& inherited,
                        NamesSeen& seen) {
  TargetConfig target;
  target.settings = inherited;
  if (const auto given = ReadKeys(cursor, TargetKeys(), target)) {
    CheckNameIsNew(*given, target, seen);
    CheckTarget(cursor, *given, target);
  }
  return target;
}

void ReadTargets(const YamlCursor& cursor, const TargetSettings& inherited, Config& out) {
  NamesSeen seen;
  const auto items = cursor.Items();
  if (items && items->empty()) cursor.ReportError("must list at least one target");
  for (const YamlCursor& item : items.value_or(std::vector<YamlCursor>{})) {
    out.targets.push_back(ReadTarget(item, inherited, seen));
  }
}

void ReadGlobal(const YamlCursor& cursor, TargetSettings& settings, Config& out) {
  GivenKeys given;
  std::vector<YamlKey> keys = BindKeys(SettingsKeys(), settings, given);
  for (YamlKey& key : BindKeys(ProcessKeys(), out, given)) keys.push_back(std::move(key));
  cursor.ReadMap(keys);
}

}  // namespace

Config ReadConfig(const YamlCursor& root) {
  Config config;
  std::optional<YamlCursor> global;
  std::optional<YamlCursor> targets;
  root.ReadMap({
      {"global", Remember(global)},
      {"targets", Remember(targets), "the exporter needs at least one target"},
  });
  TargetSettings settings;
  if (global) ReadGlobal(*global, settings, config);
  if (targets) ReadTargets(*targets, settings, config);
  return config;
}

}  // namespace cckm
