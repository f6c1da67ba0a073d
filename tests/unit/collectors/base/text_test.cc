#include "collectors/base/text.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

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

TEST(TextTest, TrimsTheBlanksThatAreNamed) {
  EXPECT_EQ(Trim(" \ta b\n ", " \t"), "a b\n");
  EXPECT_EQ(Trim(" \t", " \t"), "");
  EXPECT_EQ(TrimEnd("..a..", "."), "..a");
}

TEST(TextTest, ComparesLettersOfAsciiWithoutCase) {
  EXPECT_TRUE(EqualsWithoutCase("Content-TYPE", "content-type"));
  EXPECT_FALSE(EqualsWithoutCase("a", "ab"));
  EXPECT_FALSE(EqualsWithoutCase("@[", "`{"));
  EXPECT_FALSE(EqualsWithoutCase("\xC3\x89", "\xC3\xA9"));
  EXPECT_TRUE(EndsWithoutCase("https://host/API", "/api"));
  EXPECT_FALSE(EndsWithoutCase("api", "/api"));
}

TEST(TextTest, TakesTheFirstCharactersOff) {
  std::string_view text = "12h30m";
  EXPECT_EQ(TakeFirst(text, 2), "12");
  EXPECT_EQ(text, "h30m");
  EXPECT_EQ(TakeFirst(text, std::string_view::npos), "h30m");
  EXPECT_EQ(text, "");
}

TEST(TextTest, SplitsIntoOnePieceMoreThanThereAreSeparators) {
  EXPECT_EQ(Split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(Split("", ','), std::vector<std::string_view>{""});
}

TEST(TextTest, KnowsLettersAndDigitsOfAsciiAndNoOthers) {
  std::string uppers, lowers, digits, letters, alphanumerics, hex_digits;
  for (int code = 0; code < 256; ++code) {
    const char c = static_cast<char>(code);
    if (IsUpper(c)) uppers += c;
    if (IsLower(c)) lowers += c;
    if (IsDigit(c)) digits += c;
    if (IsLetter(c)) letters += c;
    if (IsAlphanumeric(c)) alphanumerics += c;
    if (IsHexDigit(c)) hex_digits += c;
  }
  EXPECT_EQ(uppers, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  EXPECT_EQ(lowers, "abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(digits, kDigits);
  EXPECT_EQ(letters, uppers + lowers);
  EXPECT_EQ(alphanumerics, digits + letters);
  EXPECT_EQ(hex_digits, "0123456789ABCDEFabcdef");
}

TEST(TextTest, EncodesInPercentWhatIsNotUnreserved) {
  EXPECT_EQ(PercentEncoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(PercentEncoded("a b/%\xFF"), "a%20b%2F%25%FF");
  EXPECT_EQ(PercentEncoded("/", kHexDigits), "%2f");
}

TEST(TextTest, WritesBytesInHexadecimal) {
  EXPECT_EQ(Hex(0x0F), "0f");
  EXPECT_EQ(Hex(0xA0, kUpperHexDigits), "A0");
  constexpr std::array<unsigned char, 2> kBytes = {0x00, 0xFF};
  EXPECT_EQ(Hex(kBytes), "00ff");
}

TEST(TextTest, KnowsTheControlCharactersOfAscii) {
  EXPECT_TRUE(HasControlCharacter(std::string_view("a\0", 2)));
  EXPECT_TRUE(HasControlCharacter("a\tb"));
  EXPECT_TRUE(HasControlCharacter("\x7F"));
  EXPECT_FALSE(HasControlCharacter("a b\xC2\x80"));
}

}  // namespace
}  // namespace cckm
