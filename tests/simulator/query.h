// The query part of a request target.
//
// Thread-safety: an object belongs to one thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cckm::simulator {

class Query {
 public:
  // Decodes %XX and + (a broken % sequence stays as it is); a parameter without = has an empty
  // value.
  explicit Query(std::string_view text);

  // The value of the first parameter of that name.
  std::optional<std::string_view> Find(std::string_view name) const;

  // The name of every parameter, in their order.
  std::vector<std::string> Names() const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

// The parts between the commas, without empty ones.
std::vector<std::string> SplitAtCommas(std::string_view text);

}  // namespace cckm::simulator
