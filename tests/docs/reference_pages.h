// The pages of deploy/docs that are generated from the tables of the code.
//
// Used by generate_references.cc, which writes them, and by the test that holds the files.
// Thread-safety: main thread only, because gflags' registry belongs to the process.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/yaml/config_key.h"

namespace cckm {

struct ReferencePage {
  std::string_view file;  // its name in deploy/docs
  // What it has to be; `stored` is what it is, whose prose some pages keep.
  std::string (*text)(const std::string& stored);
};

// deploy/docs/metrics.md, from exporter/metrics/catalogue.cc.
std::string MetricsPage();

// deploy/docs/flags.md, from exporter/config/flags/flag_table.cc.
std::string FlagsPage();

// The page that is stored, with the tables of keys from exporter/config/yaml/config_keys.cc.
std::string ConfigurationPage(const std::string& stored);

// deploy/docs/cckm.schema.json, for editors, from the same rows.
std::string SchemaPage();

inline const std::vector<ReferencePage>& ReferencePages() {
  static const std::vector<ReferencePage> pages = {
      {"metrics.md", [](const std::string&) { return MetricsPage(); }},
      {"flags.md", [](const std::string&) { return FlagsPage(); }},
      {"configuration.md", ConfigurationPage},
      {"cckm.schema.json", [](const std::string&) { return SchemaPage(); }}};
  return pages;
}

// The keys of a target without those that may stand under `global`, too.
std::vector<KeyReference> TargetOnlyReferences();

// The row of the tables of keys, under this name.
std::string ConfigKeyRow(const std::string& name, const KeyReference& key);

// What renews all of them.
inline constexpr std::string_view kRenewCommand = "cmake --build build/dev --target references";

// `text` as code, safe within the cell of a table.
std::string Code(std::string_view text);

// The line of a table with these cells.
std::string TableRow(const std::vector<std::string>& cells);

// The lines that begin a table with these columns.
std::string TableHead(const std::vector<std::string>& columns);

}  // namespace cckm
