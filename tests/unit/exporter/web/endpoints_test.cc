// Every path with every method, without a network.

#include "exporter/web/endpoints.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/fakes/exposition_parser.h"
#include "tests/unit/exporter/exposition/one_target.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

class EndpointsTest : public ::testing::Test {
 protected:
  Endpoints Make(Endpoints::Options options = {}) {
    if (options.telemetry_path.empty()) options.telemetry_path = "/metrics";
    if (options.max_requests == 0) options.max_requests = 40;
    options.place_patience = std::chrono::milliseconds(0);
    return {std::move(options), publisher, state, target.status, clock};
  }
  static WebResponse Request(Endpoints& endpoints, std::string_view method, std::string_view path) {
    return endpoints.Answer(
        {.method = method, .path = path, .accept = "*/*", .accept_encoding = ""});
  }
  static int Status(Endpoints& endpoints, std::string_view method, std::string_view path) {
    return Request(endpoints, method, path).status;
  }
  void EndPolls() { static_cast<void>(state.Apply(PollEnd("cm", "dsm", false))); }

  FakeClock clock;
  OneTarget target{{"r1"}, clock, clock};
  StateStore& state = target.state;
  Publisher& publisher = target.publisher;
};

std::string HeaderOf(const WebResponse& answer, std::string_view name) {
  const auto found =
      std::ranges::find(answer.headers, name, &std::pair<std::string, std::string>::first);
  return found == answer.headers.end() ? "" : found->second;
}

TEST_F(EndpointsTest, EachPathTakesItsMethods) {
  Endpoints endpoints = Make();
  EndPolls();
  static_cast<void>(publisher.Publish());
  struct Case {
    const char* path;
    int reading;  // GET and HEAD
    int writing;  // POST and PUT
    const char* allowed;
  };
  for (const Case& row : {
           Case{"/metrics", 200, 405, "GET, HEAD"},
           Case{"/", 200, 405, "GET, HEAD"},
           Case{"/api/v1/status", 200, 405, "GET, HEAD"},
           Case{"/-/healthy", 200, 405, "GET, HEAD"},
           Case{"/-/ready", 200, 405, "GET, HEAD"},
           Case{"/-/reload", 405, 403, "POST, PUT"},
           Case{"/nothing", 404, 404, ""},
       }) {
    const auto expect = [&](std::string_view method, int expected) {
      const WebResponse answer = Request(endpoints, method, row.path);
      EXPECT_EQ(answer.status, expected) << method << " " << row.path;
      EXPECT_EQ(HeaderOf(answer, "Allow"), expected == 405 ? row.allowed : "") << row.path;
    };
    for (const char* method : {"GET", "HEAD"}) expect(method, row.reading);
    for (const char* method : {"POST", "PUT"}) expect(method, row.writing);
    for (const char* method : {"DELETE", "OPTIONS", "PATCH", "TRACE", "get", "", "GET "}) {
      expect(method, row.reading == 404 ? 404 : 405);
    }
  }
}

TEST_F(EndpointsTest, TheConfigurationIsShownAsItIsNow) {
  std::string text = "targets: []\n";
  Endpoints endpoints = Make({.config_text = [&text] { return text; }});
  EXPECT_EQ(Request(endpoints, "GET", "/config").text, "targets: []\n");
  text = "targets: [a]\n";
  EXPECT_EQ(Request(endpoints, "GET", "/config").text, "targets: [a]\n");
  EXPECT_EQ(Status(endpoints, "POST", "/config"), 405);
}

struct OriginCase {
  const char* origin;
  const char* fetch_site;
  int status;
};

