// CurlHttpClient and a name server that does not answer.
//
// This binary's getaddrinfo() stands before the C library's: it holds up whoever asks for
// kSilentHost until the test lets go, and passes every other question on.

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>

#include "tests/unit/collectors/http/curl_http_client_fixture.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kSilentHost = "silent.invalid";

// Holds resolver threads back, for twenty seconds at most, lest a broken client hangs.
class ResolverGate {
 public:
  static ResolverGate& Instance() {
    static ResolverGate gate;
    return gate;
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds(20), [this] { return open_; });
    ++passed_;
    changed_.notify_all();
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
    passed_ = 0;
  }
  void OpenAndSeeThrough(int count) {
    std::unique_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, seconds(20), [&] { return passed_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int passed_ = 0;
};

class SilentResolverTest : public CurlHttpClientTest {
 protected:
  SilentResolverTest() { ResolverGate::Instance().Close(); }
  ~SilentResolverTest() override { ResolverGate::Instance().OpenAndSeeThrough(1); }

  static HttpClientOptions SilentOptions(Nanoseconds timeout) {
    HttpClientOptions options = OptionsFor("http://" + std::string(kSilentHost));
    options.request_timeout = timeout;
    return options;
  }
};

TEST_F(SilentResolverTest, AResolverThatDoesNotAnswerIsAFaultOfDnsAndIsNotWaitedFor) {
  CurlHttpClient client(SilentOptions(milliseconds(100)));
  const HttpResult response = Get(client, "/");
  ASSERT_FALSE(response.answer);
  EXPECT_EQ(response.answer.error().kind, ErrorKind::kDns) << response.answer.error().message;
  EXPECT_LT(response.duration, seconds(10));
}

TEST_F(SilentResolverTest, TheEndOfTheClientDoesNotWaitForTheResolver) {
  const SystemClock clock;
  auto client = std::make_unique<CurlHttpClient>(SilentOptions(seconds(60)));
  client->Start({.path = "/", .bearer_token = nullptr, .tag = 0});
  EXPECT_TRUE(client->Wait(milliseconds(20)).empty());
  const SteadyTime before = clock.SteadyNow();
  client.reset();
  EXPECT_LT(clock.SteadyNow() - before, seconds(10));
}

}  // namespace
}  // namespace cckm

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  if (name != nullptr && name == cckm::kSilentHost) {
    cckm::ResolverGate::Instance().Pass();
    return EAI_AGAIN;
  }
  using Resolver = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto next = reinterpret_cast<Resolver>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return next(name, service, hints, result);
}
