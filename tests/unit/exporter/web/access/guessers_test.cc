// Who has guessed, and how often.

#include "exporter/web/access/guessers.h"

#include <gtest/gtest.h>

namespace cckm {
namespace {

TEST(GuessersTest, CountsTheFailuresOfEachSourceUntilItIsLetIn) {
  Guessers guessers;
  EXPECT_EQ(guessers.FailuresOf("a"), 0U);
  guessers.Note("a");
  guessers.Note("a");
  guessers.Note("b");
  EXPECT_EQ(guessers.FailuresOf("a"), 2U);
  EXPECT_EQ(guessers.FailuresOf("b"), 1U);
  guessers.Forgive("a");
  guessers.Forgive("c");
  EXPECT_EQ(guessers.FailuresOf("a"), 0U);
  EXPECT_EQ(guessers.FailuresOf("b"), 1U);
}

TEST(GuessersTest, ForgetsTheFirstOfTooMany) {
  Guessers guessers(2);
  for (const char* source : {"a", "b", "a", "c"}) guessers.Note(source);
  EXPECT_EQ(guessers.FailuresOf("a"), 0U);
  EXPECT_EQ(guessers.FailuresOf("b"), 1U);
  guessers.Forgive("b");
  guessers.Note("d");
  EXPECT_EQ(guessers.FailuresOf("c"), 1U);
  EXPECT_EQ(guessers.FailuresOf("d"), 1U);
}

TEST(GuessersTest, AHostWithManyIpv6AddressesIsOneSource) {
  EXPECT_EQ(SourceOf("2001:db8::1"), SourceOf("2001:db8:0:0:ffff::2"));
  EXPECT_NE(SourceOf("2001:db8::1"), SourceOf("2001:db8:0:1::1"));
  EXPECT_NE(SourceOf("192.0.2.1"), SourceOf("192.0.2.2"));
  EXPECT_NE(SourceOf("::ffff:192.0.2.1"), SourceOf("::ffff:192.0.2.2"));
  EXPECT_EQ(SourceOf(""), "");
}

}  // namespace
}  // namespace cckm
