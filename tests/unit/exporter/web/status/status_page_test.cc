#include "exporter/web/status/status_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "exporter/web/status/page_files.h"
#include "exporter/web/status/page_policy.h"
#include "tests/unit/exporter/web/status/status_sample.h"

namespace cckm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHostile = "<script>alert(1)</script>\"'&";

std::string Page(const StatusModel& model) { return StatusPage(model, "/metrics"); }

// The document without the style and the script, which are constants.
std::string Markup(const StatusModel& model) {
  std::string page = Page(model);
  for (const std::string_view constant : {kPageStyle, kPageScript}) {
    page.erase(page.find(constant), constant.size());
  }
  return page;
}

// The first tag that is not closed in its turn; empty: none.
std::string UnbalancedTag(const std::string& html) {
  const std::set<std::string, std::less<>> kVoid = {"meta", "link", "input"};
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const bool closes = html[at + 1] == '/';
    const std::size_t begin = at + (closes ? 2 : 1);
    const std::string name = html.substr(begin, html.find_first_of(" >", begin) - begin);
    if (name == "!DOCTYPE" || kVoid.contains(name)) continue;
    if (!closes) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return name;
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : open.back();
}

std::size_t CountOf(std::string_view part, const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(StatusPageTest, IsAWholeDocumentInWhichEveryTagIsClosed) {
  for (const StatusModel& model : {StatusModel{}, SampleStatus()}) {
    const std::string markup = Markup(model);
    EXPECT_TRUE(markup.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"));
    EXPECT_TRUE(markup.ends_with("</body>\n</html>\n"));
    EXPECT_EQ(UnbalancedTag(markup), "");
    EXPECT_EQ(CountOf("<h1", markup), 1U);
    EXPECT_EQ(CountOf("<main", markup), 1U);
  }
}

TEST(StatusPageTest, SaysFirstHowEverythingStands) {
  const std::string markup = Markup(SampleStatus());
  EXPECT_THAT(markup, HasSubstr("<title>1 domain failed, 1 target partly unreachable, 1 domain "
                                "never refreshed \xE2\x80\x93 cckm_exporter</title>"));
  EXPECT_THAT(markup, HasSubstr("<section id=\"verdict\" class=\"trouble\""));
  EXPECT_THAT(markup, HasSubstr("<h1 id=\"sentence\">1\xC2\xA0"
                                "domain failed"));
}

TEST(StatusPageTest, ADomainTellsItsStatesTimesAndText) {
  const std::string markup = Markup(SampleStatus());
  EXPECT_THAT(
      markup,
      HasSubstr(
          "<tr data-states=\"in_progress failed\">"
          "<td><span class=\"mark in_progress\">in progress</span></td>"
          "<th scope=\"row\"><bdi>payments</bdi> <code><bdi>d-1</bdi></code></th>"
          "<td><bdi>cm-prod</bdi> <small class=\"word\">dsm</small></td>"
          "<td><span class=\"mark failed\">failed</span></td>"
          "<td><time datetime=\"2021-03-01T05:10:54Z\">2 d 1 h ago "
          "<small>2021-03-01 05:10:54 UTC</small></time></td>"
          "<td><data value=\"12\">12 s</data></td>"
          "<td><data value=\"90\">1 min 30 s</data></td><td><bdi>reading keys</bdi></td></tr>\n"));
}

TEST(StatusPageTest, WhatIsLeftOutIsCounted) {
  EXPECT_THAT(Markup(SampleStatus()),
              HasSubstr("1,002 domains, trouble first, then the longest without a success. "
                        "<strong>Only the first 2 are shown, 1,000 are left out.</strong>"));
}

TEST(StatusPageTest, AnErrorComesWithWhatToDo) {
  EXPECT_THAT(Markup(SampleStatus()),
              HasSubstr("<li><strong class=\"word\">aws:</strong> <bdi>answered 403</bdi>. "
                        "<em>What to do:</em> give the "
                        "account the right to view this family.</li>"));
}

TEST(StatusPageTest, RefreshesTellWhatBecameOfTheirDomains) {
  const std::string markup = Markup(SampleStatus());
  EXPECT_THAT(markup, HasSubstr("<td>1: 1 in progress <small>no usable answer to the latest "
                                "request</small></td></tr>"));
  EXPECT_THAT(markup, HasSubstr("<td>3: 2 completed, 1 failed</td></tr>"));
}

TEST(StatusPageTest, AnEmptyListSaysSo) {
  const std::string markup = Markup({});
  for (const char* text : {"No target is configured.", "No refresh has named a domain yet.",
                           "No refresh is in progress.", "No refresh has finished yet."}) {
    EXPECT_THAT(markup, HasSubstr(text));
  }
}

TEST(StatusPageTest, LinksToTheConfiguredMetricsPath) {
  EXPECT_THAT(StatusPage({}, "/custom/path"), HasSubstr("<a href=\"./custom/path\">Metrics</a>"));
  EXPECT_THAT(StatusPage({}, "/\"><b>"), HasSubstr("<a href=\"./&quot;&gt;&lt;b&gt;\">Metrics"));
}

TEST(StatusPageTest, EveryLinkOfItsOwnIsRelativeSoThatItWorksBehindAPrefix) {
  const std::string page = StatusPage(SampleStatus(), "/metrics");
  for (const std::string attribute : {"href=\"", "src=\"", "action=\""}) {
    for (auto at = page.find(attribute); at != std::string::npos;
         at = page.find(attribute, at + 1)) {
      EXPECT_NE(page[at + attribute.size()], '/') << page.substr(at, 60);
    }
  }
  EXPECT_THAT(page, HasSubstr("href=\"./api/v1/status\""));
  EXPECT_THAT(page, HasSubstr("fetch(location.pathname"));
}

TEST(StatusPageTest, ConfiguredLinksStandAtTheTopAndThoseWithPlaceholdersAtEachDomain) {
  StatusModel model = SampleStatus();
  model.links = {{"Run<books>", "https://wiki/cckm?a&b"},
                 {"Grafana", "https://g/{target}/{cloud}/{domain_id}"}};
  model.domains.rows[0].id = "d/1 &";
  const std::string page = StatusPage(model, "/metrics");
  EXPECT_THAT(page, HasSubstr("<li><a rel=\"noreferrer\" href=\"https://wiki/cckm?a&amp;b\">"
                              "<bdi>Run&lt;books&gt;</bdi></a></li>"));
  EXPECT_THAT(page, HasSubstr("<a rel=\"noreferrer\" href=\"https://g/cm-prod/dsm/d%2F1%20%26\">"
                              "<bdi>Grafana</bdi></a>"));
  EXPECT_EQ(CountOf("https://wiki", page), 1U);
  EXPECT_EQ(CountOf("https://g/", page), model.domains.rows.size());
  EXPECT_EQ(UnbalancedTag(Markup(model)), "");
}

TEST(StatusPageTest, ALinkThatADomainWouldLeadElsewhereIsLeftOutAtIt) {
  StatusModel model = SampleStatus();
  model.links = {{"Wiki", "https://w/{domain_id}"}, {"Grafana", "https://g/d?id={domain_id}"}};
  model.domains.rows[0].id = "..";
  const std::string page = StatusPage(model, "/metrics");
  EXPECT_EQ(CountOf("https://w/", page), model.domains.rows.size() - 1);
  EXPECT_EQ(CountOf("https://g/", page), model.domains.rows.size());
}

TEST(StatusPageTest, NoTextFromOutsideBringsInMarkup) {
  StatusModel model = SampleStatus();
  const std::string hostile(kHostile);
  ShownTarget& target = model.targets.rows[0];
  model.version = target.name = hostile;
  target.login_error = ShownError{ErrorKind::kAuth, hostile};
  target.collectors[1].last_error->message = hostile;
  ShownDomain& domain = model.domains.rows[0];
  domain.target = domain.id = domain.name = domain.detail = hostile;
  model.unfinished.rows[0].id = model.unfinished.rows[0].unknown_status = hostile;
  model.finished.rows[0].target = hostile;
  model.problems = FindProblems(model);
  const std::string markup = Markup(model);
  EXPECT_EQ(CountOf("<script", markup), 1U) << "the page's own";
  EXPECT_THAT(markup, Not(HasSubstr("alert(1)</")));
  EXPECT_EQ(UnbalancedTag(markup), "");
  EXPECT_GE(CountOf("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;", markup), 11U);
}

// Whatever direction a name is written in, what stands around it keeps its own.
TEST(StatusPageTest, EveryTextFromOutsideIsIsolated) {
  StatusModel model = SampleStatus();
  const std::string foreign = "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D";
  ShownTarget& target = model.targets.rows[0];
  target.name = foreign;
  target.login_error = ShownError{ErrorKind::kAuth, foreign};
  target.collectors[1].last_error->message = foreign;
  ShownDomain& domain = model.domains.rows[0];
  domain.target = domain.id = domain.name = domain.detail = foreign;
  model.unfinished.rows[0].id = model.unfinished.rows[0].unknown_status = foreign;
  model.finished.rows[0].target = foreign;
  model.problems = FindProblems(model);
  const std::string markup = Markup(model);
  EXPECT_GE(CountOf(foreign, markup), 13U);
  EXPECT_EQ(CountOf("<bdi>" + foreign, markup), CountOf(foreign, markup));
}

TEST(StatusPageTest, ATargetThatWasNotTriedYetClaimsNothing) {
  StatusModel model{.taken_at = FakeClock::kStart};
  model.targets = {{{.name = "cm", .collectors = {{.cloud = "dsm"}}}}, 1};
  ShownTarget& target = model.targets.rows[0];
  EXPECT_THAT(Markup(model), HasSubstr("<dt>Token</dt><dd>not tried yet</dd>"));
  EXPECT_THAT(Markup(model), HasSubstr("<dt>Certificate</dt><dd>none seen yet</dd>"));
  target.collectors[0].last_poll_at = FakeClock::kStart;
  EXPECT_THAT(Markup(model), HasSubstr("<dt>Token</dt><dd>none that is valid</dd>"));
  EXPECT_THAT(Markup(model), HasSubstr("<dt>Certificate</dt><dd>none seen yet</dd>"));
  target.collectors[0].last_error = ShownError{ErrorKind::kTls, "expired"};
  target.certificate_expires_at = FakeClock::kStart - std::chrono::hours(1);
  EXPECT_THAT(Markup(model), HasSubstr("<dt>Certificate</dt><dd>TLS failed, ended 1 h ago"));
  target.collectors[0].last_error.reset();
  target.certificate_expires_at = FakeClock::kStart + std::chrono::hours(1);
  EXPECT_THAT(Markup(model), HasSubstr("<dt>Certificate</dt><dd>verified, ends in 1 h"));
  target.verifies_certificate = false;
  target.certificate_expires_at.reset();
  EXPECT_THAT(Markup(model), HasSubstr("<dt>Certificate</dt><dd>not verified, none seen<"));
}

TEST(StatusPageTest, WhatACollectorCannotShowIsCountedBesideWhatItShows) {
  StatusModel model{.taken_at = FakeClock::kStart};
  model.targets = {{{.name = "cm",
                     .collectors = {{.cloud = "dsm",
                                     .refreshes = 4,
                                     .domains = 7,
                                     .unlisted_domains = 3,
                                     .dropped_domains = 1200,
                                     .unreadable_id_files = 2}}}},
                   1};
  EXPECT_THAT(Markup(model), HasSubstr("<td>4 <small>2 files of IDs unreadable</small></td>"));
  EXPECT_THAT(Markup(model), HasSubstr("7 <small>3 not in the list of domains</small>"));
  EXPECT_THAT(Markup(model), HasSubstr("left out by max_domains</small>"));
}

TEST(StatusPageTest, TheConstantsFitIntoTheirElements) {
  EXPECT_THAT(std::string(kPageStyle), Not(HasSubstr("</")));
  EXPECT_THAT(std::string(kPageScript), Not(HasSubstr("</")));
  EXPECT_THAT(std::string(kPageScript), Not(HasSubstr("<!--")));
}

TEST(PagePolicyTest, AHashIsThatOfTheSpecification) {
  // The example of CSP Level 3, section 2.3.1, was computed over this text.
  EXPECT_EQ(HashSource("alert('Hello, world.');"),
            "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
}

TEST(PagePolicyTest, AllowsThePagesOwnScriptAndStyleAndNothingFromElsewhere) {
  const std::string policy = PagePolicy();
  EXPECT_THAT(policy, HasSubstr("default-src 'none';"));
  EXPECT_THAT(policy, HasSubstr("script-src " + HashSource(kPageScript) + ";"));
  EXPECT_THAT(policy, HasSubstr("style-src " + HashSource(kPageStyle) + ";"));
  EXPECT_THAT(policy, HasSubstr("connect-src 'self';"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(policy, Not(HasSubstr("http")));
}

}  // namespace
}  // namespace cckm
