#include "collectors/base/hide.h"

#include <gtest/gtest.h>

#include <string>

namespace cckm {
namespace {

struct SecretCase {
  std::string secret;
  std::string text;
  std::string shown;
};

const SecretCase kSecretCases[] = {
    {"canary-password-7", "user canary-password-7 is locked", "user <secret> is locked"},
    {"canary-password-7", "canary-password-7", "<secret>"},
    {"canary-password-7", "canary-password-7canary-password-7", "<secret><secret>"},
    {"canary-password-7", "canary-password-8", "<secret>8"},
    {"canary-password-7", "canary-passw", "<secret>"},
    {"canary-password-7", "it is canary-passw", "it is <secret>"},
    {"canary-password-7", "canary-passw canary-password canary-password-7!",
     "<secret> <secret> <secret>!"},
    // Eleven characters, and what begins elsewhere, are no part that is looked for.
    {"canary-password-7", "canary-pass", "canary-pass"},
    {"canary-password-7", "anary-password-7", "anary-password-7"},
    {"twelve-chars", "a twelve-chars b", "a <secret> b"},
    {"twelve-chars", "a twelve-char b", "a twelve-char b"},
    {"eleven-char", "eleven-char, eleven-cha", "<secret>, eleven-cha"},
    {"abcd", "xabcdx", "x<secret>x"},
    {"abc", "xabcx", "xabcx"},
    {"", "text", "text"},
    {"canary-password-7", "", ""},
    // What the replacement itself consists of does not go on for ever.
    {"secret", "a secret", "a <secret>"},
    {"<secret>", "<secret><secret>", "<secret><secret>"},
    {"aaaa", "aaaaaaaaa", "<secret><secret>a"},
    {"p\xC3\xA4ss\"w\\rt\n\t", "p\xC3\xA4ss\"w\\rt\n\t!", "<secret>!"},
    // As a message shows it in ASCII.
    {"p\xC3\xA4ssw\xC3\xB6rt\t\xE2\x82\xAC!",
     "a p?ssw?rt?"
     "?! b",
     "a <secret> b"},
    {"p\xC3\xA4ssw\xC3\xB6rt\t\xE2\x82\xAC, long", "a p?ssw?rt??, b", "a <secret>b"},
    {std::string("nul\0byte", 8), std::string("a nul\0byte", 10), "a <secret>"},
};

TEST(HideSecretTest, TakesEveryOccurrenceAndEveryLongBeginningOut) {
  for (const SecretCase& c : kSecretCases) {
    std::string text = c.text;
    HideSecret(Secret(c.secret), text);
    EXPECT_EQ(text, c.shown) << c.secret << " in " << c.text;
  }
}

TEST(HideSecretTest, TakesABeginningOfAnyLengthOutWhereItIsCutOff) {
  const std::string secret = "0123456789abcdefghijklmnopqrstuvwxyz";
  for (std::size_t length = 12; length <= secret.size(); ++length) {
    std::string text = "(" + secret.substr(0, length) + ")";
    HideSecret(Secret(secret), text);
    EXPECT_EQ(text, "(<secret>)") << length;
  }
}

TEST(HideTokensTest, TakesOutWhatLooksLikeAToken) {
  const struct {
    std::string text;
    std::string shown;
  } cases[] = {
      {"eyJhbGciOiJSUzI1NiJ9.eyJzdWIi.c2ln_-", "<secret>"},
      {"a=\"eyJ012345678901\" b", "a=\"<secret>\" b"},
      {"eyJ012345678901,eyJ012345678901", "<secret>,<secret>"},
      {"eyJ01234567890", "eyJ01234567890"},  // eleven
      {"eyJ eyJ", "eyJ eyJ"},
      {"eyJ", "eyJ"},
      {"Authorization: Bearer abc.def~ghi+/==", "Authorization: Bearer <secret>"},
      {"bearer abcdefghijkl rest", "bearer <secret> rest"},
      {"Bearer eyJ012345678901", "Bearer <secret>"},
      {"Bearer of bad news", "Bearer of bad news"},
      {"Bearer ", "Bearer "},
      {"", ""},
  };
  for (const auto& c : cases) {
    std::string text = c.text;
    HideTokens(text);
    EXPECT_EQ(text, c.shown) << c.text;
  }
}

}  // namespace
}  // namespace cckm
