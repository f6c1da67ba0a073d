// `links:` under `global`, and the URLs that they become.

#include "exporter/config/links.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "exporter/config/yaml/config_file.h"
#include "exporter/config/yaml/config_text.h"
#include "tests/support/fakes/config_folder.h"

namespace cckm {
namespace {

TEST(LinksTest, PlaceholdersAreFilledPercentEncoded) {
  const Link link{"Grafana", "https://g/d?t={target}&c={cloud}#{domain_id}/{domain_id}"};
  EXPECT_TRUE(IsForDomains(link));
  EXPECT_EQ(FilledUrl(link, {"cm/root", "dsm", "a b\"&<\xC3\xBC%-._~"}),
            "https://g/d?t=cm%2Froot&c=dsm#a%20b%22%26%3C%C3%BC%25-._~/"
            "a%20b%22%26%3C%C3%BC%25-._~");
  EXPECT_FALSE(IsForDomains({"Runbooks", "https://wiki/cckm"}));
}

TEST(LinksTest, OnlyPlainUrlsOfTheWebAreLinks) {
  EXPECT_EQ(LinkMistake("https://h"), "");
  EXPECT_EQ(LinkMistake("http://h:80/a?b=c&d=%20#e"), "");
  const std::string no_host = "must begin with https:// or http:// and a host";
  for (const std::string url :
       {"", "javascript:alert(1)", "HTTPS://h", "//h", "/d", "https:///d"}) {
    EXPECT_EQ(LinkMistake(url), no_host) << url;
  }
  EXPECT_NE(LinkMistake("https://h/a b"), "");
  EXPECT_NE(LinkMistake("https://h/\"onclick"), "");
  EXPECT_NE(LinkMistake("https://h/\xC3\xBC"), "");
  EXPECT_NE(LinkMistake("https://user:secret@h/"), "");
  EXPECT_NE(LinkMistake("https://h/" + std::string(kMaxLinkUrl, 'a')), "");
}

TEST(LinksTest, ALinkNeedsAHostAndAPortThatExists) {
  const std::string host =
      "must name a host: a name, an IPv4 address or an IPv6 address in brackets";
  const std::string port = "must have a port from 1 to 65535, or none";
  const std::pair<std::string, std::string> cases[] = {
      {"https://:80/", host},    {"https://a%62/", host},   {"https://[::1/", host},
      {"https://h:0/", port},    {"https://h:65536", port}, {"https://h:http/d", port},
      {"https://h:65535/d", ""}, {"https://[::1]:1?q", ""}, {"https://h/a:b#:0", ""},
  };
  for (const auto& [url, mistake] : cases) EXPECT_EQ(LinkMistake(url), mistake) << url;
}

TEST(LinksTest, NoValueBecomesAPathSegmentThatABrowserResolvesAway) {
  const auto filled = [](const std::string& url, std::string_view id) {
    return FilledUrl({"Wiki", url}, {"cm", "dsm", id});
  };
  for (const std::string_view id : {".", ".."}) {
    EXPECT_EQ(filled("https://h/{domain_id}", id), "") << id;
    EXPECT_EQ(filled("https://h/a/{domain_id}/b?c#d", id), "") << id;
  }
  EXPECT_EQ(filled("https://h/%2E{domain_id}", "."), "");
  EXPECT_EQ(filled("https://h/../{domain_id}", ".."), "");
  EXPECT_EQ(filled("https://h/../{domain_id}", "a.b"), "https://h/../a.b");
  EXPECT_EQ(filled("https://h/{domain_id}", "..."), "https://h/...");
  EXPECT_EQ(filled("https://h/{domain_id}", "../a"), "https://h/..%2Fa");
  EXPECT_EQ(filled("https://h/a{domain_id}", ".."), "https://h/a..");
  EXPECT_EQ(filled("https://h/d?id={domain_id}&x=/{domain_id}", ".."), "https://h/d?id=..&x=/..");
  EXPECT_EQ(filled("https://h#/{domain_id}", ".."), "https://h#/..");
}

TEST(LinksTest, PlaceholdersAreKnownAndStandBehindTheHost) {
  EXPECT_EQ(LinkMistake("https://h/{target}{cloud}{domain_id}"), "");
  EXPECT_EQ(LinkMistake("https://{target}/"), "must have its placeholders behind the host");
  for (const std::string url : {"https://h/{domain}", "https://h/{", "https://h/}", "https://h/{}",
                                "https://h/{{target}}", "https://h/{target"}) {
    EXPECT_EQ(LinkMistake(url), "must have no other braces than {target}, {cloud} and {domain_id}")
        << url;
  }
}

class LinksFileTest : public testing::Test {
 protected:
  ConfigResult Read(const std::string& links) const {
    return ParseConfig("global:\n  links:" + links +
                           "\ntargets:\n  - name: a\n    url: https://cm\n"
                           "    authorization: { credentials_file: token }\n"
                           "    collectors: { dsm: { refresh_ids: [x] } }\n",
                       folder_.File("c.yml"));
  }
  std::string ProblemOf(const std::string& links) const {
    const auto config = Read(links);
    if (config || config.error().size() != 1) return "not one problem";
    return config.error().front().key + ": " + config.error().front().message;
  }

  const ConfigFolder folder_;
};

TEST_F(LinksFileTest, TheyAreReadInTheirOrderAndWrittenBack) {
  const auto config = Read(" { Runbooks: https://w/r, 'yes': 'https://g/{target}' }");
  ASSERT_TRUE(config) << config.error().front().ToString();
  EXPECT_EQ(config->links, (Links{{"Runbooks", "https://w/r"}, {"yes", "https://g/{target}"}}));
  const auto again = ParseConfig(ConfigText(*config), folder_.File("c.yml"));
  ASSERT_TRUE(again) << again.error().front().ToString();
  EXPECT_EQ(*again, *config);
}

TEST_F(LinksFileTest, MistakesNameTheKey) {
  EXPECT_EQ(ProblemOf(" { A: ftp://h }"),
            "global.links.A: must begin with https:// or http:// and a host");
  EXPECT_EQ(ProblemOf(" [https://h]"), "global.links: must be a map");
  EXPECT_EQ(ProblemOf(" { '': https://h }"),
            "global.links.: must have a name of 1 to 64 characters without control characters");
  std::string many;
  for (std::size_t i = 0; i <= kMaxLinks; ++i) {
    many += "\n    l" + std::to_string(i) + ": https://h";
  }
  EXPECT_EQ(ProblemOf(many), "global.links: must have at most 20 links");
}

}  // namespace
}  // namespace cckm
