#include "collectors/session/login_body.h"

#include <gtest/gtest.h>

#include <string>

namespace cckm {
namespace {

std::string BodyWith(std::string_view password) {
  return std::string(LoginBody({{"password", password}}).Reveal());
}

TEST(LoginBodyTest, EscapesWhatJsonAsksForAndNothingElse) {
  const struct {
    std::string password;
    std::string body;
  } cases[] = {
      {"plain", R"({"password":"plain"})"},
      {R"(say "cheese")", R"({"password":"say \"cheese\""})"},
      {R"(C:\new\table)", R"({"password":"C:\\new\\table"})"},
      {R"(\")", R"({"password":"\\\""})"},
      {"$HOME ${x} $(y) `z` 'q' /s/ <&>", R"({"password":"$HOME ${x} $(y) `z` 'q' /s/ <&>"})"},
      {"a\nb\rc\td\be\ff", R"({"password":"a\u000ab\u000dc\u0009d\u0008e\u000cf"})"},
      {std::string("\x00\x01\x1F\x20\x7F", 5), "{\"password\":\"\\u0000\\u0001\\u001f \x7F\"}"},
      {"p\xC3\xA4ssw\xC3\xB6rt \xE2\x82\xAC \xF0\x9F\x94\x91",
       "{\"password\":\"p\xC3\xA4ssw\xC3\xB6rt \xE2\x82\xAC \xF0\x9F\x94\x91\"}"},
      {"latin1 \xE4\xFF", "{\"password\":\"latin1 \xE4\xFF\"}"},
      {" leading and trailing ", R"({"password":" leading and trailing "})"},
      {"\\u0041", R"({"password":"\\u0041"})"},
  };
  for (const auto& c : cases) EXPECT_EQ(BodyWith(c.password), c.body);
}

TEST(LoginBodyTest, TakesAThousandCharactersOfAnyKind) {
  for (const char* character : {"x", "\"", "\\", "\x01", "\xE2\x82\xAC"}) {
    std::string password;
    for (int i = 0; i < 1000; ++i) password += character;
    std::string escaped;
    const std::string one = BodyWith(character);
    constexpr std::size_t kFrame = std::string_view(R"({"password":"")").size();
    for (int i = 0; i < 1000; ++i) escaped += one.substr(kFrame - 1, one.size() - kFrame - 1);
    EXPECT_EQ(BodyWith(password), "{\"password\":\"" + escaped + "\"}") << character;
  }
}

TEST(LoginBodyTest, KeepsTheOrderAndLeavesEmptyFieldsOut) {
  EXPECT_EQ(LoginBody({{"a", ""}, {"b", "1"}, {"c", ""}, {"d", "2"}, {"e", ""}}).Reveal(),
            R"({"b":"1","d":"2"})");
  EXPECT_EQ(LoginBody({{"a", ""}}).Reveal(), "{}");
  EXPECT_EQ(LoginBody({}).Reveal(), "{}");
}

}  // namespace
}  // namespace cckm
