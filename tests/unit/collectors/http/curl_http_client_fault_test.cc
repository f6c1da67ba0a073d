// How CurlHttpClient names what goes wrong between it and the appliance.

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/support/fakes/raw_server.h"
#include "tests/unit/collectors/http/curl_http_client_fixture.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Whether `message` is one sentence that names `host` and `cause` and gives nothing away.
void ExpectSoundMessage(const std::string& message, const std::string& host,
                        const std::string& cause) {
  EXPECT_NE(message.find(host), std::string::npos) << message;
  EXPECT_NE(message.find(cause), std::string::npos) << message << " lacks: " << cause;
  EXPECT_EQ(message.find(kCanary), std::string::npos) << message;
  EXPECT_EQ(message.find("hidden"), std::string::npos) << message;
  EXPECT_FALSE(message.ends_with('.') || message.ends_with('\n')) << message;
}

struct FaultCase {
  std::string name;
  RawScript script;
  ErrorKind kind;
  std::string cause;
};

const std::string kHead = "HTTP/1.1 200 OK\r\n";

std::vector<FaultCase> FaultCases() {
  return {
      {"reset after the request", {ReadRequest(), Reset()}, ErrorKind::kReset, "reset"},
      {"reset within the body",
       {ReadRequest(), Send(kHead + "Content-Length: 9\r\n\r\nab"), Reset()},
       ErrorKind::kReset,
       ""},
      {"closed without an answer", {ReadRequest(), Close()}, ErrorKind::kReset, "Empty reply"},
      {"closed within the header", {ReadRequest(), Send(kHead)}, ErrorKind::kReset, "its header"},
      {"closed within the header after an interim answer",
       {ReadRequest(), Send("HTTP/1.1 100 Continue\r\n\r\n" + kHead + "X: 1\r\n")},
       ErrorKind::kReset,
       "its header"},
      {"closed within the body",
       {ReadRequest(), Send(kHead + "Content-Length: 9\r\n\r\nab")},
       ErrorKind::kReset,
       "bytes remaining"},
      {"closed within the chunks",
       {ReadRequest(), Send(kHead + "Transfer-Encoding: chunked\r\n\r\n5\r\nab")},
       ErrorKind::kReset,
       ""},
      {"broken chunk size",
       {ReadRequest(), Send(kHead + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"), Hang()},
       ErrorKind::kReset,
       "chunk"},
      {"overflowing chunk size",
       {ReadRequest(), Send(kHead + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx"),
        Hang()},
       ErrorKind::kReset,
       "chunk"},
      {"negative length",
       {ReadRequest(), Send(kHead + "Content-Length: -1\r\n\r\nab"), Hang()},
       ErrorKind::kReset,
       "Content-Length"},
      {"HTTP/0.9", {ReadRequest(), Send("{\"id\": 1}"), Close()}, ErrorKind::kReset, "not HTTP/1"},
      {"a TLS alert", {Send("\x15\x03\x01\x02\x02\x16"), Close()}, ErrorKind::kReset, ""},
      {"status 999",
       {ReadRequest(), Send("HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n"), Hang()},
       ErrorKind::kReset,
       "status 999"},
  };
}

TEST_F(CurlHttpClientTest, NamesTheFaultOfABrokenAnswer) {
  for (const FaultCase& fault : FaultCases()) {
    SCOPED_TRACE(fault.name);
    const RawServer server({fault.script});
    CurlHttpClient client(OptionsFor(server.url()));
    const HttpResult response = Get(client, "/path?q=hidden", Token(kCanary));
    ASSERT_FALSE(response.answer);
    EXPECT_EQ(response.tag, 7U);
    EXPECT_EQ(response.answer.error().kind, fault.kind) << response.answer.error().message;
    ExpectSoundMessage(response.answer.error().message,
                       "127.0.0.1:" + std::to_string(server.port()), fault.cause);
  }
}

TEST_F(CurlHttpClientTest, TimesOutOverTheWholeRequest) {
  const RawScript scripts[] = {
      {Hang()},
      {ReadRequest(), Send(kHead), Hang()},
      {ReadRequest(), Send(kHead + "Content-Length: 9\r\n\r\nab"), Hang()},
  };
  for (const RawScript& script : scripts) {
    const RawServer server({script});
    HttpClientOptions options = OptionsFor(server.url());
    options.request_timeout = milliseconds(100);
    CurlHttpClient client(options);
    const HttpResult response = Get(client, "/path?q=hidden", Token(kCanary));
    ASSERT_FALSE(response.answer);
    EXPECT_EQ(response.answer.error().kind, ErrorKind::kTimeout);
    EXPECT_GE(response.duration, milliseconds(100));
    ExpectSoundMessage(response.answer.error().message, "127.0.0.1", "timed out");
  }
}

// A listener whose queue is full: the kernel answers no further handshake.
class FullListener {
 public:
  FullListener() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    ::listen(listener_, 0);
    socklen_t size = sizeof address_;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &size);
    for (int& peer : peers_) {
      peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      ::connect(peer, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    }
  }
  ~FullListener() {
    for (const int peer : peers_) ::close(peer);
    ::close(listener_);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port)); }

 private:
  const int listener_;
  int peers_[3] = {};
  sockaddr_in address_{};
};

