// What the server makes of requests and answers.

#include "exporter/web/server/http_server.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/fakes/fake_clock.h"
#include "tests/unit/exporter/web/server/http_server_fixture.h"

namespace cckm {
namespace {

class HttpServerTest : public HttpServerFixture {};

TEST_F(HttpServerTest, AnswersWithTheHeadersOfEveryAnswer) {
  HttpServerOptions options;
  options.now = [] { return FakeClock::kStart; };
  Serve(
      [](const WebRequest&) {
        WebResponse answer = TextAnswer(200, "body\n");
        answer.content_type = "text/html";
        answer.headers = {{"Vary", "Accept"}, {"X-Other", "a b"}};
        return answer;
      },
      options);
  RawClient client(port());
  const RawAnswer answer = client.Request(GetRequest("/metrics"));
  EXPECT_TRUE(answer.is_whole);
  EXPECT_EQ(answer.head,
            "HTTP/1.1 200 OK\r\n"
            "Date: Wed, 03 Mar 2021 06:10:54 GMT\r\n"
            "Content-Type: text/html\r\n"
            "Content-Length: 5\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Cache-Control: no-store\r\n"
            "Connection: keep-alive\r\n"
            "Vary: Accept\r\n"
            "X-Other: a b\r\n"
            "\r\n");
  EXPECT_EQ(answer.body, "body\n");
}

TEST_F(HttpServerTest, ShowsTheHandlerWhatTheClientAccepts) {
  Serve([](const WebRequest& request) {
    return TextAnswer(200, request.accept + "|" + request.accept_encoding);
  });
  RawClient client(port());
  EXPECT_EQ(client
                .Request("GET / HTTP/1.1\r\nHost: x\r\naccept: a/b;q=0.5\r\n"
                         "ACCEPT-ENCODING: gzip;q=0\r\n\r\n")
                .body,
            "a/b;q=0.5|gzip;q=0");
  EXPECT_EQ(client
                .Request("GET / HTTP/1.1\r\nHost: x\r\nAccept: a/b\r\nAccept-Encoding: br\r\n"
                         "accept: c/d;q=0.5\r\nAccept-Encoding: gzip\r\n\r\n")
                .body,
            "a/b, c/d;q=0.5|br, gzip")
      << "lists are read over all their lines";
  EXPECT_EQ(client.Request(GetRequest("/")).body, "|");
}

TEST_F(HttpServerTest, AnswersHeadWithTheLengthAndWithoutTheBody) {
  Serve(ServeMetrics);
  RawClient client(port());
  ASSERT_TRUE(client.Send("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const auto all = client.ReadUntilClose();
  ASSERT_TRUE(all);
  EXPECT_NE(all->find("Content-Length: 13\r\n"), std::string::npos) << *all;
  EXPECT_TRUE(all->ends_with("\r\n\r\n")) << *all;
}

TEST_F(HttpServerTest, AnswersRequestsThatCameTogetherOneByOne) {
  Serve(ServeMetrics);
  RawClient client(port());
  ASSERT_TRUE(client.Send(GetRequest("/metrics") + GetRequest("/other") + GetRequest("/metrics")));
  EXPECT_EQ(client.ReadAnswer().status, 200);
  EXPECT_EQ(client.ReadAnswer().body, "GET /other");
  EXPECT_EQ(client.ReadAnswer().status, 200);
}

TEST_F(HttpServerTest, ShowsTheHandlerThePathAsItWasSent) {
  Serve(ServeMetrics);
  RawClient client(port());
  const std::vector<std::string> paths = {"/metrics/",
                                          "//metrics",
                                          "/METRICS",
                                          "/metrics%00",
                                          "/%6detrics",
                                          "/./metrics",
                                          "/a/../metrics",
                                          "/metrics;a",
                                          "/metrics#a",
                                          "/metrics%3Fa",
                                          "/../etc/passwd",
                                          "/%2e%2e/etc",
                                          "/..%5cetc",
                                          "/metrics/../metrics",
                                          "/",
                                          "/metrics.",
                                          "/metrics\\",
                                          "/metrics%20",
                                          "/" + std::string(8000, 'x')};
  for (const std::string& path : paths) {
    const RawAnswer answer = client.Request(GetRequest(path));
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.body, "GET " + path);
  }
}

TEST_F(HttpServerTest, CutsTheQueryOff) {
  Serve(ServeMetrics);
  RawClient client(port());
  for (const char* target : {"/metrics?", "/metrics?a=b", "/metrics?a?b", "/metrics?/../x"}) {
    EXPECT_EQ(client.Request(GetRequest(target)).body, "GET /metrics") << target;
  }
}

TEST_F(HttpServerTest, ShowsTheHandlerEveryMethod) {
  Serve(ServeMetrics);
  const std::vector<std::string> methods = {
      "POST", "PUT", "DELETE", "OPTIONS",  "TRACE", "CONNECT", "PATCH", "get",
      "Get",  "FOO", "LOCK",   "PROPFIND", "GETT",  "REPORT",  "MKCOL", std::string(100, 'A')};
  for (const std::string& method : methods) {
    RawClient client(port());
    const RawAnswer answer = client.Request(method + " /metrics?a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.body, method + " /metrics");
  }
}

struct ConnectionCase {
  const char* request;
  bool is_kept;
};

TEST_F(HttpServerTest, SaysWhetherItKeepsTheConnectionAndDoesSo) {
  Serve(ServeMetrics);
  const std::vector<ConnectionCase> cases = {
      {"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", true},
      {"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: Keep-Alive\r\n\r\n", true},
      {"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: TE, keep-alive\r\n\r\n", true},
      {"GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
      {"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", true},
      {"GET /metrics HTTP/1.0\r\n\r\n", false},
      {"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
      {"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: keep-alive , Close\r\n\r\n", false},
      {"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
       false},
      {"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: keep-alive-not\r\n\r\n", false},
      {"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, keep-alive\r\nUpgrade: "
       "websocket\r\n\r\n",
       false},
      {"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: "
       "h2c\r\n\r\n",
       false},
  };
  for (const ConnectionCase& c : cases) {
    RawClient client(port());
    const RawAnswer answer = client.Request(c.request);
    EXPECT_EQ(answer.status, 200) << c.request;
    EXPECT_EQ(answer.headers.at("connection"), c.is_kept ? "keep-alive" : "close") << c.request;
    if (c.is_kept) {
      EXPECT_EQ(client.Request(GetRequest("/again")).body, "GET /again") << c.request;
    } else {
      EXPECT_EQ(client.ReadUntilClose(), "") << c.request;
    }
  }
}

TEST_F(HttpServerTest, ReadsNoBodyAndNeverTakesItForARequest) {
  Serve(ServeMetrics);
  const std::vector<std::string> starts = {
      "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n",
      "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "PUT /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
      "POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
      "GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n",
      "HEAD /metrics HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 00\r\n\r\n"};
  for (const std::string& start : starts) {
    RawClient client(port());
    ASSERT_TRUE(client.Send(start + GetRequest("/smuggled")));
    const auto all = client.ReadUntilClose();
    ASSERT_TRUE(all) << start;
    EXPECT_TRUE(all->starts_with("HTTP/1.1 ")) << start;
    EXPECT_NE(all->find("Connection: close\r\n"), std::string::npos) << start;
    EXPECT_EQ(all->find("smuggled"), std::string::npos) << start;
    EXPECT_EQ(all->find("HTTP/1.1 ", 1), std::string::npos) << start;
  }
}

TEST_F(HttpServerTest, AnswersBeforeTheBodyOfALongUploadIsSent) {
  Serve(ServeMetrics);
  RawClient client(port());
  const std::string piece(1 << 16, 'x');
  ASSERT_TRUE(
      client.Send("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"));
  EXPECT_EQ(client.ReadAnswer().status, 405);
  int sent = 0;
  while (sent < 15000 && client.Send(piece)) ++sent;
  EXPECT_LT(sent, 15000);
}

TEST_F(HttpServerTest, WritesALongSharedBodyWhole) {
  ByteBuffer bytes;
  for (int i = 0; i < 1'000'000; ++i) bytes.Append(std::to_string(i) + "\n");
  const auto body =
      std::make_shared<const Body>(Blocks{std::make_shared<const ByteBuffer>(std::move(bytes))});
  Serve([body](const WebRequest&) {
    WebResponse answer = TextAnswer(200, "not this");
    answer.shared = body;
    return answer;
  });
  RawClient client(port(), 4096);
  for (int i = 0; i < 2; ++i) {
    const RawAnswer answer = client.Request(GetRequest("/metrics"));
    EXPECT_TRUE(answer.is_whole);
    EXPECT_TRUE(answer.body == body->Joined());
  }
}

TEST_F(HttpServerTest, TakesTextsOfEverySize) {
  Serve([](const WebRequest& request) {
    return TextAnswer(200, std::string(std::stoul(std::string(request.path.substr(1))), 'x'));
  });
  RawClient client(port());
  for (const std::size_t size : {0UL, 1UL, 4095UL, 4096UL, 4097UL, 1048576UL, 1048577UL}) {
    const RawAnswer answer = client.Request(GetRequest("/" + std::to_string(size)));
    EXPECT_TRUE(answer.is_whole) << size;
    EXPECT_EQ(answer.body.size(), size);
  }
}

TEST_F(HttpServerTest, TurnsAnExceptionIntoAConstantAnswer) {
  Serve([](const WebRequest& request) -> WebResponse {
    if (request.path == "/number") throw 7;
    throw std::runtime_error("evil");
  });
  RawClient client(port());
  for (const char* path : {"/number", "/words", "/words"}) {
    const RawAnswer answer = client.Request(GetRequest(path));
    EXPECT_EQ(answer.status, 500) << path;
    EXPECT_EQ(answer.body, "Internal Server Error\n") << path;
  }
}

TEST_F(HttpServerTest, PrintsNothing) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  Serve(ServeMetrics);
  for (const char* request : {"\r\n\r\n", "evil\r\n\r\n", "GET /\x01 HTTP/1.1\r\n\r\n"}) {
    RawClient client(port());
    ASSERT_TRUE(client.Send(request));
  }
  server_.reset();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace cckm
