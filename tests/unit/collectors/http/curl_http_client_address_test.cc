#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "collectors/http/curl_http_client.h"
#include "collectors/http/failover_http_client.h"
#include "tests/support/fakes/raw_server.h"
#include "tests/unit/collectors/http/curl_http_client_fixture.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

HttpClientOptions OptionsOf(const std::string& first, std::vector<std::string> further) {
  HttpClientOptions options = OptionsFor(first);
  options.further_urls = std::move(further);
  return options;
}

HttpResult GetAt(HttpClient& client, std::size_t address) {
  client.Start({.path = "/r", .bearer_token = Token(kCanary), .tag = 7, .address = address});
  return std::move(WaitForAll(client).at(0));
}

TEST_F(CurlHttpClientTest, SendsEachRequestToItsAddressByTheNameOfThatAddress) {
  const RawServer first({AnswerEach(2, JsonAnswer("[1]"))});
  const RawServer second({AnswerEach(2, JsonAnswer("[2]"))});
  CurlHttpClient client(OptionsOf(first.url(), {second.url() + "/prefix"}));
  for (int i = 0; i < 2; ++i) {
    const HttpResult at_first = GetAt(client, 0);
    ASSERT_TRUE(at_first.answer) << at_first.answer.error().message;
    EXPECT_EQ(at_first.answer->body, "[1]");
    EXPECT_EQ(at_first.address, 0U);
    const HttpResult at_second = GetAt(client, 1);
    ASSERT_TRUE(at_second.answer) << at_second.answer.error().message;
    EXPECT_EQ(at_second.answer->body, "[2]");
    EXPECT_EQ(at_second.address, 1U);
    EXPECT_NE(at_first.connection, at_second.connection);
  }
  const std::string second_host = "Host: 127.0.0.1:" + std::to_string(second.port()) + "\r\n";
  for (const std::string& request : second.Requests()) {
    EXPECT_EQ(request.find("GET /prefix/r HTTP/1.1\r\n" + second_host), 0U) << request;
  }
  EXPECT_EQ(second.Requests().size(), 2U) << "on one connection, which is kept";
}

TEST_F(CurlHttpClientTest, AServerNameStandsForEachOfTheAddresses) {
  const RawServer first({AnswerEach(1, JsonAnswer("[1]"))});
  const RawServer second({AnswerEach(1, JsonAnswer("[2]"))});
  HttpClientOptions options = OptionsOf(first.url(), {second.url()});
  options.tls.server_name = "cm.example.test";
  CurlHttpClient client(options);
  const HttpResult at_second = GetAt(client, 1);
  ASSERT_TRUE(at_second.answer) << at_second.answer.error().message;
  EXPECT_EQ(at_second.answer->body, "[2]");
  const HttpResult at_first = GetAt(client, 0);
  ASSERT_TRUE(at_first.answer) << at_first.answer.error().message;
  EXPECT_EQ(at_first.answer->body, "[1]");
}

TEST_F(CurlHttpClientTest, AFaultNamesTheAddressThatItIsOf) {
  std::string closed = RawServer({}).url();  // its port is closed again
  const RawServer open({AnswerEach(1, JsonAnswer("[]"))});
  CurlHttpClient client(OptionsOf(open.url(), {closed}));
  const HttpResult result = GetAt(client, 1);
  ASSERT_FALSE(result.answer);
  EXPECT_EQ(result.address, 1U);
  EXPECT_NE(result.answer.error().message.find(closed.substr(closed.rfind(':'))), std::string::npos)
      << result.answer.error().message;
}

// As WaitForAll(), of a client whose Wait() may return early.
std::vector<HttpResult> WaitForEach(HttpClient& client) {
  std::vector<HttpResult> all;
  while (client.InFlight() > 0) {
    for (HttpResult& result : client.Wait(seconds(10))) all.push_back(std::move(result));
  }
  return all;
}

TEST_F(CurlHttpClientTest, AnAddressThatNeverAnswersCostsItsTimeoutOnce) {
  const RawServer silent({{Hang()}, {Hang()}, {Hang()}});
  const RawServer answering({AnswerEach(8, JsonAnswer("[]")), AnswerEach(8, JsonAnswer("[]"))});
  HttpClientOptions options = OptionsOf(silent.url(), {answering.url()});
  options.request_timeout = milliseconds(200);
  CurlHttpClient inner(options);
  FailoverHttpClient client(inner, {silent.url(), answering.url()});
  for (std::uint64_t i = 0; i < 2; ++i) client.Start({.path = "/r", .tag = i});
  const std::vector<HttpResult> first = WaitForEach(client);
  ASSERT_EQ(first.size(), 2U);
  for (const HttpResult& result : first) {
    EXPECT_TRUE(result.answer);
    ASSERT_EQ(result.failed_attempts.size(), 1U);
    EXPECT_EQ(result.failed_attempts[0].error.kind, ErrorKind::kTimeout);
  }
  client.Start({.path = "/r"});
  const std::vector<HttpResult> later = WaitForEach(client);
  EXPECT_TRUE(later.at(0).answer);
  EXPECT_TRUE(later.at(0).failed_attempts.empty())
      << later.at(0).failed_attempts.at(0).error.message;
}

}  // namespace
}  // namespace cckm
