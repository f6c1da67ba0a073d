#include "tests/docs/reference_pages.h"

namespace cckm {

std::string Code(std::string_view text) {
  return text.empty() ? std::string() : "`" + std::string(text) + "`";
}

std::string TableRow(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells)
    row.append(cell.empty() ? " " : " " + cell + " ").append("|");
  return row + "\n";
}

std::string TableHead(const std::vector<std::string>& columns) {
  std::string line = "|";
  for (std::size_t i = 0; i < columns.size(); ++i) line += "---|";
  return TableRow(columns) + line + "\n";
}

}  // namespace cckm
