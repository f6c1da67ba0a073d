#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/yaml/config_keys.h"
#include "tests/docs/reference_pages.h"

namespace cckm {
namespace {

using References = std::vector<KeyReference>;

// The keys of the maps among `keys`, and where `with_others` the others, too.
void AddRows(const References& keys, const std::string& prefix, bool with_others,
             std::string& table) {
  for (const KeyReference& key : keys) {
    const std::string name = prefix + std::string(key.name);
    if (!key.keys.empty()) {
      AddRows(key.keys, name + ".", true, table);
    } else if (with_others) {
      table += ConfigKeyRow(name, key);
    }
  }
}

std::string OneRowForEach(const References& keys) {
  std::string table;
  for (const KeyReference& key : keys) table += ConfigKeyRow(std::string(key.name), key);
  return table;
}

std::string KeysOfMaps(const std::vector<std::string_view>& names) {
  References maps = TargetOnlyReferences();
  std::erase_if(
      maps, [&names](const KeyReference& key) { return std::ranges::count(names, key.name) == 0; });
  std::string table;
  AddRows(maps, "", false, table);
  return table;
}

std::string KeysOfCollector() {
  std::string table;
  AddRows(ReferencesOf(CollectorKeys()), "", true, table);
  return table;
}

struct Table {
  std::string_view name;
  std::string (*rows)();
};

constexpr std::array kTables = std::to_array<Table>({
    {"global", [] { return OneRowForEach(ReferencesOf(SettingsKeys())); }},
    {"process", [] { return OneRowForEach(ReferencesOf(ProcessKeys())); }},
    {"target", [] { return OneRowForEach(TargetOnlyReferences()); }},
    {"authentication",
     [] {
       return KeysOfMaps({"login", "authorization", "client_certificate"});
     }},
    {"tls", [] { return KeysOfMaps({"tls_config"}); }},
    {"proxy", [] { return KeysOfMaps({"proxy_login"}); }},
    {"expectations", [] { return KeysOfMaps({"expectations"}); }},
    {"schedules", [] { return KeysOfMaps({"schedules"}); }},
    {"collector", KeysOfCollector},
});

std::string DefaultOf(const KeyReference& key) {
  if (!key.need.empty()) return "must be given";
  if (!key.without.empty()) return std::string(key.without);
  const WrittenValue& value = key.default_value;
  if (value.items.empty()) return value.text.empty() ? "none" : Code(value.text);
  std::string list;
  for (const std::string& item : value.items) list.append(list.empty() ? "[" : ", ").append(item);
  return Code(list + "]");
}

}  // namespace

std::vector<KeyReference> TargetOnlyReferences() {
  References keys = ReferencesOf(TargetKeys());
  const References settings = ReferencesOf(SettingsKeys());
  std::erase_if(keys, [&settings](const KeyReference& key) {
    return std::ranges::count(settings, key.name, &KeyReference::name) != 0;
  });
  return keys;
}

std::string ConfigKeyRow(const std::string& name, const KeyReference& key) {
  return TableRow({Code(name), DefaultOf(key), key.allowed.range, std::string(key.meaning)});
}

std::string ConfigurationPage(const std::string& stored) {
  std::string page = stored;
  for (const Table& table : kTables) {
    const std::string mark = "<!-- Keys of " + std::string(table.name) + ": generated -->\n";
    const std::size_t begin = page.find(mark);
    if (begin == std::string::npos) continue;  // the test of the rows misses them
    const std::size_t from = begin + mark.size();
    const std::size_t end = page.find("\n\n", from - 1);
    page.replace(from, end + 1 - from,
                 TableHead({"key", "default", "range", "meaning"}) + table.rows());
  }
  return page;
}

}  // namespace cckm
