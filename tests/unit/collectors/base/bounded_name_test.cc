// Names from outside are short, and two never become one.

#include "collectors/base/bounded_name.h"

#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <string>

namespace cckm {
namespace {

using namespace std::string_literals;

TEST(BoundedNameTest, AShortNameIsLeftAsItIs) {
  for (const std::string& raw :
       {""s, "a"s, "a\n"s, "~0123456789abcdef"s, std::string(kMaxName, 'x')}) {
    EXPECT_EQ(BoundedName(raw), raw);
  }
}

TEST(BoundedNameTest, ALongNameEndsInTheHashOfAllOfIt) {
  EXPECT_EQ(BoundedName(std::string(257, 'x')), std::string(239, 'x') + "~15eb95a462ee20bd");
}

TEST(BoundedNameTest, DifferentNamesStayDifferentAlsoIfOneImitatesACutOne) {
  const std::string cut = BoundedName(std::string(300, 'x'));
  std::set<std::string> names;
  const std::string raws[] = {std::string(300, 'x'), cut, BoundedName(cut),
                              std::string(300, 'x') + "y", std::string(300, 'x') + "\n"};
  for (const std::string& raw : raws) {
    const std::string name = BoundedName(raw);
    EXPECT_LE(name.size(), kMaxName);
    names.insert(name);
  }
  EXPECT_EQ(names.size(), std::size(raws));
}

TEST(BoundedNameTest, ACutNameIsPrintableAndEndsBetweenCharacters) {
  std::string raw = "\n";
  for (int i = 0; i < 200; ++i) raw += "\xE2\x82\xAC";
  const std::string name = BoundedName(raw);
  EXPECT_TRUE(name.starts_with("\xEF\xBF\xBD\xE2\x82\xAC"));
  EXPECT_EQ(name.substr(name.size() - 20, 3), "\xE2\x82\xAC");
  EXPECT_TRUE(LooksCut(name));
}

}  // namespace
}  // namespace cckm
