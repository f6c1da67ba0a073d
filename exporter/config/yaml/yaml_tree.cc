#include "exporter/config/yaml/yaml_tree.h"

#include <yaml-cpp/mark.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace cckm {
namespace {

// Deeper than any key of ours stands, and far less than any stack bears.
constexpr std::size_t kMaxLevels = 32;
// Room for half a million refresh IDs, and as much besides.
constexpr std::size_t kMaxValues = 1'000'000;
constexpr std::size_t kMaxMembers = 10'000;

// yaml-cpp counts lines from 0.
int LineOf(const YAML::Mark& mark) { return mark.line + 1; }

// yaml-cpp's marks: `?` for a plain scalar, `!` for a quoted one.
YamlNode::Tag TagOf(std::string_view tag) {
  if (tag == "?") return YamlNode::Tag::kPlain;
  const bool is_text = tag == "!" || tag == "tag:yaml.org,2002:str";
  return is_text ? YamlNode::Tag::kText : YamlNode::Tag::kOther;
}

// The maps that a merge key brings, from its value: one, or a list of them.
std::vector<const YamlNode*> MergedMaps(const YamlNode::Member& merge) {
  std::vector<const YamlNode*> maps;
  const YamlNode& value = *merge.value;
  if (value.kind == YamlNode::Kind::kList) {
    for (const YamlNode::Shared& item : value.items) maps.push_back(item.get());
  } else {
    maps.push_back(&value);
  }
  const bool all_maps = std::ranges::all_of(
      maps, [](const YamlNode* node) { return node->kind == YamlNode::Kind::kMap; });
  if (!all_maps) throw YamlRefusal{merge.key->line, "<< must merge a map or a list of maps"};
  return maps;
}

// YAML 1.1, "merge": what the map has itself is stronger than what it merges, and of that the
// former than the latter.
void Merge(std::vector<YamlNode::Member>& members) {
  const auto is_own = [](const YamlNode::Member& member) { return !member.key->IsMergeKey(); };
  const auto merges = std::stable_partition(members.begin(), members.end(), is_own);
  if (merges == members.end()) return;
  const std::vector<YamlNode::Member> taken(merges, members.end());
  members.erase(merges, members.end());
  std::unordered_set<std::string_view> names;
  for (const YamlNode::Member& member : members) names.insert(member.key->text);
  for (const YamlNode::Member& merge : taken) {
    for (const YamlNode* map : MergedMaps(merge)) {
      for (const YamlNode::Member& member : map->members) {
        if (names.insert(member.key->text).second) members.push_back(member);
      }
    }
  }
}

}  // namespace

void YamlTree::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  CountValues(1, LineOf(mark));
  Take({.line = LineOf(mark)}, anchor);
}

void YamlTree::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                        const std::string& value) {
  CountValues(1, LineOf(mark));
  Take({.kind = YamlNode::Kind::kScalar, .tag = TagOf(tag), .line = LineOf(mark), .text = value},
       anchor);
}

// What it stands for counts again, as if it were written there.
void YamlTree::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const YamlNode::Shared node = anchor < anchored_.size() ? anchored_[anchor] : nullptr;
  if (node == nullptr) throw YamlRefusal{LineOf(mark), "an alias must not stand within itself"};
  CountValues(node->values, LineOf(mark));
  Place(node);
}

void YamlTree::OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/,
                               YAML::anchor_t anchor, YAML::EmitterStyle::value /*style*/) {
  Enter(YamlNode::Kind::kList, mark, anchor);
}

void YamlTree::OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                          YAML::EmitterStyle::value /*style*/) {
  Enter(YamlNode::Kind::kMap, mark, anchor);
}

// yaml-cpp calls itself for every level, which ends here before the stack does.
void YamlTree::Enter(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (open_.size() == kMaxLevels) {
    throw YamlRefusal{LineOf(mark),
                      "must not be deeper than " + std::to_string(kMaxLevels) + " levels"};
  }
  CountValues(1, LineOf(mark));
  open_.push_back({{.kind = kind, .line = LineOf(mark)}, anchor, nullptr});
}

void YamlTree::Close() {
  Open closed = std::move(open_.back());
  open_.pop_back();
  Merge(closed.node.members);
  Take(std::move(closed.node), closed.anchor);
}

void YamlTree::Take(YamlNode node, YAML::anchor_t anchor) {
  auto shared = std::make_shared<const YamlNode>(std::move(node));
  if (anchor != YAML::NullAnchor) {
    if (anchored_.size() <= anchor) anchored_.resize(anchor + 1);
    anchored_[anchor] = shared;
  }
  Place(std::move(shared));
}

void YamlTree::Place(YamlNode::Shared node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = open_.back();
  parent.node.values += node->values;
  if (parent.node.kind == YamlNode::Kind::kList) {
    parent.node.items.push_back(std::move(node));
  } else if (parent.key == nullptr) {
    parent.key = std::move(node);
  } else if (parent.node.members.size() == kMaxMembers) {
    throw YamlRefusal{parent.key->line,
                      "a map must not have more than " + std::to_string(kMaxMembers) + " keys"};
  } else {
    parent.node.members.push_back({std::exchange(parent.key, nullptr), std::move(node)});
  }
}

void YamlTree::CountValues(std::size_t more, int line) {
  values_ += more;
  if (values_ <= kMaxValues) return;
  throw YamlRefusal{line, "must not have more than " + std::to_string(kMaxValues) +
                              " values, aliases counted as what they stand for"};
}

}  // namespace cckm
