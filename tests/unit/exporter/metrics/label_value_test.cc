#include "exporter/metrics/label_value.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cckm {
namespace {

using namespace std::string_literals;

constexpr std::size_t kHashEnd = 17;  // the tilde and 16 digits

std::string Text(std::string_view raw) { return std::string(LabelValue(raw).text()); }

TEST(LabelValueTest, LeavesFitValuesAlone) {
  for (const std::string& raw : {""s, "cm"s, "89c49e63-b5c9-46be-9371-0d8b0649e289"s, "a\"b\\c"s,
                                 "caf\xC3\xA9"s, "with ~ tilde"s, std::string(256, 'x')}) {
    EXPECT_EQ(Text(raw), raw);
  }
}

// The hashes are those that sha256sum prints.
TEST(LabelValueTest, EndsAnAlteredValueInItsHash) {
  EXPECT_EQ(Text("abc\n"), "abc\xEF\xBF\xBD~edeaaff3f1774ad2");
  EXPECT_EQ(Text("\xFF"), "\xEF\xBF\xBD~a8100ae6aa1940d0");
  EXPECT_EQ(Text(std::string(257, 'x')), std::string(239, 'x') + "~15eb95a462ee20bd");
}

TEST(LabelValueTest, IsNeverLongerThan256BytesNorCutInsideACharacter) {
  for (const char* character : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x94\x91", "\x80"}) {
    std::string raw;
    for (int i = 0; i < 300; ++i) raw += character;
    const std::string text = Text(raw);
    EXPECT_LE(text.size(), 256U);
    EXPECT_GT(text.size(), 252U);
    EXPECT_EQ(text[text.size() - kHashEnd], '~');
    const std::string kept = text.substr(0, text.size() - kHashEnd);
    const std::string last = character == "\x80"s ? "\xEF\xBF\xBD"s : character;
    EXPECT_EQ(kept.size() % last.size(), 0U);
    EXPECT_TRUE(kept.ends_with(last));
  }
}

TEST(LabelValueTest, AValueThatLooksAlteredIsAlteredSoThatTwoNeverBecomeOne) {
  const std::string imitation = Text("abc\n");
  EXPECT_NE(Text(imitation), imitation);
  EXPECT_NE(Text(Text(imitation)), Text(imitation));
  EXPECT_NE(Text("~0123456789abcdef"), "~0123456789abcdef");
}

TEST(LabelValueTest, WhatOnlyResemblesAHashIsLeftAlone) {
  for (const char* raw : {"~0123456789abcde", "~0123456789ABCDEF", "~0123456789abcdeg",
                          "0123456789abcdef", "-0123456789abcdef", "~0123456789abcdef0"}) {
    EXPECT_EQ(Text(raw), raw);
  }
}

TEST(LabelValueTest, DifferentValuesStayDifferent) {
  std::set<std::string> texts;
  const std::string raws[] = {"a",
                              "a\n",
                              "a\r",
                              "a\xEF\xBF\xBD",
                              "a\xFF",
                              "a\xFE",
                              "a\0b"s,
                              "a\0c"s,
                              std::string(256, 'x'),
                              std::string(257, 'x'),
                              Text("a\n"),
                              Text(Text("a\n")),
                              std::string(300, 'x') + "y",
                              std::string(300, 'x') + "z"};
  for (const std::string& raw : raws) texts.insert(Text(raw));
  EXPECT_EQ(texts.size(), std::size(raws));
}

TEST(LabelValueTest, KnowsWhetherItsTextNeedsAnEscape) {
  EXPECT_TRUE(LabelValue().is_plain());
  EXPECT_TRUE(LabelValue("caf\xC3\xA9").is_plain());
  EXPECT_FALSE(LabelValue("a\"b").is_plain());
  EXPECT_FALSE(LabelValue("a\\b").is_plain());
  EXPECT_TRUE(LabelValue("a\nb").is_plain()) << "the break was replaced";
  EXPECT_FALSE(LabelView(LabelValue("\"")).is_plain);
}

TEST(LabelValueTest, IsItselfOnlyForVisibleAsciiThatIsItsOwnLabelValue) {
  for (const std::string& raw : {"a b~\"\\"s, ""s, std::string(256, 'x')}) {
    EXPECT_TRUE(LabelValue::IsItself(raw));
    EXPECT_EQ(Text(raw), raw);
  }
  for (const std::string& raw : {"\n"s, "\x7F"s, "\x1F"s, "\xC3\xA9"s, std::string(257, 'x'),
                                 "a~0123456789abcdef"s, "\0"s}) {
    EXPECT_FALSE(LabelValue::IsItself(raw)) << raw;
  }
}

}  // namespace
}  // namespace cckm
