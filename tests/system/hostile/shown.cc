#include "tests/system/hostile/shown.h"

#include <charconv>

namespace cckm {

Shown::Shown(std::string exposition) : text_(std::move(exposition)) {
  std::string_view rest = text_;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t space = line.rfind(' ');
    if (line.starts_with('#') || space == std::string_view::npos) continue;
    double value = 0;
    std::from_chars(line.data() + space + 1, line.data() + line.size(), value);
    values_.emplace(line.substr(0, space), value);
  }
}

double Shown::Value(std::string_view name, const Labels& labels) const {
  std::string series(name);
  char before = '{';
  for (const auto& [label, value] : labels) {
    series.append(1, before).append(label).append("=\"").append(value).append("\"");
    before = ',';
  }
  if (!labels.empty()) series += '}';
  const auto found = values_.find(series);
  return found == values_.end() ? -1 : found->second;
}

}  // namespace cckm