TEST_F(CurlHttpClientTest, CallsAConnectionThatIsNeverMadeATimeout) {
  const FullListener listener;
  HttpClientOptions options = OptionsFor(listener.url());
  options.request_timeout = milliseconds(100);
  CurlHttpClient client(options);
  const HttpResult response = Get(client, "/");
  ASSERT_FALSE(response.answer);
  EXPECT_EQ(response.answer.error().kind, ErrorKind::kTimeout) << response.answer.error().message;
}

TEST_F(CurlHttpClientTest, NamesARefusedConnection) {
  std::string url = RawServer({}).url();  // its port is closed again
  CurlHttpClient client(OptionsFor(url));
  const HttpResult response = Get(client, "/path?q=hidden", Token(kCanary));
  ASSERT_FALSE(response.answer);
  EXPECT_EQ(response.answer.error().kind, ErrorKind::kConnect);
  ExpectSoundMessage(response.answer.error().message, url.substr(url.find("127")), "connect");
}

TEST_F(CurlHttpClientTest, NamesAHostThatCannotBeResolved) {
  // A label of 64 letters is no host name, so no name server is asked.
  const std::string host = std::string(64, 'x') + ".invalid";
  CurlHttpClient client(OptionsFor("https://" + host));
  const HttpResult response = Get(client, "/path?q=hidden", Token(kCanary));
  ASSERT_FALSE(response.answer);
  EXPECT_EQ(response.answer.error().kind, ErrorKind::kDns);
  ExpectSoundMessage(response.answer.error().message, host, "resolve");
}

TEST_F(CurlHttpClientTest, NamesAServerThatSpeaksNoTls) {
  const RawServer server({{Send("HTTP/1.1 400 Bad Request\r\n\r\n"), Close()}});
  const std::string host = "127.0.0.1:" + std::to_string(server.port());
  CurlHttpClient client(OptionsFor("https://" + host));
  const HttpResult response = Get(client, "/path?q=hidden", Token(kCanary));
  ASSERT_FALSE(response.answer);
  EXPECT_EQ(response.answer.error().kind, ErrorKind::kTls);
  ExpectSoundMessage(response.answer.error().message, host, "");
}

TEST_F(CurlHttpClientTest, NamesTheHostButNotTheUserOfABaseUrl) {
  CurlHttpClient client(OptionsFor("http://hidden:hidden@" + RawServer({}).url().substr(7)));
  const HttpResult response = Get(client, "/");
  ASSERT_FALSE(response.answer);
  ExpectSoundMessage(response.answer.error().message, "127.0.0.1", "connect");
}

TEST_F(CurlHttpClientTest, ServesOnAfterAFault) {
  const RawServer server({{ReadRequest(), Send(kHead + "Content-Length: 9\r\n\r\nab"), Close()},
                          AnswerEach(1, JsonAnswer("[]"))});
  CurlHttpClient client(OptionsFor(server.url()));
  ASSERT_FALSE(Get(client, "/1").answer);
  const HttpResult second = Get(client, "/2");
  ASSERT_TRUE(second.answer) << second.answer.error().message;
  EXPECT_EQ(second.answer->body, "[]");
}

}  // namespace
}  // namespace cckm
