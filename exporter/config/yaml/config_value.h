// What a key of the configuration may hold, and the text that stands for it in a file.
//
// Used by the kinds of values, by the rows of keys, and by what documents them.
// Thread-safety: plain data.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cckm {

enum class ValueKind : std::uint8_t {
  kSwitch,
  kNumber,
  kDuration,
  kSize,
  kText,
  kProxyUser,
  kPath,
  kTargetName,
  kHostName,
  kApplianceUrl,
  kApplianceUrls,
  kProxyUrl,
  kTlsVersion,
  kBuckets,
  kRefreshIds,
  kPathPatterns,
  kSuccessTexts,
  kTenancyDomains,
  kPattern,
  kLinks,  // a map whose keys are free
  kSeverity,
  kFamilies,  // a map whose keys are names of families
  kMaps,      // a list of maps
  kMap,
};

struct AllowedValues {
  ValueKind kind = ValueKind::kMap;
  std::string range = {};  // for people, with Markdown's code marks; empty: a map whose keys have
                           // ranges of their own
  // Of a number, of bytes, of the nanoseconds of a duration; of how many a list holds.
  std::uint64_t smallest = 0;
  std::uint64_t largest = 0;
  bool may_be_zero = false;        // although below the smallest
  std::size_t max_characters = 0;  // of a text, of each text of a list; 0: any number
};

// A value as a file holds it: one text, a list of texts or of maps, or a map.
struct WrittenValue {
  std::string text = {};
  std::vector<std::string> items = {};
  std::vector<WrittenValue> maps = {};
  std::vector<std::pair<std::string_view, WrittenValue>> members = {};
  bool is_on_one_line = false;

  // Such a value is left out.
  bool empty() const { return text.empty() && items.empty() && maps.empty() && members.empty(); }
};

}  // namespace cckm
