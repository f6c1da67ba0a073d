// The family's list of domains: ids and names as they come.

#include <gtest/gtest.h>

#include "collectors/decode/decoder.h"

namespace cckm {
namespace {

struct Case {
  const char* family;
  const char* entry;
  const char* name;
};

TEST(DecoderDomainsTest, TheNameIsTheFirstOfTheFamilysMembersThatIsText) {
  const Case cases[] = {
      {"dsm", R"({"id":"d","name":"n","dsm_params":{"name":"p"}})", "p"},
      {"dsm", R"({"id":"d","name":"n","dsm_params":{"name":""}})", "n"},
      {"dsm", R"({"id":"d","name":"n","dsm_params":"p"})", "n"},
      {"dsm", R"({"id":"d","name":7,"dsm_params":null})", ""},
      {"external-cm", R"({"id":"d","cm_domain":{"name":"c"},"name":"n","connection":"k"})", "c"},
      {"external-cm", R"({"id":"d","cm_domain":{},"name":"n","connection":"k"})", "n"},
      {"external-cm", R"({"id":"d","cm_domain":[{"name":"c"}],"connection":"k"})", "k"},
      {"dsm", R"({"id":"d","name":"a\"\\\n\u0000b"})", "a\"\\\n"},
  };
  Decoder decoder;
  for (const Case& one : cases) {
    const std::string body = R"({"total":1,"resources":[)" + std::string(one.entry) + "]}";
    const auto page = decoder.DecodeDomainList(body, *FindFamily(one.family));
    ASSERT_TRUE(page) << one.entry;
    ASSERT_EQ(page->domains.size(), 1U);
    EXPECT_TRUE(page->domains[0].name.starts_with(one.name)) << one.entry;
    EXPECT_EQ(page->domains[0].name.empty(), *one.name == '\0') << one.entry;
  }
}

TEST(DecoderDomainsTest, EntriesWithoutAnIdAreCountedAndLeftOut) {
  Decoder decoder;
  const auto page = decoder.DecodeDomainList(
      R"({"resources":[{"name":"n"},{"id":""},{"id":5},7,null,{"id":"d1"}]})", *FindFamily("dsm"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->domains.size(), 1U);
  EXPECT_EQ(page->unusable.count, 5U);
  EXPECT_FALSE(page->frame.total);
}

TEST(DecoderDomainsTest, AnotherShapeIsRefused) {
  Decoder decoder;
  for (const char* body : {"", "[]", "{}", R"({"resources":{}})", R"({"total":-1,"resources":[]})",
                           R"({"codeDesc":"x","resources":[]})", R"({"id":1,"id":2})"}) {
    EXPECT_FALSE(decoder.DecodeDomainList(body, *FindFamily("dsm"))) << body;
  }
  EXPECT_TRUE(decoder.DecodeDomainList(R"({"resources":null})", *FindFamily("dsm")));
}

}  // namespace
}  // namespace cckm
