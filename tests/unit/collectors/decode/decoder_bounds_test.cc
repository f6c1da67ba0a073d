// What an answer may make the model hold.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collectors/base/bounded_name.h"
#include "collectors/decode/decoder.h"

namespace cckm {
namespace {

const std::string kLong(10'000, 'n');

TEST(DecoderBoundsTest, NamesOfDomainsAreCutWhereverTheyStand) {
  Decoder decoder;
  const auto refresh = decoder.DecodeRefresh(R"({"overall_status":"completed","domains":[")" +
                                                 kLong + R"(","d"],"detailed_status":{")" + kLong +
                                                 R"(":"domain synchronized successfully"}})",
                                             {*FindFamily("dsm")}, "r");
  ASSERT_TRUE(refresh);
  ASSERT_EQ(refresh->domains.size(), 2U);
  EXPECT_EQ(refresh->domains[0].domain_id, BoundedName(kLong));
  const auto page = decoder.DecodeDomainList(R"({"resources":[{"id":")" + kLong + R"(","name":")" +
                                                 kLong + R"(","connection":")" + kLong + R"("}]})",
                                             *FindFamily("external-cm"));
  ASSERT_TRUE(page);
  const std::string cut = BoundedName(kLong);
  EXPECT_EQ(page->domains, (std::vector<DomainName>{{cut, cut, cut}}));
}

std::uint64_t UnitsOf(const std::string& members) {
  Decoder decoder;
  const auto refresh = decoder.DecodeRefresh(R"({"overall_status":"failed")" + members + "}",
                                             {*FindFamily("aws")}, "r");
  return refresh ? refresh->units : 0;
}

TEST(DecoderBoundsTest, RefreshesOfTheSameUnitsAreKnownByThemWhateverTheirOrder) {
  const std::uint64_t two = UnitsOf(R"(,"kms":["a","b"],"regions":["x"])");
  EXPECT_EQ(UnitsOf(R"(,"regions":["x"],"kms":["b","a"],"detailed_status":{"a/x":"t"})"), two);
  for (const char* other : {R"(,"kms":["a","c"],"regions":["x"])", R"(,"kms":["a","b"])",
                            R"(,"kms":["a","x"],"regions":["b"])", R"(,"kms":["a","b","x"])", ""}) {
    EXPECT_NE(UnitsOf(other), two) << other;
    EXPECT_NE(UnitsOf(other), 0U) << other;
  }
  EXPECT_EQ(UnitsOf(R"(,"kms":null,"key_vaults":[])"), UnitsOf(""));
}

}  // namespace
}  // namespace cckm
