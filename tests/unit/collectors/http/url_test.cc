#include "collectors/http/url.h"

#include <gtest/gtest.h>

#include <string>

namespace cckm {
namespace {

TEST(UrlTest, ReadsSchemeHostPortAndPrefix) {
  const struct {
    const char* text;
    const char* normal;
    const char* host;
    bool is_http;
  } cases[] = {
      {"https://cm.example.com", "https://cm.example.com", "cm.example.com", false},
      {"https://cm.example.com/", "https://cm.example.com", "cm.example.com", false},
      {"https://cm:8443/a/b//", "https://cm:8443/a/b", "cm", false},
      {"https://cm:1", "https://cm:1", "cm", false},
      {"https://cm:65535", "https://cm:65535", "cm", false},
      {"http://10.0.0.1:80/x", "http://10.0.0.1:80/x", "10.0.0.1", true},
      {"https://[2001:db8::1]:443/p", "https://[2001:db8::1]:443/p", "2001:db8::1", false},
      {"https://[::1]", "https://[::1]", "::1", false},
      {"https://127.1:443", "https://127.1:443", "127.0.0.1", false},  // where libcurl connects
      {"https://cm_1.lan./a%2Fb/~x;y=1,@:", "https://cm_1.lan./a%2Fb/~x;y=1,@:", "cm_1.lan.",
       false},
  };
  for (const auto& row : cases) {
    const auto url = ParseUrl(row.text);
    ASSERT_TRUE(url) << row.text << ": " << url.error();
    EXPECT_EQ(url->text, row.normal);
    EXPECT_EQ(url->host, row.host);
    EXPECT_EQ(url->is_http, row.is_http);
  }
}

TEST(UrlTest, NamesTheRuleThatIsBroken) {
  const struct {
    std::string text;
    const char* rule;
  } cases[] = {
      {"", "https://"},
      {"cm.example.com", "https://"},
      {"ftp://cm", "https://"},
      {"https:/cm", "https://"},
      {" https://cm", "https://"},
      {"https://", "must name a host"},
      {"https:///path", "must name a host"},
      {"https://:443", "must name a host"},
      {"https://a b", "must name a host"},
      {"https://a\tb", "must name a host"},
      {"https://m\xC3\xBCnchen", "must name a host"},
      {"https://.a", "must name a host"},
      {"https://-a", "must name a host"},
      {"https://a..b", "must name a host"},
      {"https://[::1", "must name a host"},
      {"https://[::1]x", "must name a host"},
      {"https://[1.2.3.4]", "must name a host"},
      {"https://[fe80::1%25eth0]", "must name a host"},
      {"https://::1", "must name a host"},
      {"https://[]", "must name a host"},
      {"https://%63m", "must name a host"},
      {std::string("https://cm\0.example.com", 23), "must name a host"},
      {"https:///cm/x", "must name a host"},
      {"https://" + std::string(254, 'a'), "must name a host"},
      {"https://cm:", "port"},
      {"https://cm:0", "port"},
      {"https://cm:65536", "port"},
      {"https://cm:-1", "port"},
      {"https://cm:44x", "port"},
      {"https://[::1]:65536", "port"},
      {"https://[::1]:", "port"},
      {"https://user:canary@cm", "user name"},
      {"https://user@cm", "user name"},
      {"https://cm?x", "query"},
      {"https://cm/a?x", "query"},
      {"https://cm/a#x", "fragment"},
      {"https://cm/a b", "path"},
      {"https://cm/a\nb", "path"},
      {"https://cm/a\\b", "path"},
      {"https://cm/\"", "path"},
      {"https://cm/%", "path"},
      {"https://cm/%2", "path"},
      {"https://cm/%2g", "path"},
      {"https://cm/a/../b", "path"},
      {"https://cm/..", "path"},
      {"https://cm/./b", "path"},
      {"https://cm/" + std::string(2048, 'a'), "2048"},
  };
  for (const auto& row : cases) {
    const auto url = ParseUrl(row.text);
    ASSERT_FALSE(url) << row.text;
    EXPECT_NE(url.error().find(row.rule), std::string::npos) << row.text << ": " << url.error();
    EXPECT_EQ(url.error().find("canary"), std::string::npos);
  }
}

TEST(UrlTest, APathThatRepeatsTheBeginningOfEveryPathIsToldWithTheRightUrl) {
  const struct {
    const char* text;
    const char* right;
  } cases[] = {
      {"https://cm.example.com/api", "https://cm.example.com"},
      {"https://cm.example.com/api/v1", "https://cm.example.com"},
      {"https://cm:8443/api/v1///", "https://cm:8443"},
      {"https://cm/API/V1/", "https://cm"},
      {"https://cm/a//api//v1/", "https://cm/a"},
      {"https://[::1]/Api", "https://[::1]"},
  };
  for (const auto& row : cases) {
    EXPECT_TRUE(RepeatedApiPath(*ParseUrl(row.text)).ends_with("write " + std::string(row.right)))
        << row.text << ": " << RepeatedApiPath(*ParseUrl(row.text));
  }
  for (const char* text : {"https://api", "https://api/v1", "https://cm/v1", "https://cm/api/v2",
                           "https://cm/xapi", "https://cm/api/v1/x", "https://cm"}) {
    EXPECT_EQ(RepeatedApiPath(*ParseUrl(text)), "") << text;
  }
}

TEST(UrlTest, KnowsTheLoopbackHosts) {
  for (const char* text : {"http://localhost", "http://127.0.0.1:80", "http://127.255.1.2",
                           "http://[::1]", "http://[0:0:0:0:0:0:0:1]:80/x"}) {
    EXPECT_TRUE(ParseUrl(text)->IsLoopback()) << text;
  }
  for (const char* text : {"http://localhost.example.com", "http://127.example.com",
                           "http://128.0.0.1", "http://[::2]", "http://[::ffff:127.0.0.1]"}) {
    EXPECT_FALSE(ParseUrl(text)->IsLoopback()) << text;
  }
}

}  // namespace
}  // namespace cckm
