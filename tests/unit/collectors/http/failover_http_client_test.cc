#include "collectors/http/failover_http_client.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/fake_http_client.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using Answer = Result<HttpResponse>;

Answer NoAnswer(ErrorKind kind) { return Fail(kind, "it failed"); }

class FailoverHttpClientTest : public testing::Test {
 protected:
  // Starts so many requests, tagged from 0, and returns all results by their tags.
  std::vector<HttpResult> Ask(std::size_t count = 1) {
    for (std::size_t i = 0; i < count; ++i) client_.Start({.path = "/r", .tag = i});
    std::vector<HttpResult> results(count);
    while (client_.InFlight() != 0) {
      for (HttpResult& result : client_.Wait(seconds(60))) {
        results[result.tag] = std::move(result);
      }
    }
    return results;
  }

  // The addresses asked since the last call, in order.
  std::vector<std::size_t> TakeAsked() { return std::exchange(asked_, {}); }

  std::vector<std::optional<bool>> Up() const {
    std::vector<std::optional<bool>> up;
    for (const AddressState& address : client_.Addresses()) up.push_back(address.is_up);
    return up;
  }

  FakeClock clock_;
  std::vector<std::size_t> asked_;
  std::function<Answer(const HttpRequest&)> answer_ = [](const HttpRequest&) {
    return Answer(JsonAnswer("{}"));
  };
  FakeHttpClient inner_{clock_, [this](const HttpRequest& request) {
                          asked_.push_back(request.address);
                          return answer_(request);
                        }};
  FailoverHttpClient client_{inner_, {"https://a", "https://b", "https://c"}};
};

using Addresses = std::vector<std::size_t>;
using UpStates = std::vector<std::optional<bool>>;

TEST_F(FailoverHttpClientTest, AsksTheFirstAddressAsLongAsItAnswers) {
  for (const long status : {200L, 302L, 400L, 401L, 403L, 404L, 429L}) {
    answer_ = [&](const HttpRequest&) { return Answer(StatusAnswer(status)); };
    const HttpResult result = Ask()[0];
    ASSERT_TRUE(result.answer) << status;
    EXPECT_EQ(result.answer->status, status);
    EXPECT_TRUE(result.failed_attempts.empty()) << status;
  }
  EXPECT_EQ(TakeAsked(), Addresses(7, 0));
  EXPECT_EQ(Up(), (UpStates{true, std::nullopt, std::nullopt}));
}

TEST_F(FailoverHttpClientTest, AsksTheNextAddressWhereOneGivesNoAnswer) {
  for (const ErrorKind kind : {ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kReset,
                               ErrorKind::kTimeout, ErrorKind::kTls}) {
    FailoverHttpClient client(inner_, {"https://a", "https://b"});
    answer_ = [&](const HttpRequest& request) {
      return request.address == 0 ? NoAnswer(kind) : Answer(JsonAnswer("{}"));
    };
    client.Start({.path = "/r", .tag = 9});
    std::vector<HttpResult> results = client.Wait(seconds(60));
    EXPECT_TRUE(results.empty());
    results = client.Wait(seconds(60));
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].tag, 9U);
    EXPECT_TRUE(results[0].answer);
    EXPECT_EQ(results[0].address, 1U);
    ASSERT_EQ(results[0].failed_attempts.size(), 1U);
    EXPECT_EQ(results[0].failed_attempts[0].error.kind, kind);
    EXPECT_EQ(results[0].failed_attempts[0].status, 0);
    EXPECT_EQ(client.AddressInUse(), 1U);
  }
}

TEST_F(FailoverHttpClientTest, TakesAServerFaultForNoAnswer) {
  answer_ = [](const HttpRequest& request) {
    return Answer(StatusAnswer(request.address == 0 ? 503 : 200));
  };
  const HttpResult result = Ask()[0];
  EXPECT_EQ(result.answer->status, 200);
  ASSERT_EQ(result.failed_attempts.size(), 1U);
  EXPECT_EQ(result.failed_attempts[0].status, 503);
  EXPECT_EQ(result.failed_attempts[0].error,
            (Error{ErrorKind::kHttpStatus, "https://a answered HTTP 503"}));
  EXPECT_EQ(Up(), (UpStates{false, true, std::nullopt}));
}

TEST_F(FailoverHttpClientTest, AFaultOfAPartOfTheApplianceSaysNothingOfItsAddress) {
  for (const long status : {401L, 500L, 503L}) {
    answer_ = [&](const HttpRequest&) { return Answer(StatusAnswer(status)); };
    client_.Start({.path = "/scheduler", .is_incidental = true});
    const HttpResult result = client_.Wait(seconds(60)).at(0);
    ASSERT_TRUE(result.answer);
    EXPECT_EQ(result.answer->status, status);
    EXPECT_TRUE(result.failed_attempts.empty());
  }
  EXPECT_EQ(TakeAsked(), Addresses(3, 0));
  EXPECT_EQ(Up(), (UpStates{std::nullopt, std::nullopt, std::nullopt}));
  answer_ = [](const HttpRequest& request) {
    return request.address == 0 ? NoAnswer(ErrorKind::kTimeout) : Answer(JsonAnswer("{}"));
  };
  client_.Start({.path = "/scheduler", .is_incidental = true});
  EXPECT_TRUE(client_.Wait(seconds(60)).empty()) << "it is asked of the next address";
  EXPECT_TRUE(client_.Wait(seconds(60)).at(0).answer);
  EXPECT_EQ(client_.AddressInUse(), 1U);
}

