#include "collectors/base/redact.h"

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
    // Eleven characters, and what begins elsewhere, are no part that is looked for, but at an end.
    {"canary-password-7", "canary-pass is it", "canary-pass is it"},
    {"canary-password-7", "canary-pass", "<secret>"},
    {"canary-password-7", "it is can", "it is can"},
    {"canary-password-7", "answered (it is cana)", "answered (it is <secret>)"},
    {"canary-password-7", "answered \"it is canary-\"", "answered \"it is <secret>\""},
    {"canary-password-7", "anary-password-7", "anary-password-7"},
    {"twelve-chars", "a twelve-chars b", "a <secret> b"},
    {"twelve-chars", "a twelve-char b", "a twelve-char b"},
    {"eleven-char", "eleven-char, eleven-cha", "<secret>, <secret>"},
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

TEST(SecretRedactorTest, TakesEveryOccurrenceAndEveryLongBeginningOut) {
  for (const SecretCase& c : kSecretCases) {
    std::string text = c.text;
    SecretRedactor(Secret(c.secret)).Redact(text);
    EXPECT_EQ(text, c.shown) << c.secret << " in " << c.text;
  }
}

TEST(SecretRedactorTest, AppearsWhereItWouldBeTakenOut) {
  for (const SecretCase& c : kSecretCases) {
    const bool is_taken_out = c.shown.find(kRedacted) != std::string::npos;
    EXPECT_EQ(SecretRedactor(Secret(c.secret)).AppearsIn(c.text), is_taken_out)
        << c.secret << " in " << c.text;
  }
}

TEST(SecretRedactorTest, TakesABeginningOfAnyLengthOutWhereItIsCutOff) {
  const std::string secret = "0123456789abcdefghijklmnopqrstuvwxyz";
  for (std::size_t length = 12; length <= secret.size(); ++length) {
    std::string text = "(" + secret.substr(0, length) + ")";
    SecretRedactor(Secret(secret)).Redact(text);
    EXPECT_EQ(text, "(<secret>)") << length;
  }
}

TEST(SecretRedactorTest, TakesEveryOtherSpellingOfTheSecretOut) {
  const struct {
    std::string secret;
    std::string text;
    std::string shown;
  } cases[] = {
      // printf '%s' SECRET | base64, alone, behind a user name and within more.
      {"hunter2-canary", "got aHVudGVyMi1jYW5hcnk= back", "got <secret> back"},
      {"hunter2-canary", "Basic ZXg6aHVudGVyMi1jYW5hcnk=", "Basic <secret>"},
      {"hunter2-canary", "Basic dXNlcjpodW50ZXIyLWNhbmFyeQ==", "Basic <secret>"},
      {"hunter2-canary", "Basic dXNyOmh1bnRlcjItY2FuYXJ5", "Basic <secret>"},
      {"\?\?>>~~hunter", "a Pz8-Pn5-aHVudGVy b", "a <secret> b"},
      {"\?\?>>~~hunter", "a Pz8+Pn5+aHVudGVy b", "a <secret> b"},
      {"p\xC3\xA4ss w\"/rt", "p%C3%A4ss%20w%22%2Frt", "<secret>"},
      {"p\xC3\xA4ss w\"/rt", "p%c3%a4ss%20w%22%2frt", "<secret>"},
      {"pass w\"/rt\\", "pass w\\\"/rt\\\\", "<secret>"},
      {"pass w\"/rt\\", "pass w\\\"\\/rt\\\\", "<secret>"},
  };
  for (const auto& c : cases) {
    std::string text = c.text;
    const SecretRedactor redactor{Secret(c.secret)};
    redactor.Redact(text);
    EXPECT_EQ(text, c.shown) << c.secret << " in " << c.text;
    EXPECT_TRUE(redactor.AppearsIn(c.text)) << c.secret << " in " << c.text;
  }
}

TEST(ShownPathTest, KeepsWhatPeopleNameTheirFiles) {
  for (const char* path :
       {"/etc/cckm/token", "token", "/", "a//b", "/run/secrets/kubernetes.io/serviceaccount/token",
        "/etc/cckm/..2024_01_01_12_00_00.123456789/password",
        "/x/8155fe39-570a-4132-92ca-e40b7640c7dc"}) {
    EXPECT_EQ(ShownPath(path), path);
  }
}

TEST(RedactTokensTest, TakesOutWhatLooksLikeAToken) {
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
    RedactTokens(text);
    EXPECT_EQ(text, c.shown) << c.text;
  }
}

}  // namespace
}  // namespace cckm
