// What the free text of detailed_status says of a domain: a table of words.
//
// Source: deploy/docs/payload.md, "The status of a domain in a refresh".  Called by the job reader
// of this library. Thread-safety: pure functions.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cckm {

enum class DomainText : std::uint8_t {
  kNone,     // empty or blank
  kSuccess,  // the domain was synchronized
  kFailure,  // it was not
  kOther,    // neither, in a family whose texts nobody has written down
};

// Reads a text, which is valid UTF-8.  Where the family's texts are documented, every text that
// does not say success says failure; elsewhere only one with a word of failure does.  Each of
// `success_texts` says success, too, compared whole and without case (of ASCII letters).
DomainText ReadDomainText(std::string_view text, bool texts_are_documented,
                          std::span<const std::string> success_texts);

}  // namespace cckm