TEST_F(EndpointsTest, APageOfAnotherOriginMayNotReload) {
  int reloads = 0;
  Endpoints endpoints = Make({.reload = [&reloads]() -> tl::expected<void, std::string> {
    ++reloads;
    return {};
  }});
  for (const OriginCase& row : {
           OriginCase{"", "", 200},
           OriginCase{"http://exporter:9847", "", 200},
           OriginCase{"https://EXPORTER:9847", "same-origin", 200},
           OriginCase{"", "none", 200},
           OriginCase{"http://exporter:9847", "same-site", 403},
           OriginCase{"", "cross-site", 403},
           OriginCase{"", "anything", 403},
           OriginCase{"http://evil.example", "", 403},
           OriginCase{"http://exporter", "", 403},
           OriginCase{"http://exporter:98470", "", 403},
           OriginCase{"http://exporter:9847.evil.example", "", 403},
           OriginCase{"http://exporter:9847, http://evil.example", "", 403},
           OriginCase{"null", "", 403},
           OriginCase{"exporter:9847", "", 403},
       }) {
    const int before = reloads;
    for (const char* method : {"POST", "PUT"}) {
      const WebResponse answer = endpoints.Answer({.method = method,
                                                   .path = "/-/reload",
                                                   .accept = "",
                                                   .accept_encoding = "",
                                                   .host = "exporter:9847",
                                                   .origin = row.origin,
                                                   .fetch_site = row.fetch_site});
      EXPECT_EQ(answer.status, row.status) << row.origin << " " << row.fetch_site;
    }
    EXPECT_EQ(reloads - before, row.status == 200 ? 2 : 0) << row.origin;
  }
}

TEST_F(EndpointsTest, APortThatNeedNotBeWrittenMakesNoOtherOrigin) {
  Endpoints endpoints = Make({.reload = [] { return tl::expected<void, std::string>(); }});
  for (const auto& [origin, host] : {std::pair{"https://exporter", "exporter:443"},
                                     std::pair{"https://exporter:443", "exporter"},
                                     std::pair{"http://exporter", "exporter:80"}}) {
    EXPECT_EQ(endpoints
                  .Answer({.method = "POST",
                           .path = "/-/reload",
                           .accept = "",
                           .accept_encoding = "",
                           .host = host,
                           .origin = origin})
                  .status,
              200)
        << origin;
  }
}

TEST_F(EndpointsTest, NearMissesAreNotFound) {
  Endpoints endpoints = Make();
  for (const char* path : {"/metrics/",
                           "/metricsX",
                           "/METRICS",
                           "//metrics",
                           "/metrics%00",
                           "/%6detrics",
                           "/metrics/../metrics",
                           "metrics",
                           "",
                           "*",
                           "//",
                           "/.",
                           "/-/",
                           "/-/healthy/",
                           "/-/Ready",
                           "/-/ready ",
                           "/-/reload/",
                           "/-",
                           "/favicon.ico",
                           "/../etc/passwd",
                           "/config/",
                           "/configuration",
                           "/api/v1/status/",
                           "/api/v1",
                           "/page/script.js"}) {
    const WebResponse answer = Request(endpoints, "GET", path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.text, "Not found.\n") << "nothing that was sent is echoed";
  }
}

