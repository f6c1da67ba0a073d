// Takes the words of a text one after the other, in lower case.
//
// A word is a row of letters and apostrophes: everything else parts words, and so does a capital
// within one, as in AccessDenied.  What nobody sees (soft hyphens, zero-width characters) parts
// nothing.  Called by the files of this library.  Thread-safety: belongs to its caller.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cckm {

class WordReader {
 public:
  // `text` is valid UTF-8 and outlives this.
  explicit WordReader(std::string_view text) : rest_(text) {}

  // Goes to the next word; false if there is none.
  bool Next();

  // The current one; its beginning where it is longer than any that matters.  Lives until Next().
  std::string_view word() const { return word_; }

 private:
  struct Character;
  Character Peek() const;
  void Append(std::string_view bytes);

  std::string_view rest_;
  std::string word_;
};

}  // namespace cckm
