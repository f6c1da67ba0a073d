#include "collectors/decode/text.h"

#include <gtest/gtest.h>

#include <string>

namespace cckm {
namespace {

std::string Repeat(const std::string& piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(TextTest, CutsAfterWholeCharactersOfAnyWidth) {
  for (const char* character : {"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x94\x91"}) {
    EXPECT_EQ(CutToCharacters(Repeat(character, 199), 200), Repeat(character, 199));
    EXPECT_EQ(CutToCharacters(Repeat(character, 200), 200), Repeat(character, 200));
    EXPECT_EQ(CutToCharacters(Repeat(character, 201), 200), Repeat(character, 200));
    EXPECT_EQ(CutToCharacters(character, 0), "");
  }
}

TEST(TextTest, CutsWhereNarrowAndWideCharactersMix) {
  EXPECT_EQ(CutToCharacters("a\xC3\xA9"
                            "b\xE2\x82\xAC"
                            "c",
                            4),
            "a\xC3\xA9"
            "b\xE2\x82\xAC");
  EXPECT_EQ(CutToCharacters("a\xC3\xA9"
                            "b",
                            2),
            "a\xC3\xA9");
  EXPECT_EQ(CutToCharacters("", 5), "");
}

TEST(TextTest, TrimsWhiteSpaceAtTheEndsOnly) {
  EXPECT_EQ(Trim(" \t\r\n\v\fa b\f\v\n\r\t "), "a b");
  EXPECT_EQ(TrimEnd(" a b \n"), " a b");
  EXPECT_EQ(Trim("   "), "");
  EXPECT_EQ(Trim(""), "");
  EXPECT_EQ(TrimEnd(""), "");
}

}  // namespace
}  // namespace cckm