TEST_F(EndpointsTest, MetricsAreThePublishedBodyItself) {
  Endpoints endpoints = Make();
  const WebResponse answer = Request(endpoints, "GET", "/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(answer.shared, publisher.BodyOf({})) << "shared, not copied";
  EXPECT_TRUE(ParseExposition(answer.shared->Joined()));
}

TEST_F(EndpointsTest, MetricsComeInTheFormatAndEncodingThatAreAskedFor) {
  Endpoints endpoints = Make();
  const WebResponse answer = endpoints.Answer({.method = "GET",
                                               .path = "/metrics",
                                               .accept = "application/openmetrics-text",
                                               .accept_encoding = "gzip"});
  EXPECT_EQ(answer.content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  const WebResponse draft =
      endpoints.Answer({.method = "GET",
                        .path = "/metrics",
                        .accept = "application/openmetrics-text;version=0.0.1",
                        .accept_encoding = "gzip"});
  EXPECT_EQ(draft.content_type, "application/openmetrics-text; version=0.0.1; charset=utf-8");
  EXPECT_EQ(draft.shared, answer.shared) << "the same body";
  EXPECT_EQ(HeaderOf(answer, "Content-Encoding"), "gzip");
  EXPECT_EQ(HeaderOf(answer, "Vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(answer.shared, publisher.BodyOf({ExpositionFormat::kOpenMetrics, Encoding::kGzip}));
}

TEST_F(EndpointsTest, TheTelemetryPathMovesTheMetrics) {
  Endpoints endpoints = Make({.telemetry_path = "/custom/path", .version = ""});
  EXPECT_EQ(Status(endpoints, "GET", "/custom/path"), 200);
  EXPECT_EQ(Status(endpoints, "GET", "/metrics"), 404);
  EXPECT_EQ(Status(endpoints, "GET", "/custom/path/"), 404);
  EXPECT_EQ(Status(endpoints, "GET", "/custom"), 404);
  const WebResponse index = Request(endpoints, "GET", "/");
  EXPECT_NE(index.text.find("href=\"./custom/path\""), std::string::npos);
}

TEST_F(EndpointsTest, TheStatusPageIsHtmlWithAStrictPolicy) {
  Endpoints endpoints = Make({.version = "1.2.3"});
  const WebResponse answer = Request(endpoints, "GET", "/");
  EXPECT_EQ(answer.content_type, "text/html; charset=utf-8");
  EXPECT_NE(answer.text.find("cckm_exporter <small>1.2.3</small>"), std::string::npos);
  const std::string policy = HeaderOf(answer, "Content-Security-Policy");
  for (const char* rule :
       {"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"}) {
    EXPECT_NE(policy.find(rule), std::string::npos) << rule;
  }
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
}

TEST_F(EndpointsTest, ThePageTellsWhatMaxSeriesLeavesOut) {
  Endpoints endpoints = Make();
  constexpr std::string_view kText = "Series of <bdi>cm</bdi> are left out of the metrics.";
  EXPECT_EQ(Request(endpoints, "GET", "/").text.find(kText), std::string::npos);
  state.SetTarget({.options = {.name = "cm", .shown = {.max_series = 1}},
                   .collectors = {{FindFamily("dsm"), {"r1"}}}});
  EXPECT_NE(Request(endpoints, "GET", "/").text.find(kText), std::string::npos);
}

TEST_F(EndpointsTest, TheStatusIsJsonToo) {
  Endpoints endpoints = Make({.version = "1.2.3"});
  const WebResponse answer = Request(endpoints, "GET", "/api/v1/status");
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_TRUE(answer.text.starts_with("{\"version\":\"1.2.3\",\"time\":\"2021-03-03T06:10:54Z\""))
      << answer.text;
}

TEST_F(EndpointsTest, IsReadyAfterTheFirstPollOfEveryTargetSuccessfulOrNot) {
  Endpoints endpoints = Make();
  EXPECT_EQ(Status(endpoints, "GET", "/-/healthy"), 200) << "it works before it is ready";
  EXPECT_EQ(Status(endpoints, "GET", "/-/ready"), 503);
  EndPolls();
  static_cast<void>(publisher.Publish());
  EXPECT_EQ(Status(endpoints, "GET", "/-/ready"), 200);
}

TEST_F(EndpointsTest, IsNotReadyBeforeEveryScrapeShowsTheFirstPolls) {
  Endpoints endpoints = Make();
  Request(endpoints, "GET", "/metrics");
  EndPolls();
  EXPECT_EQ(Request(endpoints, "GET", "/-/ready").text,
            "cckm_exporter is not ready: the first polls are not published yet.\n");
  EXPECT_EQ(Request(endpoints, "GET", "/metrics").shared->Joined().find("cckm_last_poll"),
            std::string_view::npos);
  static_cast<void>(publisher.Publish());
  EXPECT_EQ(Status(endpoints, "GET", "/-/ready"), 200);
  EXPECT_NE(Request(endpoints, "GET", "/metrics").shared->Joined().find("cckm_last_poll"),
            std::string_view::npos);
}

TEST_F(EndpointsTest, ATargetThatAReloadAddsIsWaitedForUntilItIsPublished) {
  Endpoints endpoints = Make();
  EndPolls();
  static_cast<void>(publisher.Publish());
  EXPECT_EQ(Status(endpoints, "GET", "/-/ready"), 200);
  state.SetTarget({.options = {.name = "new", .shown = {.max_series = 1000}},
                   .collectors = {{FindFamily("dsm"), {"r1"}}}});
  static_cast<void>(publisher.Publish());
  EXPECT_EQ(Status(endpoints, "GET", "/-/ready"), 503);
  static_cast<void>(state.Apply(PollEnd("new", "dsm", true)));
  EXPECT_EQ(Status(endpoints, "GET", "/-/ready"), 503);
  static_cast<void>(publisher.Publish());
  EXPECT_EQ(Status(endpoints, "GET", "/-/ready"), 200);
}

TEST_F(EndpointsTest, IsReadyWhereNobodyScrapesForThenTheFirstScrapeIsMadeOfTheNewestState) {
  Endpoints endpoints = Make();
  clock.Advance(std::chrono::hours(1));
  EndPolls();
  EXPECT_EQ(Status(endpoints, "GET", "/-/ready"), 200);
  EXPECT_NE(Request(endpoints, "GET", "/metrics").shared->Joined().find("cckm_last_poll"),
            std::string_view::npos);
}

TEST_F(EndpointsTest, MoreScrapesThanAllowedAtOnceAreRefusedUntilOneIsWritten) {
  Endpoints endpoints = Make({.max_requests = 2, .version = ""});
  WebResponse first = Request(endpoints, "GET", "/metrics");
  const WebResponse second = Request(endpoints, "GET", "/metrics");
  EXPECT_EQ(second.status, 200);
  for (int i = 0; i < 3; ++i) {
    const WebResponse refused = Request(endpoints, "GET", "/metrics");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.shared, nullptr);
  }
  EXPECT_EQ(Status(endpoints, "GET", "/-/healthy"), 200) << "only scrapes are counted";
  EXPECT_EQ(Status(endpoints, "GET", "/"), 200);
  first.held_until_written.reset();
  const WebResponse third = Request(endpoints, "GET", "/metrics");
  EXPECT_EQ(third.status, 200);
  EXPECT_EQ(Status(endpoints, "HEAD", "/metrics"), 503);
}

// A page is as long as there are domains, and each reader has its own.
TEST_F(EndpointsTest, MorePagesThanFitInMemoryAreRefusedUntilOneIsWritten) {
  Endpoints endpoints = Make();
  std::vector<WebResponse> pages;
  for (int i = 0; i < 16; ++i) {
    pages.push_back(Request(endpoints, "GET", i % 2 == 0 ? "/" : "/api/v1/status"));
    EXPECT_EQ(pages.back().status, 200);
  }
  EXPECT_EQ(Status(endpoints, "GET", "/"), 503);
  EXPECT_EQ(Status(endpoints, "GET", "/api/v1/status"), 503);
  EXPECT_EQ(Status(endpoints, "GET", "/metrics"), 200);
  pages.pop_back();
  EXPECT_EQ(Status(endpoints, "GET", "/"), 200);
}

TEST_F(EndpointsTest, AnAnswerMayOutliveTheEndpoints) {
  WebResponse answer;
  {
    Endpoints endpoints = Make();
    answer = Request(endpoints, "GET", "/metrics");
  }
  answer = {};
}

TEST_F(EndpointsTest, NeverServesMoreScrapesAtOnceThanAllowed) {
  constexpr std::size_t kMaxRequests = 3;
  Endpoints endpoints = Make({.max_requests = kMaxRequests, .version = ""});
  std::atomic<std::size_t> served = 0;
  std::atomic<bool> too_many = false;
  {
    std::vector<std::jthread> clients;
    for (int client = 0; client < 6; ++client) {
      clients.emplace_back([&] {
        for (int i = 0; i < 200; ++i) {
          const WebResponse answer = Request(endpoints, "GET", "/metrics");
          if (answer.status != 200) continue;
          if (++served > kMaxRequests) too_many = true;
          --served;
        }
      });
    }
  }
  EXPECT_FALSE(too_many);
  EXPECT_EQ(Status(endpoints, "GET", "/metrics"), 200) << "everything was given back";
}

}  // namespace
}  // namespace cckm
