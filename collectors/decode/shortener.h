// Texts of the appliance made short.  Secrets are taken out before a text is cut: of one that was
// cut nobody could tell any more what it is.
//
// Called by the files of this library.  Thread-safety: that of the Redactor.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/base/redact.h"

namespace cckm {

// Longest piece of the appliance's free text that is kept or shown, in characters (code points).
inline constexpr std::size_t kMaxText = 200;

class Shortener {
 public:
  // REQUIRES: `redact` is not null.
  explicit Shortener(Redactor redact) : redact_(std::move(redact)) {}

  // At most kMaxText characters.  What is no longer is returned as it is, secrets included:
  // answers hold many such texts that nobody ever shows.
  std::string Text(std::string_view text) const;

  // BoundedName(), of which no part and no hash tells of a secret; one that need not be altered is
  // returned as it is.
  std::string Name(std::string_view raw) const;

  // At most kMaxText characters without a secret, for use in a message: whatever is not
  // printable ASCII becomes one question mark for each character.
  std::string Quotation(std::string_view text) const;

 private:
  std::string WithoutSecrets(std::string_view text) const;

  const Redactor redact_;
};

}  // namespace cckm
