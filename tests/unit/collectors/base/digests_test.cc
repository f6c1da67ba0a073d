#include <gtest/gtest.h>

#include <string_view>

#include "collectors/base/fnv1a.h"
#include "collectors/base/sha256.h"
#include "collectors/base/text.h"

namespace cckm {
namespace {

template <typename Word>
Word HashOf(std::string_view text) {
  Fnv1a<Word> hash;
  for (const char c : text) hash.Add(static_cast<std::uint8_t>(c));
  return hash.hash();
}

// Source of the values: draft-eastlake-fnv, "FNV Test Vectors".
TEST(DigestsTest, Fnv1aGivesThePublishedHashes) {
  EXPECT_EQ(HashOf<std::uint32_t>(""), 0x811C9DC5U);
  EXPECT_EQ(HashOf<std::uint32_t>("foobar"), 0xBF9CF968U);
  EXPECT_EQ(HashOf<std::uint64_t>(""), 0xCBF29CE484222325U);
  EXPECT_EQ(HashOf<std::uint64_t>("foobar"), 0x85944171F73967E8U);
}

TEST(DigestsTest, Fnv1aTakesTheLowestByteOfANumberFirst) {
  Fnv1a<std::uint32_t> hash;
  hash.AddNumber(std::uint32_t{0x6F6F66});
  EXPECT_EQ(hash.hash(), HashOf<std::uint32_t>(std::string_view("foo\0", 4)));
}

// Source of the value: FIPS 180-4's example "abc".
TEST(DigestsTest, Sha256GivesThePublishedDigest) {
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace cckm
