#include "exporter/web/status/html.h"

#include <gtest/gtest.h>

namespace cckm {
namespace {

TEST(EscapeHtmlTest, WritesWhatHtmlGivesAMeaningAsReferences) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\" id='y'>&amp;</a>"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  EXPECT_EQ(EscapeHtml("plain caf\xC3\xA9"), "plain caf\xC3\xA9");
  EXPECT_EQ(EscapeHtml("&"), "&amp;");
  EXPECT_EQ(EscapeHtml(""), "");
}

TEST(AppendHtmlTest, KeepsWhatWasThere) {
  std::string html = "<b>";
  AppendHtml(html, "1 < 2");
  EXPECT_EQ(html, "<b>1 &lt; 2");
}

TEST(HtmlTest, ForeignTextIsIsolatedAndItsHashOnceMore) {
  EXPECT_EQ(EscapeForeign("a<b"), "<bdi>a&lt;b</bdi>");
  EXPECT_EQ(EscapeForeign("\xD7\xA9~0123456789abcdef"),
            "<bdi>\xD7\xA9<bdi>~0123456789abcdef</bdi></bdi>");
  EXPECT_EQ(EscapeForeign("x~0123456789abcdeg"), "<bdi>x~0123456789abcdeg</bdi>");
  EXPECT_EQ(EscapeForeign("~0123456789abcdef"), "<bdi>~0123456789abcdef</bdi>")
      << "nothing before it";
  EXPECT_EQ(EscapeForeign(""), "<bdi></bdi>");
}

}  // namespace
}  // namespace cckm
