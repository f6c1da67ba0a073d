// Where the entries of a list begin and end, for a list of which some entry is no JSON.
//
// Reads no more than brackets, commas and quotation marks; each entry is parsed by itself
// afterwards.  Called by the decoder of this library.  Thread-safety: a pure function.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cckm {

struct ListPieces {
  std::string frame;                      // the body with nothing between the brackets
  std::vector<std::string_view> entries;  // of the body, without blanks around them; none is empty
};

// The pieces of the array that is the member "resources" of the root object, or of the object under
// its key "application/json".  Nothing where there is no such array, or where brackets, commas and
// quotation marks do not tell its entries apart.
std::optional<ListPieces> SplitList(std::string_view body);

}  // namespace cckm
