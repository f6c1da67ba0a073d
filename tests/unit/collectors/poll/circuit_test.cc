#include "collectors/poll/circuit.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/fake_http_client.h"
#include "tests/support/fakes/fakes.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr double kAlmostOne = 0.999999999;
constexpr Nanoseconds kPollInterval = seconds(15);

HttpResult Unanswered(ErrorKind kind = ErrorKind::kTimeout) {
  return {.tag = 0, .answer = Fail(kind, "request to cm failed: no answer")};
}

HttpResult Answered(long status, std::optional<Nanoseconds> retry_after = std::nullopt) {
  HttpResponse answer = StatusAnswer(status);
  answer.retry_after = retry_after;
  return {.tag = 0, .answer = std::move(answer)};
}

class CircuitTest : public testing::Test {
 protected:
  void Observe(const HttpResult& response) { circuit_.Observe(response, clock_.SteadyNow()); }
  void ObserveUnanswered(int count) {
    for (int i = 0; i < count; ++i) Observe(Unanswered());
  }
  bool IsOpen() const { return circuit_.IsOpen(clock_.SteadyNow()); }
  void EndPoll(bool up) { circuit_.PollEnded(up, clock_.SteadyNow()); }
  // Lets a pause pass, and returns how long it was; zero while the circuit is closed.
  std::int64_t PassPause() {
    const Nanoseconds left = circuit_.open_until() - clock_.SteadyNow();
    clock_.Advance(left);
    return IsOpen() ? -1 : std::max<std::int64_t>(0, std::chrono::round<seconds>(left).count());
  }

  FakeClock clock_;
  FakeRandom random_{kAlmostOne};
  Circuit circuit_{kPollInterval, random_};
};

TEST_F(CircuitTest, IsClosedAtFirst) { EXPECT_FALSE(IsOpen()); }

TEST_F(CircuitTest, FiveRequestsInARowWithoutAnAnswerOpenIt) {
  ObserveUnanswered(4);
  EXPECT_FALSE(IsOpen());
  Observe(Unanswered(ErrorKind::kConnect));
  EXPECT_TRUE(IsOpen());
  EXPECT_EQ(circuit_.reason().kind, ErrorKind::kConnect);
}

TEST_F(CircuitTest, AnyAnswerBreaksTheRow) {
  for (const long status : {200L, 401L, 404L, 429L, 500L, 503L}) {
    ObserveUnanswered(4);
    Observe(Answered(status));
    EXPECT_FALSE(IsOpen()) << status;
  }
}

TEST_F(CircuitTest, PausesGrowFromTwoToFourPollIntervalsAtMost) {
  ObserveUnanswered(5);
  EXPECT_EQ(PassPause(), 30);
  Observe(Unanswered());
  EXPECT_EQ(PassPause(), 60);
  Observe(Unanswered());
  EXPECT_EQ(PassPause(), 60);
}

TEST_F(CircuitTest, WhatWasStillOnTheWireDoesNotLengthenThePause) {
  ObserveUnanswered(5);
  const SteadyTime until = circuit_.open_until();
  ObserveUnanswered(50);
  EXPECT_EQ(circuit_.open_until(), until);
}

TEST_F(CircuitTest, TheFirstGoodAnswerBeginsAnew) {
  ObserveUnanswered(5);
  PassPause();
  ObserveUnanswered(1);
  PassPause();
  Observe(Answered(200));
  ObserveUnanswered(4);
  EXPECT_FALSE(IsOpen());
  ObserveUnanswered(1);
  EXPECT_EQ(PassPause(), 30);
}

TEST_F(CircuitTest, NoPauseIsShorterThanAPollInterval) {
  FakeRandom lowest(0);
  Circuit circuit(kPollInterval, lowest);
  for (int i = 0; i < 5; ++i) circuit.Observe(Unanswered(), clock_.SteadyNow());
  EXPECT_EQ(circuit.open_until() - clock_.SteadyNow(), kPollInterval);
}