TEST_F(FailoverHttpClientTest, LeavesFaultsOfItsOwnAlone) {
  for (const ErrorKind kind : {ErrorKind::kInternal, ErrorKind::kTooLarge}) {
    answer_ = [&](const HttpRequest&) { return NoAnswer(kind); };
    EXPECT_FALSE(Ask()[0].answer);
    EXPECT_EQ(client_.AddressInUse(), 0U);
  }
  EXPECT_EQ(TakeAsked(), (Addresses{0, 0}));
  EXPECT_EQ(Up()[0], true) << "what is too large is an answer";
}

TEST_F(FailoverHttpClientTest, StaysWithTheAddressThatAnswered) {
  std::set<std::size_t> dead = {0};
  answer_ = [&](const HttpRequest& request) {
    return dead.contains(request.address) ? NoAnswer(ErrorKind::kConnect)
                                          : Answer(JsonAnswer("{}"));
  };
  Ask();
  dead = {};
  TakeAsked();
  Ask();
  EXPECT_EQ(TakeAsked(), (Addresses{1})) << "although the first would answer again";
  dead = {1};
  Ask();
  EXPECT_EQ(TakeAsked(), (Addresses{1, 2})) << "rather than the one known to be down";
  dead = {2};
  Ask();
  EXPECT_EQ(TakeAsked(), (Addresses{2, 0}));
}

TEST_F(FailoverHttpClientTest, ManyRequestsThatFailTogetherMoveOnOnce) {
  answer_ = [](const HttpRequest& request) {
    return request.address == 0 ? NoAnswer(ErrorKind::kTimeout) : Answer(JsonAnswer("{}"));
  };
  for (const HttpResult& result : Ask(8)) {
    EXPECT_TRUE(result.answer);
    EXPECT_EQ(result.address, 1U);
  }
  EXPECT_EQ(client_.AddressInUse(), 1U);
  EXPECT_EQ(TakeAsked().size(), 16U);
}

TEST_F(FailoverHttpClientTest, ARequestThatNoAddressAnswersMovesNothing) {
  answer_ = [](const HttpRequest& request) {
    return request.address == 2 ? Answer(StatusAnswer(500)) : NoAnswer(ErrorKind::kConnect);
  };
  const HttpResult result = Ask()[0];
  ASSERT_TRUE(result.answer);
  EXPECT_EQ(result.answer->status, 500) << "of the last one";
  EXPECT_EQ(result.failed_attempts.size(), 2U);
  EXPECT_EQ(TakeAsked(), (Addresses{0, 1, 2})) << "each once";
  EXPECT_EQ(client_.AddressInUse(), 0U);
  EXPECT_EQ(Up(), (UpStates{false, false, false}));
}

TEST_F(FailoverHttpClientTest, OneThatWasSlowAtAFormerAddressGoesWhereTheOthersWent) {
  bool is_down = false;
  answer_ = [&](const HttpRequest& request) {
    return request.address == 0 && is_down ? NoAnswer(ErrorKind::kTimeout)
                                           : Answer(JsonAnswer("{}"));
  };
  inner_.SetLatency([](const std::string& path) {
    return path == "/slow" ? Nanoseconds(seconds(9)) : Nanoseconds(milliseconds(1));
  });
  is_down = true;
  client_.Start({.path = "/slow", .tag = 1});
  client_.Start({.path = "/r", .tag = 2});
  client_.Wait(seconds(1));
  ASSERT_EQ(client_.Wait(seconds(1)).size(), 1U);
  ASSERT_EQ(client_.AddressInUse(), 1U);
  client_.Wait(seconds(60));
  client_.Wait(seconds(60));
  EXPECT_EQ(TakeAsked(), (Addresses{0, 1, 0, 1}));
  EXPECT_EQ(client_.AddressInUse(), 1U);
}

TEST_F(FailoverHttpClientTest, ALateAnswerOfAFormerAddressMovesNothingBack) {
  inner_.SetLatency([](const std::string& path) {
    return path == "/slow" ? Nanoseconds(seconds(9)) : Nanoseconds(milliseconds(1));
  });
  answer_ = [](const HttpRequest& request) {
    return request.address == 0 && request.path != "/slow" ? NoAnswer(ErrorKind::kReset)
                                                           : Answer(JsonAnswer("{}"));
  };
  client_.Start({.path = "/slow", .tag = 1});
  client_.Start({.path = "/r", .tag = 2});
  client_.Wait(seconds(1));
  client_.Wait(seconds(1));
  EXPECT_EQ(client_.Wait(seconds(60)).size(), 1U);
  EXPECT_EQ(client_.AddressInUse(), 1U);
  EXPECT_EQ(Up(), (UpStates{true, true, std::nullopt})) << "the latest answer of each";
}

