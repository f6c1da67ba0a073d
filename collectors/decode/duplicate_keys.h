// Finds an object that names the same key twice, which simdjson lets pass.
//
// Called by JsonReader.  Thread-safety: one DuplicateKeys belongs to one thread.

#pragma once

#include <simdjson.h>

#include <optional>
#include <string_view>
#include <vector>

namespace cckm {

class DuplicateKeys {
 public:
  // A key that some object of the document, however deeply nested, has twice; keys are compared as
  // decoded, so an escaped spelling is the same key.  The view lives as long as the document.
  std::optional<std::string_view> Find(simdjson::dom::element root);

 private:
  std::optional<std::string_view> FindInObject(simdjson::dom::object object);
  std::optional<std::string_view> FindInArray(simdjson::dom::array array);

  std::vector<std::string_view> keys_;  // of the object being looked at; kept for its memory
};

}  // namespace cckm
