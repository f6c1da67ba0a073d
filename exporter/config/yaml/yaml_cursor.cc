#include "exporter/config/yaml/yaml_cursor.h"

#include <algorithm>
#include <system_error>
#include <unordered_map>

#include "exporter/config/nearest_word.h"
#include "exporter/config/text.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxProblems = 1000;

int LineOf(const YamlNode& node, int otherwise) { return node.line < 1 ? otherwise : node.line; }

std::string NamesOf(const std::vector<YamlKey>& keys) {
  std::string names;
  for (const YamlKey& key : keys) names.append(names.empty() ? "" : ", ").append(key.name);
  return names;
}

std::string UnknownKey(std::string_view name, const std::vector<YamlKey>& keys) {
  std::vector<std::string_view> names(keys.size());
  std::ranges::transform(keys, names.begin(), &YamlKey::name);
  const std::string_view nearest = NearestWord(name, names);
  if (nearest.empty()) return "is not a known key; allowed here are " + NamesOf(keys);
  return "is not a known key; did you mean " + std::string(nearest) + "? Allowed here are " +
         NamesOf(keys);
}

}  // namespace

ConfigSource::ConfigSource(const std::filesystem::path& file) : file_(file.string()) {
  std::error_code fault;
  folder_ = std::filesystem::absolute(file, fault).parent_path();
}

void ConfigSource::Add(int line, std::string key, std::string message) {
  if (problems_.size() == kMaxProblems) {
    ++more_problems_;
  } else {
    problems_.push_back({file_, line, std::move(key), std::move(message)});
  }
}

void ConfigSource::Warn(int line, std::string key, std::string message) {
  const ConfigProblem oddity{file_, line, std::move(key), std::move(message)};
  warnings_.push_back(oddity.ToString());
}

std::vector<ConfigProblem> ConfigSource::TakeProblemsInFileOrder() {
  std::ranges::stable_sort(problems_, {}, &ConfigProblem::line);
  if (more_problems_ != 0) {
    problems_.push_back({file_, 0, "", "has more problems: " + std::to_string(more_problems_)});
  }
  return std::move(problems_);
}

std::filesystem::path ConfigSource::Absolute(const std::string& written) const {
  return (folder_ / written).lexically_normal();
}

std::optional<std::string> YamlCursor::Text(std::string_view rule, const Fits& fits) const {
  const bool is_text = Is(YamlNode::Kind::kScalar) && node_->tag != YamlNode::Tag::kOther;
  if (is_text && (!fits || fits(node_->text))) return node_->text;
  ReportError(std::string(rule));
  return std::nullopt;
}

std::optional<std::string> YamlCursor::PlainText(std::string_view rule, const Fits& fits) const {
  return Text(rule, [&](std::string_view text) {
    return node_->tag == YamlNode::Tag::kPlain && (!fits || fits(text));
  });
}

bool YamlCursor::Has(std::string_view key) const {
  return std::ranges::any_of(node_->members, [key](const YamlNode::Member& member) {
    return member.key->kind == YamlNode::Kind::kScalar && member.key->text == key;
  });
}

std::optional<std::vector<YamlCursor>> YamlCursor::Items() const {
  std::vector<YamlCursor> items;
  if (Is(YamlNode::Kind::kNothing)) return items;
  if (!Is(YamlNode::Kind::kList)) {
    ReportError("must be a list");
    return std::nullopt;
  }
  for (const YamlNode::Shared& item : node_->items) {
    items.push_back(Child(item, LineOf(*item, line_), "[" + std::to_string(items.size()) + "]"));
  }
  return items;
}

std::optional<std::vector<std::pair<std::string, YamlCursor>>> YamlCursor::Entries() const {
  if (!Is(YamlNode::Kind::kMap) && !Is(YamlNode::Kind::kNothing)) {
    ReportError("must be a map");
    return std::nullopt;
  }
  std::vector<std::pair<std::string, YamlCursor>> entries;
  for (const Member& member : Members()) {
    entries.emplace_back(member.name, Child(member.value, member.line, ShownKey(member.name)));
  }
  return entries;
}

void YamlCursor::ReportMissing(std::string_view key, std::string_view need) const {
  Child(node_, line_, std::string(key)).ReportError("is missing: " + std::string(need));
}

bool YamlCursor::ReadMap(const std::vector<YamlKey>& keys) const {
  if (!Is(YamlNode::Kind::kMap) && !Is(YamlNode::Kind::kNothing)) {
    ReportError("must be a map with the keys " + NamesOf(keys));
    return false;
  }
  const std::vector<Member> members = Members();
  const Member* before = nullptr;
  for (const Member& member : members) {
    ReadMember(member, keys, before);
    before = &member;
  }
  for (const YamlKey& key : keys) {
    if (key.need.empty() || std::ranges::count(members, key.name, &Member::name) != 0) continue;
    ReportMissing(key.name, key.need);
  }
  return true;
}

// Of a repeated key the first is kept.
std::vector<YamlCursor::Member> YamlCursor::Members() const {
  std::vector<Member> members;
  std::unordered_map<std::string_view, int> lines;
  for (const auto& [key, value] : node_->members) {
    const int line = LineOf(*key, line_);
    if (key->kind != YamlNode::Kind::kScalar) {
      source_->Add(line, path_, "must have plain words as keys");
      continue;
    }
    const auto [first, is_new] = lines.emplace(key->text, line);
    if (is_new) {
      members.push_back({key->text, value, line});
      continue;
    }
    Child(value, line, ShownKey(key->text))
        .ReportError("is written twice; the first is in line " + std::to_string(first->second));
  }
  return members;
}

YamlCursor YamlCursor::Child(YamlNode::Shared node, int line, const std::string& path_end) const {
  YamlCursor child(std::move(node), line, *source_);
  const bool needs_dot = !path_.empty() && !path_end.starts_with('[');
  child.path_ = path_ + (needs_dot ? "." : "") + path_end;
  return child;
}

void YamlCursor::ReadMember(const Member& member, const std::vector<YamlKey>& keys,
                            const Member* before) const {
  YamlCursor child = Child(member.value, member.line, ShownKey(member.name));
  const auto key = std::ranges::find(keys, member.name, &YamlKey::name);
  if (key != keys.end()) return key->read(child);
  std::string sentence = UnknownKey(member.name, keys);
  const bool is_empty_above = before != nullptr && before->value->kind == YamlNode::Kind::kNothing;
  if (is_empty_above && std::ranges::count(keys, before->name, &YamlKey::name) != 0) {
    sentence += "; if it belongs to " + before->name + " above, indent it further";
  }
  child.ReportError(std::move(sentence));
}

}  // namespace cckm
