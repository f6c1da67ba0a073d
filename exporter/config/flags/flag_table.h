// The flags of deploy/docs/flags.md, as a table: what is parsed, registered and shown by
// --help.
//
// Used by flags.cc and its tests.  Thread-safety: constants.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cckm {

enum class FlagType : std::uint8_t {
  kText,    // --flag=value or --flag value
  kTexts,   // the same, and may be given several times
  kNumber,  // a whole number
  kSwitch,  // --flag, --no-flag, --flag=true or --flag=false
};

struct FlagRow {
  std::string_view group;
  std::string_view name;        // without dashes
  std::string_view short_name;  // one letter, or empty
  FlagType type;
  std::string_view value_name;     // what --help shows for the value; empty for a switch
  std::string_view default_value;  // empty for none; a switch is off
  std::string_view help;
};

// Rows of one group stand together.
std::span<const FlagRow> FlagTable();

// The row of that long or short name, or null.
const FlagRow* FindFlag(std::string_view name);

}  // namespace cckm