TEST_F(FailoverHttpClientTest, ALoginIsMadeAgainWithItsBodyAndARejectedOneNever) {
  std::vector<std::string> bodies;
  answer_ = [&](const HttpRequest& request) {
    bodies.emplace_back(request.body->Reveal());
    return request.address == 0 ? NoAnswer(ErrorKind::kTimeout) : Answer(StatusAnswer(401));
  };
  client_.Start({.path = "/login", .body = std::make_shared<const Secret>("{}"), .tag = 3});
  client_.Wait(seconds(60));
  const std::vector<HttpResult> results = client_.Wait(seconds(60));
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].answer->status, 401);
  EXPECT_EQ(bodies, (std::vector<std::string>{"{}", "{}"}));
  EXPECT_EQ(TakeAsked(), (Addresses{0, 1}));
}

TEST_F(FailoverHttpClientTest, ExactlyOneAddressIsInUse) {
  const auto in_use = [this] {
    std::vector<bool> each;
    for (const AddressState& address : client_.Addresses()) each.push_back(address.is_in_use);
    return each;
  };
  EXPECT_EQ(in_use(), (std::vector<bool>{true, false, false})) << "before anything was asked";
  answer_ = [](const HttpRequest& request) {
    return request.address == 0 ? NoAnswer(ErrorKind::kConnect) : Answer(JsonAnswer("{}"));
  };
  Ask();
  EXPECT_EQ(in_use(), (std::vector<bool>{false, true, false}));
}

TEST_F(FailoverHttpClientTest, AnAddressOfWhichNothingIsKnownGoesBeforeOneThatIsDown) {
  answer_ = [](const HttpRequest& request) {
    return NoAnswer(request.address == 2 ? ErrorKind::kInternal : ErrorKind::kConnect);
  };
  Ask();
  ASSERT_EQ(Up(), (UpStates{false, false, std::nullopt}));
  TakeAsked();
  Ask();
  EXPECT_EQ(TakeAsked(), (Addresses{0, 2}));
}

TEST_F(FailoverHttpClientTest, ARequestThatFailsLateGoesToTheAddressInUseAndNotToAnotherThatIsUp) {
  inner_.SetLatency([](const std::string& path) {
    if (path == "/slowest") return Nanoseconds(seconds(9));
    return path == "/slow" ? Nanoseconds(seconds(5)) : Nanoseconds(milliseconds(1));
  });
  answer_ = [](const HttpRequest& request) {
    const bool fails = request.address == 0 || (request.address == 1 && request.path == "/r");
    return fails ? NoAnswer(ErrorKind::kTimeout) : Answer(JsonAnswer("{}"));
  };
  client_.Start({.path = "/slowest", .tag = 1});
  client_.Start({.path = "/first", .tag = 2});
  while (client_.AddressInUse() != 1) client_.Wait(seconds(1));
  client_.Start({.path = "/slow", .tag = 3});
  client_.Start({.path = "/r", .tag = 4});
  while (client_.InFlight() != 0) client_.Wait(seconds(60));
  EXPECT_EQ(TakeAsked(), (Addresses{0, 1, 1, 2, 1, 0, 2}));
  EXPECT_EQ(Up(), (UpStates{false, true, true})) << "the second one answered late";
  EXPECT_EQ(client_.AddressInUse(), 2U);
}

TEST_F(FailoverHttpClientTest, AFailedAttemptTellsHowLongItTook) {
  for (const auto& failure : {NoAnswer(ErrorKind::kTimeout), Answer(StatusAnswer(503))}) {
    FailoverHttpClient client(inner_, {"https://a", "https://b"});
    inner_.SetLatency([](const std::string&) { return Nanoseconds(seconds(3)); });
    answer_ = [&](const HttpRequest& request) {
      return request.address == 0 ? failure : Answer(JsonAnswer("{}"));
    };
    client.Start({.path = "/r"});
    EXPECT_TRUE(client.Wait(seconds(60)).empty());
    EXPECT_EQ(client.Wait(seconds(60)).at(0).failed_attempts.at(0).duration, seconds(3));
  }
}

TEST_F(FailoverHttpClientTest, WaitsNoLongerThanAsked) {
  inner_.SetLatency([](const std::string&) { return Nanoseconds(seconds(10)); });
  client_.Start({.path = "/r"});
  const SteadyTime began = clock_.SteadyNow();
  EXPECT_TRUE(client_.Wait(seconds(2)).empty());
  EXPECT_EQ(clock_.SteadyNow() - began, seconds(2));
  client_.Wake();
  EXPECT_TRUE(client_.Wait(seconds(2)).empty());
  EXPECT_EQ(clock_.SteadyNow() - began, seconds(2));
}

}  // namespace
}  // namespace cckm
