// What one exposition shows: the value of each series.
//
// Thread-safety: const objects may be used by any thread.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cckm {

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

class Shown {
 public:
  // Keeps `exposition`, which is expected to be a valid one.
  explicit Shown(std::string exposition);
  Shown(const Shown&) = delete;
  Shown& operator=(const Shown&) = delete;

  // -1 where there is no such series; `labels` in the order in which they are written, without
  // anything to escape.
  double Value(std::string_view name, const Labels& labels) const;

  const std::string& text() const { return text_; }

 private:
  const std::string text_;
  std::map<std::string_view, double> values_;
};

}  // namespace cckm
