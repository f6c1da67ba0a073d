// The web server of the real binary, as a scraper and a curious client meet it.

#include <gmock/gmock.h>

#include "tests/system/integration/exporter_process.h"

namespace cckm {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class WebTest : public testing::Test {
 protected:
  // Nobody listens there: the web server does not need an appliance.
  ExporterProcess exporter{{.url = "http://127.0.0.1:1"}};
};

TEST_F(WebTest, AScrapeGetsTheTextFormat) {
  const RawAnswer answer = exporter.Get("/metrics");
  ASSERT_TRUE(answer.is_whole);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.headers.at("content-type"), StartsWith("text/plain; version=0.0.4"));
  EXPECT_THAT(answer.body, StartsWith("# HELP "));
  EXPECT_THAT(answer.body, HasSubstr("\ncckm_exporter_build_info{"));
  EXPECT_THAT(answer.body, HasSubstr("\nprocess_resident_memory_bytes "));
}

TEST_F(WebTest, AQueryStringDoesNotChangeThePath) {
  EXPECT_EQ(exporter.Get("/metrics?collect[]=x").status, 200);
}

TEST_F(WebTest, HeadSendsTheHeadersOfGetAndNoBody) {
  RawClient client(exporter.port());
  ASSERT_TRUE(client.Send("HEAD /metrics HTTP/1.1\r\nHost: exporter\r\n\r\n"));
  const RawAnswer head = client.ReadAnswer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_GT(std::stoi(head.headers.at("content-length")), 1000);
  // A body would stand before this answer.
  const RawAnswer next = client.Request("GET /-/healthy HTTP/1.1\r\nHost: exporter\r\n\r\n");
  EXPECT_EQ(next.status, 200);
}

TEST_F(WebTest, OneConnectionServesManyScrapes) {
  RawClient client(exporter.port());
  for (int i = 0; i < 20; ++i) {
    const RawAnswer answer = client.Request("GET /metrics HTTP/1.1\r\nHost: exporter\r\n\r\n");
    ASSERT_TRUE(answer.is_whole) << i;
    ASSERT_EQ(answer.status, 200) << i;
  }
}

TEST_F(WebTest, PathsAndMethodsMatchExactly) {
  struct Case {
    const char* method;
    const char* path;
    int status;
  };
  const Case cases[] = {
      {"GET", "/", 200},
      {"HEAD", "/", 200},
      {"GET", "/-/healthy", 200},
      {"POST", "/metrics", 405},
      {"PUT", "/metrics", 405},
      {"DELETE", "/metrics", 405},
      {"POST", "/", 405},
      {"POST", "/-/healthy", 405},
      {"GET", "/-/reload", 405},
      {"POST", "/-/reload", 403},
      {"PUT", "/-/reload", 403},
      {"GET", "/metrics/", 404},
      {"GET", "/metrics/x", 404},
      {"GET", "//metrics", 404},
      {"GET", "/METRICS", 404},
      {"GET", "/metrics%00", 404},
      {"GET", "/%6detrics", 404},
      {"GET", "/x/../metrics", 404},
      {"GET", "/../../../../etc/passwd", 404},
      {"GET", "/%2e%2e/%2e%2e/etc/passwd", 404},
      {"GET", "/config.yaml", 404},
      {"GET", "/token", 404},
      {"GET", "/index.html", 404},
      {"GET", "/-/", 404},
  };
  for (const Case& row : cases) {
    const RawAnswer answer = AskPort(exporter.port(), row.method, row.path);
    EXPECT_EQ(answer.status, row.status) << row.method << " " << row.path;
    EXPECT_EQ(answer.headers.count("allow"), row.status == 405 ? 1U : 0U) << row.path;
  }
}

TEST_F(WebTest, EveryAnswerForbidsSniffing) {
  for (const char* path : {"/metrics", "/", "/-/healthy", "/-/ready", "/-/reload", "/nowhere"}) {
    EXPECT_EQ(exporter.Get(path).headers["x-content-type-options"], "nosniff") << path;
  }
}

