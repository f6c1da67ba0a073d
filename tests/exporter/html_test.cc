#include "exporter/web/html.h"

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

}  // namespace
}  // namespace cckm
