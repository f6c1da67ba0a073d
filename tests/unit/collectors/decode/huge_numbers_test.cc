#include "collectors/decode/huge_numbers.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace cckm {
namespace {

std::string Blanked(std::string json) {
  const std::string before = json;
  const bool was_any = BlankHugeNumbers(json);
  EXPECT_EQ(was_any, json != before);
  return json;
}

struct Case {
  const char* json;
  const char* blanked;
};

TEST(HugeNumbersTest, BecomeNull) {
  constexpr std::array<Case, 6> kCases = {{
      {R"({"x":18446744073709551616})", R"({"x":null                })"},
      {R"([-9223372036854775809,1])", R"([null                ,1])"},
      {R"([1e400])", R"([null ])"},
      {R"([-1.5E+999, 7])", R"([null     , 7])"},
      {R"(["\\",99999999999999999999])", R"(["\\",null                ])"},
      {R"(99999999999999999999)", R"(null                )"},
  }};
  for (const Case& c : kCases) EXPECT_EQ(Blanked(c.json), c.blanked);
}

TEST(HugeNumbersTest, OthersStayAsTheyAre) {
  for (const char* json :
       {"", "[18446744073709551615,-9223372036854775808]", "[1e308,0.1,-0,12345]",
        R"({"18446744073709551616":"1e400"})", R"(["\"1e400","99999999999999999999\\"])",
        "[00099999999999999999999]", "[1e4000.]", "[-]", R"(["99999999999999999999)"}) {
    const std::string text = json;
    EXPECT_EQ(Blanked(text), text);
  }
}

}  // namespace
}  // namespace cckm
