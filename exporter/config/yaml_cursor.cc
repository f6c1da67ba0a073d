#include "exporter/config/yaml_cursor.h"

#include <algorithm>
#include <system_error>

#include "exporter/config/text.h"

namespace cckm {
namespace {

// yaml-cpp counts lines from 0 and has -1 for none.
int LineOf(const YAML::Node& node, int otherwise) {
  const int line = node.Mark().line;
  return line < 0 ? otherwise : line + 1;
}

std::string NamesOf(const std::vector<YamlKey>& keys) {
  std::string names;
  for (const YamlKey& key : keys) names.append(names.empty() ? "" : ", ").append(key.name);
  return names;
}

bool HasTagOf(const YAML::Node& node, std::initializer_list<std::string_view> allowed) {
  return std::ranges::find(allowed, std::string_view(node.Tag())) != allowed.end();
}

// yaml-cpp's marks: `?` for a plain scalar, `!` for a quoted one.
constexpr std::string_view kPlain = "?";
constexpr std::string_view kQuoted = "!";
constexpr std::string_view kExplicitText = "tag:yaml.org,2002:str";

}  // namespace

ConfigSource::ConfigSource(const std::filesystem::path& file) : file_(file.string()) {
  std::error_code fault;
  folder_ = std::filesystem::absolute(file, fault).parent_path();
}

void ConfigSource::Add(int line, std::string key, std::string message) {
  problems_.push_back({file_, line, std::move(key), std::move(message)});
}

std::vector<ConfigProblem> ConfigSource::TakeProblemsInFileOrder() {
  std::ranges::stable_sort(problems_, {}, &ConfigProblem::line);
  return std::move(problems_);
}

std::filesystem::path ConfigSource::Absolute(const std::string& written) const {
  return (folder_ / written).lexically_normal();
}

std::optional<std::string> YamlCursor::Text(std::string_view rule) const {
  if (node_.IsScalar() && HasTagOf(node_, {kPlain, kQuoted, kExplicitText})) return node_.Scalar();
  Complain(std::string(rule));
  return std::nullopt;
}

std::optional<std::string> YamlCursor::PlainText(std::string_view rule) const {
  if (node_.IsScalar() && HasTagOf(node_, {kPlain})) return node_.Scalar();
  Complain(std::string(rule));
  return std::nullopt;
}

std::optional<std::vector<YamlCursor>> YamlCursor::Items() const {
  std::vector<YamlCursor> items;
  if (node_.IsNull()) return items;
  if (!node_.IsSequence()) {
    Complain("must be a list");
    return std::nullopt;
  }
  for (const YAML::Node& item : node_) {
    items.push_back(Child(item, LineOf(item, line_), "[" + std::to_string(items.size()) + "]"));
  }
  return items;
}

std::optional<std::vector<std::pair<std::string, YamlCursor>>> YamlCursor::Entries() const {
  if (!node_.IsMap() && !node_.IsNull()) {
    Complain("must be a map");
    return std::nullopt;
  }
  std::vector<std::pair<std::string, YamlCursor>> entries;
  for (const Member& member : Members()) {
    entries.emplace_back(member.name, Child(member.value, member.line, ShownKey(member.name)));
  }
  return entries;
}

bool YamlCursor::ReadMap(const std::vector<YamlKey>& keys) const {
  if (!node_.IsMap() && !node_.IsNull()) {
    Complain("must be a map with the keys " + NamesOf(keys));
    return false;
  }
  const std::vector<Member> members = Members();
  for (const Member& member : members) ReadMember(member, keys);
  for (const YamlKey& key : keys) {
    if (key.need.empty() || std::ranges::count(members, key.name, &Member::name) != 0) continue;
    Child(node_, line_, std::string(key.name)).Complain("is missing: " + std::string(key.need));
  }
  return true;
}

// yaml-cpp hands out a repeated key twice; the first is kept.
std::vector<YamlCursor::Member> YamlCursor::Members() const {
  std::vector<Member> members;
  if (node_.IsNull()) return members;
  for (const auto& pair : node_) {
    const int line = LineOf(pair.first, line_);
    if (!pair.first.IsScalar()) {
      source_->Add(line, path_, "must have plain words as keys");
      continue;
    }
    const auto first = std::ranges::find(members, pair.first.Scalar(), &Member::name);
    if (first == members.end()) {
      members.push_back({pair.first.Scalar(), pair.second, line});
      continue;
    }
    Child(pair.second, line, ShownKey(first->name))
        .Complain("is written twice; the first is in line " + std::to_string(first->line));
  }
  return members;
}

YamlCursor YamlCursor::Child(const YAML::Node& node, int line, const std::string& path_end) const {
  YamlCursor child(node, line, *source_);
  const bool needs_dot = !path_.empty() && !path_end.starts_with('[');
  child.path_ = path_ + (needs_dot ? "." : "") + path_end;
  return child;
}

void YamlCursor::ReadMember(const Member& member, const std::vector<YamlKey>& keys) const {
  YamlCursor child = Child(member.value, member.line, ShownKey(member.name));
  const auto key = std::ranges::find(keys, member.name, &YamlKey::name);
  if (key == keys.end()) {
    child.Complain("is not a known key; allowed here are " + NamesOf(keys));
    return;
  }
  key->read(child);
}

}  // namespace cckm
