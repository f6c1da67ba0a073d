#include "collectors/http/base_url.h"

#include <gtest/gtest.h>

namespace cckm {
namespace {

TEST(CanonicalBaseUrlTest, OneApplianceHasOneSpelling) {
  for (const char* spelling :
       {"https://cm.example.com", "https://CM.Example.COM", "https://cm.example.com:443",
        "https://cm.example.com/", "https://cm.example.com.", "https://cm.example.com.:443//",
        "https://user@cm.example.com", "https://user:word@cm.example.com",
        "https://%63m.example.com", "HTTPS://cm.example.com"}) {
    EXPECT_EQ(CanonicalBaseUrl(spelling), "https://cm.example.com:443") << spelling;
  }
  for (const char* spelling : {"https://cm/a%7eb", "https://cm/a~b/", "https://cm/%61%7Eb"}) {
    EXPECT_EQ(CanonicalBaseUrl(spelling), "https://cm:443/a~b") << spelling;
  }
}

TEST(CanonicalBaseUrlTest, OtherAppliancesHaveOtherSpellings) {
  for (const char* other : {"http://cm.example.com", "https://cm.example.com:8443",
                            "https://cm2.example.com", "https://cm.example.com/prefix"}) {
    EXPECT_NE(CanonicalBaseUrl(other), "https://cm.example.com:443") << other;
  }
  EXPECT_NE(CanonicalBaseUrl("https://cm/A"), CanonicalBaseUrl("https://cm/a"));
  EXPECT_EQ(CanonicalBaseUrl("no url at all"), CanonicalBaseUrl("no url at all"));
}

}  // namespace
}  // namespace cckm
