// Taking secrets out of text that is going to be shown.  Thread-safety: pure functions.

#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/secret.h"

namespace cckm {

// What is shown in place of a secret.
inline constexpr std::string_view kRedacted = "<secret>";

// Takes what must not be shown out of a text.
using Redactor = std::function<void(std::string&)>;

// A secret in all the forms in which it may come back, made once.
class SecretRedactor {
 public:
  explicit SecretRedactor(const Secret& secret);

  // Replaces every occurrence of the secret, and of its first 12 characters or more where it is cut
  // off: as it is, in ASCII (text.h), percent-encoded, escaped as in JSON, and in base64, alone or
  // within something longer; and of its first 4 to 11 characters where the text, or what it quotes
  // last, ends with them, as where the appliance or a library cut it.  A secret of fewer than 4
  // characters would take ordinary words with it and is left.  The time it takes grows with the
  // text and no faster, whatever the text holds.
  void Redact(std::string& text) const;

  // Whether Redact() would replace something.
  bool AppearsIn(std::string_view text) const;

 private:
  std::vector<Secret> plain_;   // the secret itself first
  std::vector<Secret> base64_;  // what does not depend on what stands before and after it
};

// Replaces what looks like a JSON web token (eyJ and a dozen characters or more) and what follows
// "Bearer " if it is as long.
void RedactTokens(std::string& text);

// The path as a message may show it: a part that looks like a token or a key, as where a secret was
// pasted for the name of its file, is redacted.
std::string ShownPath(const std::filesystem::path& path);

}  // namespace cckm
