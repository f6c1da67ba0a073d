#include "collectors/base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace cckm {
namespace {

using namespace std::string_literals;

const std::string kReplacement = "\xEF\xBF\xBD";

TEST(Utf8Test, KeepsWhatCanBeShown) {
  for (const char* text : {"", "plain ASCII ~", "caf\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x94\x91",
                           "\xC2\xA0", "\xE2\x80\x8D", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(Printable(text), text);
  }
}

TEST(Utf8Test, ReplacesEveryAsciiControlByOneCharacter) {
  for (int c = 0; c < 256; ++c) {
    if (c >= ' ' && c != 0x7F) continue;
    EXPECT_EQ(Printable("a"s + static_cast<char>(c) + "b"), "a" + kReplacement + "b") << c;
  }
}

TEST(Utf8Test, ReplacesWholeCharactersThatHideOrReorderText) {
  for (const char* character : {
           "\xC2\x80", "\xC2\x85", "\xC2\x9F",              // C1
           "\xD8\x9C",                                      // Arabic letter mark
           "\xE2\x80\x8E", "\xE2\x80\x8F",                  // directional marks
           "\xE2\x80\xA8", "\xE2\x80\xA9",                  // line and paragraph separator
           "\xE2\x80\xAA", "\xE2\x80\xAE",                  // embedding, override
           "\xE2\x81\xA6", "\xE2\x81\xA9", "\xEF\xBB\xBF",  // isolates, byte order mark
       }) {
    EXPECT_EQ(Printable("a"s + character + "b"), "a" + kReplacement + "b") << character;
  }
}

TEST(Utf8Test, ReplacesEachByteThatIsNotUtf8) {
  struct Case {
    const char* bytes;
    std::size_t replaced;
  };
  for (const Case& row : {
           Case{"\x80", 1},
           Case{"\xFF", 1},
           Case{"\xC0\x80", 2},
           Case{"\xC1\xBF", 2},
           Case{"\xC3", 1},
           Case{"\xE0\x9F\xBF", 3},
           Case{"\xED\xA0\x80", 3},
           Case{"\xE2\x82", 2},
           Case{"\xF0\x8F\xBF\xBF", 4},
           Case{"\xF4\x90\x80\x80", 4},
           Case{"\xF8\x88\x80\x80\x80", 5},
       }) {
    std::string expected = "a";
    for (std::size_t i = 0; i < row.replaced; ++i) expected += kReplacement;
    EXPECT_EQ(Printable("a"s + row.bytes + "b"), expected + "b");
    EXPECT_EQ(Printable("a"s + row.bytes), expected) << "at the end";
  }
}

TEST(Utf8Test, AnUnfinishedCharacterDoesNotSwallowTheNext) {
  EXPECT_EQ(Printable("\xE2\x82"
                      "A"),
            kReplacement + kReplacement + "A");
  EXPECT_EQ(Printable("\xC3\xC3\xA9"), kReplacement + "\xC3\xA9");
}

TEST(Utf8Test, CutsAtWholeCharacters) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x91";  // 1 + 2 + 3 + 4 bytes
  constexpr std::size_t kExpected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t most = 0; most < std::size(kExpected); ++most) {
    EXPECT_EQ(CutUtf8(text, most), text.substr(0, kExpected[most])) << most;
  }
  EXPECT_EQ(CutUtf8("", 0), "");
}

}  // namespace
}  // namespace cckm
