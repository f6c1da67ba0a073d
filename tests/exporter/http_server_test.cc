// What the server makes of requests and answers.

#include "exporter/web/http_server.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/exporter/http_server_fixture.h"
#include "tests/fakes/fake_clock.h"

namespace cckm {
namespace {

// Serves one exact path, as the endpoints do, and tells every request in its answer.
WebAnswer ServeMetrics(const WebRequest& request) {
  const std::string seen = std::string(request.method) + " " + std::string(request.path);
  if (request.path != "/metrics") return TextAnswer(404, seen);
  if (request.method != "GET" && request.method != "HEAD") return TextAnswer(405, seen);
  return TextAnswer(200, seen);
}

class HttpServerTest : public HttpServerFixture {};

TEST_F(HttpServerTest, AnswersWithTheHeadersOfEveryAnswer) {
  HttpServerOptions options;
  options.now = [] { return FakeClock::kStart; };
  Serve(
      [](const WebRequest&) {
        WebAnswer answer = TextAnswer(200, "body\n");
        answer.content_type = "text/html";
        answer.headers = {{"Vary", "Accept"}, {"X-Other", "a b"}};
        return answer;
      },
      options);
  RawClient client(port());
  const RawAnswer answer = client.Ask(GetRequest("/metrics"));
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
                .Ask("GET / HTTP/1.1\r\nHost: x\r\naccept: a/b;q=0.5\r\n"
                     "ACCEPT-ENCODING: gzip;q=0\r\n\r\n")
                .body,
            "a/b;q=0.5|gzip;q=0");
  EXPECT_EQ(client
                .Ask("GET / HTTP/1.1\r\nHost: x\r\nAccept: a/b\r\nAccept-Encoding: br\r\n"
                     "accept: c/d;q=0.5\r\nAccept-Encoding: gzip\r\n\r\n")
                .body,
            "a/b, c/d;q=0.5|br, gzip")
      << "lists are read over all their lines";
  EXPECT_EQ(client.Ask(GetRequest("/")).body, "|");
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
    const RawAnswer answer = client.Ask(GetRequest(path));
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.body, "GET " + path);
  }
}

TEST_F(HttpServerTest, CutsTheQueryOff) {
  Serve(ServeMetrics);
  RawClient client(port());
  for (const char* target : {"/metrics?", "/metrics?a=b", "/metrics?a?b", "/metrics?/../x"}) {
    EXPECT_EQ(client.Ask(GetRequest(target)).body, "GET /metrics") << target;
  }
}

