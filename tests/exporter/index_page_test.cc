#include "exporter/web/index_page.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/exporter/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kHostile = "<script>alert(1)</script>\"'&\n\xFF";

class IndexPageTest : public ::testing::Test {
 protected:
  std::string Page(std::string_view path = "/metrics", std::string_view version = "1.2.3") {
    return IndexPage(state, path, version, FakeClock::kStart);
  }
  void Apply(const PollUpdate& update) { static_cast<void>(state.Apply(update, {})); }

  const FakeClock clock;
  const BucketBounds bounds{{1, 60}};
  const std::string hostile_name{kHostile};
  StateStore state{
      {{.options = {.name = hostile_name, .max_series = 1000},
        .collectors = {{FindFamily("dsm"), {"r1", "r2"}}, {FindFamily("aws"), {"r1"}}}},
       {.options = {.name = "cm-b", .max_series = 1000},
        .collectors = {{FindFamily("dsm"), {"r1"}}}}},
      bounds,
      clock};
};

bool Has(const std::string& page, std::string_view part) {
  return page.find(part) != std::string::npos;
}

TEST(EscapeHtmlTest, WritesWhatHtmlGivesAMeaningAsReferences) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\" id='y'>&amp;</a>"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  EXPECT_EQ(EscapeHtml("plain caf\xC3\xA9"), "plain caf\xC3\xA9");
  EXPECT_EQ(EscapeHtml(""), "");
}

TEST_F(IndexPageTest, IsAWholeDocumentWithoutScripts) {
  const std::string page = Page();
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_TRUE(page.ends_with("</body>\n</html>\n"));
  EXPECT_TRUE(Has(page, "<meta charset=\"utf-8\">"));
  EXPECT_TRUE(Has(page, "Version 1.2.3."));
  EXPECT_TRUE(Has(page, "As of 2021-03-03T06:10:54Z."));
  EXPECT_FALSE(Has(page, "<script"));
}

TEST_F(IndexPageTest, LinksToTheConfiguredMetricsPath) {
  EXPECT_TRUE(Has(Page("/custom/path"), "<a href=\"/custom/path\">Metrics</a>"));
  EXPECT_TRUE(Has(Page("/\"><b>"), "<a href=\"/&quot;&gt;&lt;b&gt;\">Metrics</a>"));
}

TEST_F(IndexPageTest, HasARowForEachCollector) {
  Apply(UpdateOf("cm-b", "dsm", {Running("r1", {"d1", "d2"})}));
  Apply(PollEnd("cm-b", "dsm", true));
  const std::string page = Page();
  EXPECT_TRUE(Has(page,
                  "<tr><td>cm-b</td><td>dsm</td><td>up</td><td>2021-03-03T06:10:54Z</td>"
                  "<td>1</td><td>2</td><td></td></tr>\n"))
      << page;
  EXPECT_TRUE(Has(page, "<td>dsm</td><td>not polled yet</td><td></td><td>2</td><td>0</td>"));
  EXPECT_TRUE(Has(page, "<td>aws</td><td>not polled yet</td><td></td><td>1</td><td>0</td>"));
}

TEST_F(IndexPageTest, ADownCollectorShowsItsLastError) {
  PollUpdate update = PollEnd("cm-b", "dsm", false);
  update.errors.push_back({ErrorKind::kTls, "the certificate has expired"});
  Apply(update);
  EXPECT_TRUE(Has(Page(),
                  "<td>down</td><td>2021-03-03T06:10:54Z</td><td>1</td><td>0</td>"
                  "<td>the certificate has expired</td></tr>"));
}

TEST_F(IndexPageTest, NeitherANameNorAnErrorCanBringInMarkup) {
  PollUpdate update = PollEnd("cm-b", "dsm", false);
  update.errors.push_back({ErrorKind::kHttpStatus, "answered (" + std::string(kHostile) + ")"});
  Apply(update);
  const std::string page = Page("/metrics", "<script>");
  EXPECT_FALSE(Has(page, "<script")) << page;
  EXPECT_FALSE(Has(page, "alert(1)</"));
  EXPECT_FALSE(Has(page, "\xFF"));
  EXPECT_TRUE(Has(page,
                  "answered (&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"
                  "\xEF\xBF\xBD\xEF\xBF\xBD)</td>"))
      << "controls and broken bytes are replaced";
}

}  // namespace
}  // namespace cckm
