#include "collectors/http/curl_http_client.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/fakes/raw_server.h"
#include "tests/unit/collectors/http/curl_http_client_fixture.h"

namespace cckm {
namespace {

using std::chrono::seconds;

TEST_F(CurlHttpClientTest, SendsThisRequestAndNothingElse) {
  const RawServer server({AnswerEach(2, JsonAnswer("{}"))});
  CurlHttpClient client(OptionsFor(server.url() + "/prefix"));
  const std::string head =
      "Host: 127.0.0.1:" + std::to_string(server.port()) +
      "\r\nUser-Agent: cckm-test/1\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n";
  ASSERT_TRUE(Get(client, "/a/../b/./%2F?skip=0&q=%20").answer);
  ASSERT_TRUE(Get(client, "/c", Token(kCanary)).answer);
  EXPECT_EQ(server.Requests(),
            (std::vector<std::string>{
                "GET /prefix/a/../b/./%2F?skip=0&q=%20 HTTP/1.1\r\n" + head + "\r\n",
                "GET /prefix/c HTTP/1.1\r\n" + head + "Authorization: Bearer eyJCANARY\r\n\r\n"}));
}

TEST_F(CurlHttpClientTest, ReturnsEveryPartOfAnAnswer) {
  const RawServer server(
      {{ReadRequest(),
        Send("HTTP/1.1 404 Not Found\r\nDate: Wed, 03 Mar 2021 06:10:54 GMT\r\n"
             "Content-Type: application/json; charset=utf-8\r\n"
             "Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"),
        Hang()}});
  CurlHttpClient client(OptionsFor(server.url()));
  const HttpResult response = Get(client, "/");
  ASSERT_TRUE(response.answer) << response.answer.error().message;
  EXPECT_EQ(response.tag, 7U);
  EXPECT_EQ(response.answer->status, 404);
  EXPECT_EQ(response.answer->content_type, "application/json; charset=utf-8");
  EXPECT_EQ(response.answer->body, "[1,2]");
  EXPECT_EQ(response.answer->date, WallTime(seconds(1'614'751'854)));
  EXPECT_GT(response.duration, Nanoseconds(0));
  EXPECT_LT(response.duration, seconds(10));
}

TEST_F(CurlHttpClientTest, LeavesNothingOfOneAnswerInTheNext) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Type: text/x\r\nDate: ";
  const RawServer server(
      {{ReadRequest(), Send(head + "Wed, 03 Mar 2021 06:10:54 GMT\r\n\r\nabc"), ReadRequest(),
        Send("HTTP/1.1 500 \r\nContent-Length: 0\r\n\r\n"), ReadRequest(),
        Send(head + "Wed, 03 Mar 2021 06:10:55 GMT\r\n\r\ndef"), Hang()}});
  CurlHttpClient client(OptionsFor(server.url()));
  ASSERT_TRUE(Get(client, "/1").answer);
  const HttpResult second = Get(client, "/2");
  ASSERT_TRUE(second.answer);
  EXPECT_EQ(second.answer->status, 500);
  EXPECT_EQ(second.answer->content_type, "");
  EXPECT_EQ(second.answer->body, "");
  EXPECT_EQ(second.answer->date, std::nullopt);
  const HttpResult third = Get(client, "/3");
  ASSERT_TRUE(third.answer);
  EXPECT_EQ(third.answer->body, "def");
  EXPECT_EQ(third.answer->date, WallTime(seconds(1'614'751'855)));
}

TEST_F(CurlHttpClientTest, ReadsTheDateHeaderWhereItIsOneOfOurTime) {
  struct Case {
    std::string date;
    std::optional<WallTime> time;
  };
  const Case cases[] = {
      {"Thu, 01 Jan 1970 00:00:00 GMT", WallTime(seconds(0))},
      {"Sat, 31 Dec 2261 23:59:59 GMT", WallTime(seconds(9'214'646'399))},
      {"Wed, 01 Jan 2262 00:00:00 GMT", std::nullopt},
      {"Fri, 31 Dec 9999 23:59:59 GMT", std::nullopt},
      {"Tue, 30 Dec 1969 23:59:59 GMT", std::nullopt},
      {"soon", std::nullopt},
      {"", std::nullopt},
  };
  for (const Case& example : cases) {
    const RawServer server({{ReadRequest(), Send("HTTP/1.1 200 OK\r\nDate: " + example.date +
                                                 "\r\nContent-Length: 0\r\n\r\n")}});
    CurlHttpClient client(OptionsFor(server.url()));
    const HttpResult response = Get(client, "/");
    ASSERT_TRUE(response.answer);
    EXPECT_EQ(response.answer->date, example.time) << example.date;
  }
}

TEST_F(CurlHttpClientTest, FollowsNoRedirectAndTakesTheTokenNowhereElse) {
  const RawServer elsewhere({{ReadRequest(), Send(JsonAnswer("{}"))}});
  for (const std::string status : {"301", "302", "303", "307", "308"}) {
    const RawServer server(
        {{ReadRequest(), Send("HTTP/1.1 " + status + " Moved\r\nLocation: " + elsewhere.url() +
                              "/\r\nContent-Length: 0\r\n\r\n")}});
    CurlHttpClient client(OptionsFor(server.url()));
    const HttpResult response = Get(client, "/", Token(kCanary));
    ASSERT_TRUE(response.answer);
    EXPECT_EQ(std::to_string(response.answer->status), status);
  }
  EXPECT_EQ(elsewhere.ConnectionCount(), 0U);
}

TEST_F(CurlHttpClientTest, SendsNoRequestThatCouldNameAnotherHostOrAnotherHeader) {
  const RawServer server({});
  const std::string host = "127.0.0.1:" + std::to_string(server.port());
  const HttpClientOptions good = OptionsFor("http://" + host);
  struct Case {
    std::string base_url, path, token;
  };
  const Case cases[] = {
      {"http://localhost", "@" + host + "/", kCanary},
      {good.base_url, "", kCanary},
      {good.base_url, "0/", kCanary},
      {good.base_url, "/a b", kCanary},
      {good.base_url, "/a\r\nX-Evil: 1", kCanary},
      {good.base_url, "/", std::string(kCanary) + "\r\nX-Evil: 1"},
      {good.base_url, "/", std::string(kCanary) + " x"},
      {"ftp://" + host, "/", kCanary},
      {"file://", "/etc/passwd", kCanary},
      {"", "/", kCanary},
      {"http://[", "/", kCanary},
  };
  for (const Case& example : cases) {
    CurlHttpClient client(OptionsFor(example.base_url));
    const HttpResult response = Get(client, example.path, Token(example.token));
    ASSERT_FALSE(response.answer) << example.path;
    EXPECT_EQ(response.tag, 7U);
    EXPECT_EQ(response.answer.error().kind, ErrorKind::kInternal) << example.path;
    EXPECT_EQ(response.answer.error().message.find(kCanary), std::string::npos);
  }
  EXPECT_EQ(server.ConnectionCount(), 0U);
}

TEST_F(CurlHttpClientTest, SendsTheTokenOfEachRequest) {
  const RawServer server({AnswerEach(4, JsonAnswer("{}"))});
  CurlHttpClient client(OptionsFor(server.url()));
  const auto first = Token("first");
  for (const auto& token : {first, first, Token("second"), std::shared_ptr<const Secret>()}) {
    ASSERT_TRUE(Get(client, "/", token).answer);
  }
  std::vector<std::string> sent;
  for (const std::string& request : server.Requests()) {
    const std::size_t start = request.find("Authorization: ");
    sent.push_back(start == std::string::npos
                       ? "none"
                       : request.substr(start, request.find("\r\n", start) - start));
  }
  EXPECT_EQ(sent,
            (std::vector<std::string>{"Authorization: Bearer first", "Authorization: Bearer first",
                                      "Authorization: Bearer second", "none"}));
}

TEST_F(CurlHttpClientTest, IgnoresCookiesAndDecodesNothing) {
  const std::string answer =
      "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Encoding: gzip\r\nContent-Length: "
      "3\r\n\r\nabc";
  const RawServer server({AnswerEach(2, answer)});
  CurlHttpClient client(OptionsFor(server.url()));
  EXPECT_EQ(Get(client, "/1").answer->body, "abc");
  EXPECT_EQ(Get(client, "/2").answer->body, "abc");
  EXPECT_EQ(server.Requests().at(1).find("Cookie"), std::string::npos);
}

TEST_F(CurlHttpClientTest, TakesABodyUpToTheCapAndNoByteMore) {
  const std::string full(kBodyCap, 'x');
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string chunk = "1f4\r\n" + std::string(500, 'x') + "\r\n";
  struct Case {
    std::string answer;
    bool fits;
  };
  const Case cases[] = {
      {head + "Content-Length: 1000\r\n\r\n" + full, true},
      {head + "Content-Length: 1001\r\n\r\n" + full + "x", false},
      {head + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk + "0\r\n\r\n", true},
      {head + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk + "1\r\nx\r\n0\r\n\r\n", false},
      {head + "\r\n" + full, true},
      {head + "\r\n" + full + "x", false},
      {head + "\r\n" + std::string(5'000'000, 'x'), false},
  };
  for (const Case& example : cases) {
    const RawServer server({{ReadRequest(), Send(example.answer)}});
    CurlHttpClient client(OptionsFor(server.url()));
    const HttpResult response = Get(client, "/");
    EXPECT_EQ(response.answer.has_value(), example.fits) << example.answer.size();
    if (response.answer) {
      EXPECT_EQ(response.answer->body, full);
    } else {
      EXPECT_EQ(response.answer.error().kind, ErrorKind::kTooLarge);
    }
  }
}

TEST_F(CurlHttpClientTest, RefusesAHeaderThatIsTooLarge) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
  std::string lines;
  std::string interim;
  while (lines.size() < 70'000) lines += "X-Line: " + std::string(90, 'x') + "\r\n";
  while (interim.size() < 70'000) interim += "HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\n";
  const std::string cases[] = {
      head + lines + "\r\n",
      head + "X-Line: " + std::string(90'000, 'x') + "\r\n\r\n",
      head + "X-Line: " + std::string(200'000, 'x') + "\r\n\r\n",
      interim + head + "\r\n",
  };
  for (const std::string& answer : cases) {
    const RawServer server({{ReadRequest(), Send(answer), Hang()}});
    CurlHttpClient client(OptionsFor(server.url()));
    const HttpResult response = Get(client, "/");
    ASSERT_FALSE(response.answer) << answer.size();
    EXPECT_EQ(response.answer.error().kind, ErrorKind::kTooLarge)
        << response.answer.error().message;
  }
}

TEST_F(CurlHttpClientTest, CountsTheHeaderOfEachAnswerByItself) {
  const RawServer server({AnswerEach(3, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Line: " +
                                            std::string(50'000, 'x') + "\r\n\r\n")});
  CurlHttpClient client(OptionsFor(server.url()));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Get(client, "/").answer);
}

}  // namespace
}  // namespace cckm