TEST_F(HttpServerTest, ShowsTheHandlerEveryMethod) {
  Serve(ServeMetrics);
  const std::vector<std::string> methods = {
      "POST", "PUT", "DELETE", "OPTIONS",  "TRACE", "CONNECT", "PATCH", "get",
      "Get",  "FOO", "LOCK",   "PROPFIND", "GETT",  "REPORT",  "MKCOL", std::string(100, 'A')};
  for (const std::string& method : methods) {
    RawClient client(port());
    const RawAnswer answer = client.Ask(method + " /metrics?a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.body, method + " /metrics");
  }
}

struct RefusedCase {
  const char* what;
  std::string request;
  int status;
};

const std::string kStart = "GET /metrics HTTP/1.1\r\nHost: x\r\n";

std::string Repeat(int times, const std::string& line) {
  std::string lines;
  for (int i = 0; i < times; ++i) lines += line;
  return lines;
}

TEST_F(HttpServerTest, RefusesWithAConstantTextWhatItDoesNotUnderstand) {
  bool was_asked = false;
  Serve([&](const WebRequest&) {
    was_asked = true;
    return WebAnswer();
  });
  const std::vector<RefusedCase> cases = {
      {"both lengths", kStart + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"the other order", kStart + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", 400},
      {"two lengths", kStart + "Content-Length: 0\r\nContent-Length: 4\r\n\r\n", 400},
      {"unknown coding", kStart + "Transfer-Encoding: evil\r\n\r\n", 400},
      {"no number", kStart + "Content-Length: evil\r\n\r\n", 411},
      {"half a number", kStart + "Content-Length: 4evil\r\n\r\n", 400},
      {"a list of lengths", kStart + "Content-Length: 4, 4\r\n\r\n", 400},
      {"negative", kStart + "Content-Length: -1\r\n\r\n", 411},
      {"no host", "GET /metrics HTTP/1.1\r\n\r\n", 400},
      {"two hosts", kStart + "Host: evil\r\n\r\n", 400},
      {"no host in it", "GET http:///evil HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a user in it", "GET http://evil@x/metrics HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"another scheme", "GET ws://evil/metrics HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"absolute without host", "GET http://evil/metrics HTTP/1.1\r\n\r\n", 400},
      {"blank before the colon", kStart + "Evil : x\r\n\r\n", 400},
      {"the same of the host", "GET /evil HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"blanks before the colon", kStart + "Evil  :\r\n\r\n", 400},
      {"folded line", kStart + "A: b\r\n evil\r\n\r\n", 400},
      {"folded first line", "GET /evil HTTP/1.1\r\n Host: x\r\n\r\n", 400},
      {"folded last line", kStart + "A: b\r\n evil\r\nB: c\r\n\r\n", 400},
      {"LF", kStart + "A: evil\nB: c\r\n\r\n", 400},
      {"LF after the first line", "GET /evil HTTP/1.1\nHost: x\r\n\r\n", 400},
      {"LF after the last", kStart + "A: evil\n\r\nB: c\r\n\r\n", 400},
      {"LF at the end", kStart + "A: evil\n\n", 400},
      {"LF alone at the end", kStart + "A: evil\r\n\n", 400},
      {"LF everywhere", "GET /evil HTTP/1.1\nHost: x\n\n", 400},
      {"no name", kStart + ": evil\r\n\r\n", 400},
      {"no name first", "GET /evil HTTP/1.1\r\n: x\r\nHost: x\r\n\r\n", 400},
      {"no name last", kStart + "A: b\r\n: evil\r\n\r\n", 400},
      {"no token", kStart + "e(vil): x\r\n\r\n", 400},
      {"blanks in the first line", "GET  /evil HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"two lines for one", "GET /evil \r\nHTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"blanks behind a query", "GET /evil?a  HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"expectation", kStart + "Expect: evil\r\n\r\n", 417},
      {"one more expectation", kStart + "Expect: 100-continue, evil\r\n\r\n", 417},
      {"in a further line", kStart + "Expect: 100-continue\r\nExpect: evil\r\n\r\n", 417},
      {"authority form", "CONNECT evil:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"no slash", "GET evil HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"version", "GET /metrics HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"no version", "GET /evil JUNK\r\nHost: x\r\n\r\n", 400},
      {"no version", "POST /evil JUNK\r\nHost: x\r\n\r\n", 400},
      {"HTTP/0.9", "GET /evil\r\n\r\n", 400},
      {"NUL in the target", std::string("GET /ev\0il HTTP/1.1\r\n\r\n", 23), 400},
      {"NUL in a header", kStart + std::string("A: ev\0il\r\n\r\n", 12), 400},
      {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
      {"no colon", kStart + "evil\r\n\r\n", 400},
      {"long head", kStart + "A: " + std::string(20000, 'e') + "\r\n\r\n", 400},
      {"many headers", kStart + Repeat(64, "A: evil\r\n") + "\r\n", 431},
  };
  for (const RefusedCase& c : cases) {
    RawClient client(port());
    ASSERT_TRUE(client.Send(c.request)) << c.what;
    const RawAnswer answer = client.ReadAnswer();
    EXPECT_TRUE(answer.is_whole) << c.what;
    EXPECT_EQ(answer.status, c.status) << c.what;
    EXPECT_EQ(answer.headers.at("connection"), "close") << c.what;
    EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff") << c.what;
    EXPECT_EQ(answer.headers.at("date").size(), 29U) << c.what;
    EXPECT_EQ((answer.head + answer.body).find("evil"), std::string::npos) << c.what;
    EXPECT_EQ(client.ReadUntilClose(), "") << c.what;
  }
  EXPECT_FALSE(was_asked);
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
    const RawAnswer answer = client.Ask(c.request);
    EXPECT_EQ(answer.status, 200) << c.request;
    EXPECT_EQ(answer.headers.at("connection"), c.is_kept ? "keep-alive" : "close") << c.request;
    if (c.is_kept) {
      EXPECT_EQ(client.Ask(GetRequest("/again")).body, "GET /again") << c.request;
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
  const auto body = std::make_shared<const ByteBuffer>(std::move(bytes));
  Serve([body](const WebRequest&) {
    WebAnswer answer = TextAnswer(200, "not this");
    answer.shared = body;
    return answer;
  });
  RawClient client(port(), 4096);
  for (int i = 0; i < 2; ++i) {
    const RawAnswer answer = client.Ask(GetRequest("/metrics"));
    EXPECT_TRUE(answer.is_whole);
    EXPECT_TRUE(answer.body == body->view());
  }
}

struct TargetCase {
  std::string target;
  const char* path;
};

// RFC 9112 section 3.2.2: a server accepts them whatever the host in them.
TEST_F(HttpServerTest, AnswersTargetsInAbsoluteFormAsTheirPath) {
  Serve([](const WebRequest& request) {
    return TextAnswer(
        200, std::string(request.path) + " of " + std::string(request.host) + " " + request.accept);
  });
  const std::string own = "127.0.0.1:" + std::to_string(port());
  const std::vector<TargetCase> cases = {
      {"http://" + own + "/metrics", "/metrics"},
      {"http://" + own + "/metrics?a=http://b/", "/metrics"},
      {"HTTP://exporter.example/metrics", "/metrics"},
      {"http://exporter.example:1/a:b", "/a:b"},
      {"https://exporter.example/", "/"},
      {"http://exporter.example", "/"},
      {"http://exporter.example?a=/b", "/"},
      {"http://[::1]:9847/metrics", "/metrics"},
      {"http://" + own + "//metrics/../a", "//metrics/../a"},
  };
  for (const TargetCase& c : cases) {
    RawClient client(port());
    const RawAnswer answer =
        client.Ask("GET " + c.target + " HTTP/1.1\r\nHost: other\r\nAccept: a/b\r\n\r\n");
    EXPECT_EQ(answer.status, 200) << c.target;
    EXPECT_TRUE(answer.body.starts_with(std::string(c.path) + " of ")) << answer.body;
    EXPECT_TRUE(answer.body.ends_with(" a/b")) << answer.body;
    EXPECT_EQ(answer.body.find("other"), std::string::npos) << "the host is that of the target";
    EXPECT_EQ(answer.headers.at("date").size(), 29U) << c.target;
  }
}

TEST_F(HttpServerTest, AnswersHeadOfAnAbsoluteTargetWithoutABody) {
  Serve(ServeMetrics);
  RawClient client(port());
  ASSERT_TRUE(client.Send("HEAD http://x/metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto all = client.ReadUntilClose();
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->starts_with("HTTP/1.1 200 ")) << *all;
  EXPECT_TRUE(all->ends_with("\r\n\r\n")) << *all;
}

TEST_F(HttpServerTest, TakesWhatIsStrictThoughOdd) {
  Serve(ServeMetrics);
  for (const char* request : {
           "GET /metrics HTTP/1.0\r\n\r\n",
           "\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /metrics HTTP/1.1\r\nHost:\r\n\r\n",
           "GET /metrics HTTP/1.1\r\nHost:x:\r\nA:\r\nB:  \r\nC:  c  d  \r\n\r\n",
           "GET /metrics?a HTTP/1.1\r\nHost: [::1]:80\r\nA: : b\r\n\r\n",
           "GET /metrics? HTTP/1.1\r\nHost: x\r\nExpect: 100-CONTINUE\r\n\r\n",
           "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0 \r\n\r\n",
       }) {
    RawClient client(port());
    EXPECT_EQ(client.Ask(request).status, 200) << request;
  }
}

// civetweb skips blanks before a request also beyond what it received, where its buffer still holds
// what others sent at once with their former request.
TEST_F(HttpServerTest, NeverTakesWhatAnotherClientSentForARequest) {
  std::atomic<int> seen = 0;
  HttpServerOptions options;
  options.max_connections = 2;
  Serve(
      [&](const WebRequest& request) {
        if (request.authorization == "Basic c2VjcmV0") ++seen;
        return TextAnswer(200, "");
      },
      options);
  const std::string first = GetRequest("/" + std::string(200, 'a'));
  const std::string second =
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic c2VjcmV0\r\n\r\n";
  constexpr int kTries = 20;  // more than there are threads
  for (int i = 0; i < kTries; ++i) {
    RawClient victim(port());
    ASSERT_TRUE(victim.Send(first + second));
    EXPECT_EQ(victim.ReadAnswer().status, 200);
    EXPECT_EQ(victim.ReadAnswer().status, 200);
    EXPECT_EQ(victim.ReadUntilClose(), "");
  }
  for (int i = 0; i < kTries; ++i) {
    RawClient thief(port());
    ASSERT_TRUE(thief.Send(std::string(first.size() - 4, ' ') + "\r\n\r\n"));
    EXPECT_EQ(thief.ReadAnswer().status, 400);
    EXPECT_EQ(thief.ReadUntilClose(), "");
  }
  EXPECT_EQ(seen, kTries);
}

TEST_F(HttpServerTest, TakesOneEmptyLineBeforeARequestAndNoMore) {
  Serve(ServeMetrics);
  RawClient client(port());
  EXPECT_EQ(client.Ask(GetRequest("/metrics")).status, 200);
  EXPECT_EQ(client.Ask("\r\n" + GetRequest("/metrics")).status, 200);
  EXPECT_EQ(client.Ask("\r\n\r\n\r\n" + GetRequest("/metrics")).status, 400);
  EXPECT_EQ(client.ReadUntilClose(), "");
}

TEST_F(HttpServerTest, TakesTextsOfEverySize) {
  Serve([](const WebRequest& request) {
    return TextAnswer(200, std::string(std::stoul(std::string(request.path.substr(1))), 'x'));
  });
  RawClient client(port());
  for (const std::size_t size : {0UL, 1UL, 4095UL, 4096UL, 4097UL, 1048576UL, 1048577UL}) {
    const RawAnswer answer = client.Ask(GetRequest("/" + std::to_string(size)));
    EXPECT_TRUE(answer.is_whole) << size;
    EXPECT_EQ(answer.body.size(), size);
  }
}

TEST_F(HttpServerTest, TurnsAnExceptionIntoAConstantAnswer) {
  Serve([](const WebRequest& request) -> WebAnswer {
    if (request.path == "/number") throw 7;
    throw std::runtime_error("evil");
  });
  RawClient client(port());
  for (const char* path : {"/number", "/words", "/words"}) {
    const RawAnswer answer = client.Ask(GetRequest(path));
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
