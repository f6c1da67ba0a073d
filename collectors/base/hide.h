// Taking secrets out of text that is going to be shown.  Thread-safety: pure functions.

#pragma once

#include <string>
#include <string_view>

#include "collectors/base/secret.h"

namespace cckm {

// What is shown in place of a secret.
inline constexpr std::string_view kHiddenSecret = "<secret>";

// Replaces every occurrence of the secret, and of its first 12 characters or more where it is cut
// off; also where a message shows it in ASCII (utf8.h).  A secret of fewer than 4 characters would
// take ordinary words with it and is left.
void HideSecret(const Secret& secret, std::string& text);

// Replaces what looks like a JSON web token (eyJ and a dozen characters or more) and what follows
// "Bearer " if it is as long.
void HideTokens(std::string& text);

}  // namespace cckm
