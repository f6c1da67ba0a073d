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

// The names that other targets have already, and where.
using NamesSeen = std::map<std::string, int>;

void CheckNameIsNew(const YamlCursor& cursor, const std::string& name, NamesSeen& seen) {
  const auto [first, is_new] = seen.emplace(name, cursor.line());
  if (is_new) return;
  cursor.ReportError("must differ from the other targets' names; line " +
                     std::to_string(first->second) + " has the same");
}

void CheckNamesAreNew(const GivenKeys& given, const TargetEntry& entry, NamesSeen& seen) {
  if (entry.name.empty()) return;  // reported, or not given
  if (entry.domains.empty()) return CheckNameIsNew(*given.Find("name"), entry.name, seen);
  for (const std::string& domain : entry.domains) {
    CheckNameIsNew(*given.Find("domains"), NameInDomain(entry.name, domain), seen);
  }
}

std::vector<TargetConfig> ReadEntry(const YamlCursor& cursor, const TargetSettings& inherited,
                                    NamesSeen& seen) {
  TargetEntry entry;
  entry.settings = inherited;
  if (const auto given = ReadKeys(cursor, TargetKeys(), entry)) {
    CheckNamesAreNew(*given, entry, seen);
    CheckTarget(cursor, *given, entry);
  }
  return TargetsOf(std::move(entry));
}

void ReadTargets(const YamlCursor& cursor, const TargetSettings& inherited, Config& out) {
  NamesSeen seen;
  const auto items = cursor.Items();
  if (items && items->empty()) cursor.ReportError("must list at least one target");
  for (const YamlCursor& item : items.value_or(std::vector<YamlCursor>{})) {
    for (TargetConfig& target : ReadEntry(item, inherited, seen)) {
      out.targets.push_back(std::move(target));
    }
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
