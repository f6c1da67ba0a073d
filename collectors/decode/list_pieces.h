// Where the entries of a list begin and end, for a list of which some entry is no JSON, or of which
// some are known from before.
//
// Reads no more than brackets, commas and quotation marks; each entry is parsed by itself.  Called
// by the decoder of this library.  Thread-safety: a pure function.

#pragma once

#include <cstddef>
#include <functional>
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

// What is to be done with the entries of such a list, in their order.
struct ListVisitor {
  // How long the entry is that `rest` of the body begins with, where it is known to be a whole JSON
  // value; else 0.
  std::function<std::size_t(std::string_view rest)> take_known;
  // Takes any other; false: the list need not be read on.
  std::function<bool(std::string_view entry)> take;
};

// Visits the entries, and returns the frame; nothing in the same cases and where `take` said so.
std::optional<std::string> VisitList(std::string_view body, const ListVisitor& visitor);

}  // namespace cckm
