// What the server takes for a request, and what it refuses because it could be read in two ways.

#include <atomic>
#include <string>
#include <vector>

#include "exporter/web/server/http_server.h"
#include "tests/unit/exporter/web/server/http_server_fixture.h"

namespace cckm {
namespace {

class HttpServerRequestTest : public HttpServerFixture {};

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

TEST_F(HttpServerRequestTest, RefusesWithAConstantTextWhatItDoesNotUnderstand) {
  bool was_asked = false;
  Serve([&](const WebRequest&) {
    was_asked = true;
    return WebResponse();
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

struct TargetCase {
  std::string target;
  const char* path;
};

// RFC 9112 section 3.2.2: a server accepts them whatever the host in them.
TEST_F(HttpServerRequestTest, AnswersTargetsInAbsoluteFormAsTheirPath) {
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
        client.Request("GET " + c.target + " HTTP/1.1\r\nHost: other\r\nAccept: a/b\r\n\r\n");
    EXPECT_EQ(answer.status, 200) << c.target;
    EXPECT_TRUE(answer.body.starts_with(std::string(c.path) + " of ")) << answer.body;
    EXPECT_TRUE(answer.body.ends_with(" a/b")) << answer.body;
    EXPECT_EQ(answer.body.find("other"), std::string::npos) << "the host is that of the target";
    EXPECT_EQ(answer.headers.at("date").size(), 29U) << c.target;
  }
}

TEST_F(HttpServerRequestTest, AnswersHeadOfAnAbsoluteTargetWithoutABody) {
  Serve(ServeMetrics);
  RawClient client(port());
  ASSERT_TRUE(client.Send("HEAD http://x/metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto all = client.ReadUntilClose();
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->starts_with("HTTP/1.1 200 ")) << *all;
  EXPECT_TRUE(all->ends_with("\r\n\r\n")) << *all;
}

TEST_F(HttpServerRequestTest, TakesWhatIsStrictThoughOdd) {
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
    EXPECT_EQ(client.Request(request).status, 200) << request;
  }
}

// civetweb skips blanks before a request also beyond what it received, where its buffer still holds
// what others sent at once with their former request.
TEST_F(HttpServerRequestTest, NeverTakesWhatAnotherClientSentForARequest) {
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

TEST_F(HttpServerRequestTest, TakesOneEmptyLineBeforeARequestAndNoMore) {
  Serve(ServeMetrics);
  RawClient client(port());
  EXPECT_EQ(client.Request(GetRequest("/metrics")).status, 200);
  EXPECT_EQ(client.Request("\r\n" + GetRequest("/metrics")).status, 200);
  EXPECT_EQ(client.Request("\r\n\r\n\r\n" + GetRequest("/metrics")).status, 400);
  EXPECT_EQ(client.ReadUntilClose(), "");
}

}  // namespace
}  // namespace cckm