TEST_F(WebTest, EveryAnswerHasADate) {
  for (const char* request :
       {"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n",
        "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", "FOO / HTTP/1.1\r\nHost: x\r\n\r\n",
        "nonsense\r\n\r\n", "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET http://x/nowhere HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    RawClient client(exporter.port());
    RawAnswer answer = client.Request(request);
    EXPECT_TRUE(answer.is_whole) << request;
    EXPECT_THAT(answer.headers["date"], testing::EndsWith(" GMT")) << request;
  }
}

TEST_F(WebTest, ATargetInAbsoluteFormIsThatOfItsPath) {
  const std::string own = "http://127.0.0.1:" + std::to_string(exporter.port());
  for (const std::string& start : {own, std::string("http://exporter.example")}) {
    EXPECT_THAT(AskPort(exporter.port(), "GET", start + "/metrics").body, StartsWith("# HELP "));
    EXPECT_EQ(AskPort(exporter.port(), "POST", start + "/metrics").status, 405);
    EXPECT_EQ(AskPort(exporter.port(), "GET", start + "/nowhere").status, 404);
    EXPECT_EQ(AskPort(exporter.port(), "GET", start).status, 200);
  }
}

TEST_F(WebTest, ListsOfAcceptAreReadOverTheirLines) {
  RawClient client(exporter.port());
  const RawAnswer answer = client.Request(
      "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n"
      "Accept: application/openmetrics-text;version=0.0.1\r\n"
      "Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n\r\n");
  EXPECT_EQ(answer.headers.at("content-type"),
            "application/openmetrics-text; version=0.0.1; charset=utf-8");
  EXPECT_EQ(answer.headers.at("content-encoding"), "gzip");
}

TEST_F(WebTest, ThePageForPeopleAllowsNothingFromElsewhere) {
  const RawAnswer page = exporter.Get("/");
  EXPECT_THAT(page.headers.at("content-type"), StartsWith("text/html"));
  EXPECT_THAT(page.headers.at("content-security-policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(page.body, HasSubstr("href=\"./metrics\""));
}

TEST_F(WebTest, NothingThatAClientSendsComesBack) {
  RawClient client(exporter.port());
  ASSERT_TRUE(
      client.Send("GET /<b>echo</b>?echo=echo HTTP/1.1\r\nHost: echo.example\r\n"
                  "User-Agent: echo\r\nX-Echo: echo\r\nConnection: close\r\n\r\n"));
  const auto answer = client.ReadUntilClose();
  ASSERT_TRUE(answer.has_value());
  EXPECT_THAT(*answer, StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(*answer, Not(HasSubstr("echo")));
}

TEST(WebFlagsTest, TheTelemetryPathIsTheOneOfTheFlag) {
  const ExporterProcess exporter(
      {.url = "http://127.0.0.1:1", .flags = {"--web.telemetry-path=/cckm"}});
  EXPECT_THAT(exporter.Get("/cckm").body, StartsWith("# HELP "));
  EXPECT_EQ(exporter.Get("/metrics").status, 404);
}

TEST(WebFlagsTest, APageOfAnotherOriginMayNotReload) {
  const ExporterProcess exporter(
      {.url = "http://127.0.0.1:1", .flags = {"--web.enable-lifecycle"}});
  const std::string own = "127.0.0.1:" + std::to_string(exporter.port());
  const auto reload = [&](const std::string& header) {
    RawClient client(exporter.port());
    return client.Request("POST /-/reload HTTP/1.1\r\nHost: " + own + "\r\n" + header + "\r\n")
        .status;
  };
  EXPECT_EQ(reload(""), 200);
  EXPECT_EQ(reload("Origin: http://" + own + "\r\n"), 200);
  EXPECT_EQ(reload("Origin: http://evil.example\r\n"), 403);
  EXPECT_EQ(reload("Sec-Fetch-Site: cross-site\r\n"), 403);
  EXPECT_EQ(reload("Sec-Fetch-Site: same-site\r\n"), 403);
}

TEST(WebFlagsTest, ExporterMetricsCanBeLeftOut) {
  const ExporterProcess exporter(
      {.url = "http://127.0.0.1:1", .flags = {"--web.disable-exporter-metrics"}});
  const std::string exposition = exporter.Scrape();
  EXPECT_THAT(exposition, HasSubstr("\ncckm_up{"));
  EXPECT_THAT(exposition, Not(HasSubstr("process_")));
}

}  // namespace
}  // namespace cckm