TEST_F(CircuitTest, PausesLastAMinuteAtMostButForALongerPollInterval) {
  const struct {
    Nanoseconds poll_interval;
    Nanoseconds longest;
  } cases[] = {{seconds(1), seconds(4)},
               {seconds(20), minutes(1)},
               {minutes(1), minutes(1)},
               {hours(2), hours(2)},
               {hours(24 * 365), hours(24 * 365)}};
  for (const auto& c : cases) {
    Circuit circuit(c.poll_interval, random_);
    for (int i = 0; i < 50; ++i) circuit.Observe(Unanswered(), SteadyTime());
    Nanoseconds longest(0);
    SteadyTime now{};
    for (int i = 0; i < 2; ++i) {
      now = circuit.open_until();
      circuit.Observe(Unanswered(), now);
      longest = std::max(longest, circuit.open_until() - now);
    }
    EXPECT_GE(longest, c.poll_interval);
    EXPECT_LE(longest, c.longest);
    EXPECT_GT(longest, c.longest - seconds(1));
  }
}

TEST_F(CircuitTest, HonoursRetryAfterWithinItsBounds) {
  const struct {
    Nanoseconds retry_after;
    Nanoseconds pause;
  } cases[] = {{seconds(0), seconds(1)},     {Nanoseconds(1), seconds(1)},
               {seconds(120), seconds(120)}, {minutes(15), minutes(15)},
               {hours(24), minutes(15)},     {Nanoseconds::max(), minutes(15)},
               {-hours(1), seconds(1)}};
  for (const long status : {429L, 503L}) {
    for (const auto& c : cases) {
      Circuit circuit(kPollInterval, random_);
      circuit.Observe(Answered(status, c.retry_after), clock_.SteadyNow());
      EXPECT_EQ(circuit.open_until() - clock_.SteadyNow(), c.pause) << c.retry_after.count();
    }
  }
}

TEST_F(CircuitTest, TakesRetryAfterOfNoOtherStatusForARequest) {
  for (const long status : {200L, 301L, 401L, 403L, 404L, 413L, 500L, 502L}) {
    Observe(Answered(status, hours(1)));
    EXPECT_FALSE(IsOpen()) << status;
  }
}

TEST_F(CircuitTest, ALaterAndShorterRetryAfterTakesNothingAway) {
  Observe(Answered(503, seconds(120)));
  clock_.Advance(seconds(10));
  Observe(Answered(429, seconds(5)));
  EXPECT_EQ(circuit_.open_until(), clock_.SteadyNow() + seconds(110));
}

TEST_F(CircuitTest, AVainPollThatEndsWithAFaultOpensIt) {
  const struct {
    HttpResult last;
    bool opens;
  } cases[] = {{Unanswered(), true},   {Answered(429), true},  {Answered(500), true},
               {Answered(503), true},  {Answered(200), false}, {Answered(401), false},
               {Answered(403), false}, {Answered(404), false}};
  for (const auto& c : cases) {
    for (const bool up : {false, true}) {
      Circuit circuit(kPollInterval, random_);
      circuit.Observe(c.last, clock_.SteadyNow());
      circuit.PollEnded(up, clock_.SteadyNow());
      EXPECT_EQ(circuit.IsOpen(clock_.SteadyNow()), c.opens && !up);
    }
  }
}

TEST_F(CircuitTest, TheReasonHoldsNothingOfTheBody) {
  HttpResult response = Answered(503, seconds(1));
  response.answer->body = R"({"codeDesc":"canary"})";
  Observe(response);
  EXPECT_EQ(circuit_.reason(), (Error{ErrorKind::kHttpStatus, "the appliance answered HTTP 503"}));
  Observe(Answered(429));
  EXPECT_EQ(circuit_.reason(), (Error{ErrorKind::kRateLimited, "the appliance answered HTTP 429"}));
}

}  // namespace
}  // namespace cckm
