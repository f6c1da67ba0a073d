// The pages of deploy/docs that are generated from the tables of the code.
//
// Used by generate_references.cc, which prints them, and by the test that holds the files.
// Thread-safety: main thread only, because gflags' registry belongs to the process.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cckm {

struct ReferencePage {
  std::string_view file;  // its name in deploy/docs
  std::string (*text)();
};

// deploy/docs/metrics.md, from exporter/metrics/catalogue.cc.
std::string MetricsPage();

// deploy/docs/flags.md, from exporter/config/flags/flag_table.cc.
std::string FlagsPage();

inline const std::vector<ReferencePage>& ReferencePages() {
  static const std::vector<ReferencePage> pages = {{"metrics.md", MetricsPage},
                                                   {"flags.md", FlagsPage}};
  return pages;
}

// What renews all of them.
inline constexpr std::string_view kRenewCommand = "cmake --build build/dev --target references";

// `text` as code, safe within the cell of a table.
std::string Code(std::string_view text);

// The line of a table with these cells.
std::string TableRow(const std::vector<std::string>& cells);

// The lines that begin a table with these columns.
std::string TableHead(const std::vector<std::string>& columns);

}  // namespace cckm
