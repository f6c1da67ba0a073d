#include "exporter/config/yaml/schema.h"

#include <optional>
#include <utility>

#include "collectors/base/redact.h"
#include "exporter/config/yaml/key_checks.h"
#include "exporter/config/yaml/value_kinds.h"

namespace cckm {
namespace {

YamlReader Remember(std::optional<YamlCursor>& out) {
  return [&out](const YamlCursor& cursor) { out.emplace(cursor); };
}

}  // namespace

void ConfigReader::ReadGlobal(const YamlCursor& cursor) {
  GivenKeys given;
  std::vector<YamlKey> keys = BindKeys(SettingsKeys(), inherited_, given);
  for (YamlKey& key : BindKeys(ProcessKeys(), config_, given)) keys.push_back(std::move(key));
  cursor.ReadMap(keys);
}

void ConfigReader::ReadMainFile(const YamlCursor& root) {
  std::optional<YamlCursor> global;
  std::optional<YamlCursor> targets;
  std::optional<YamlCursor> files;
  const bool has_files = root.Has("target_files");
  root.ReadMap({
      {"global", Remember(global)},
      {"targets", Remember(targets), has_files ? "" : "the exporter needs at least one target"},
      {"target_files", Remember(files)},
  });
  if (global) ReadGlobal(*global);
  if (targets) {
    const auto items = targets->Items();
    if (items && items->empty() && !has_files) {
      targets->ReportError("must list at least one target");
    }
    for (const YamlCursor& item : items.value_or(std::vector<YamlCursor>{})) ReadEntry(item);
  }
  if (files) TargetFilesValue().Read(*files, config_.target_files);
}

void ConfigReader::ReadTargetFile(const YamlCursor& root) {
  for (const YamlCursor& item : root.Items().value_or(std::vector<YamlCursor>{})) ReadEntry(item);
}

void ConfigReader::ReadEntry(const YamlCursor& cursor) {
  TargetEntry entry;
  entry.settings = inherited_;
  if (const auto given = ReadKeys(cursor, TargetKeys(), entry)) {
    CheckNamesAreNew(*given, entry);
    CheckTarget(cursor, *given, entry);
  }
  for (TargetConfig& target : TargetsOf(std::move(entry))) {
    config_.targets.push_back(std::move(target));
  }
}

void ConfigReader::CheckNamesAreNew(const GivenKeys& given, const TargetEntry& entry) {
  if (entry.name.empty()) return;  // reported, or not given
  if (entry.domains.empty()) return CheckNameIsNew(*given.Find("name"), entry.name);
  for (const std::string& domain : entry.domains) {
    CheckNameIsNew(*given.Find("domains"), NameInDomain(entry.name, domain));
  }
}

void ConfigReader::CheckNameIsNew(const YamlCursor& cursor, const std::string& name) {
  const auto [first, is_new] = names_seen_.try_emplace(name, Place{cursor.file(), cursor.line()});
  if (is_new) return;
  const Place& place = first->second;
  const std::string file = place.file == cursor.file() ? "" : ShownPath(place.file) + ", ";
  cursor.ReportError("must differ from the other targets' names; " + file + "line " +
                     std::to_string(place.line) + " has the same");
}

}  // namespace cckm
