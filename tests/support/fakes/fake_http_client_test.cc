#include "tests/support/fakes/fake_http_client.h"

#include <gtest/gtest.h>

#include <chrono>

namespace cckm {
namespace {

using namespace std::chrono_literals;

HttpRequest Get(std::string path, std::uint64_t tag) {
  return {.path = std::move(path), .bearer_token = nullptr, .tag = tag};
}

TEST(FakeHttpClientTest, AnswersInTheOrderOfTheLatenciesAndMovesTheClock) {
  FakeClock clock;
  FakeHttpClient client(clock, [](const std::string& path) { return JsonAnswer(path); });
  client.SetLatency([](const std::string& path) { return path == "/slow" ? 3s : 1s; });
  const SteadyTime start = clock.SteadyNow();
  client.Start(Get("/slow", 1));
  client.Start(Get("/quick", 2));
  const auto first = client.Wait(1min);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].tag, 2U);
  EXPECT_EQ(first[0].answer->body, "/quick");
  EXPECT_EQ(clock.SteadyNow() - start, 1s);
  const auto second = client.Wait(1min);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].tag, 1U);
  EXPECT_EQ(second[0].duration, 3s);
  EXPECT_EQ(client.InFlight(), 0U);
  EXPECT_EQ(client.most_in_flight(), 2U);
}

TEST(FakeHttpClientTest, WaitsNoLongerThanAskedFor) {
  FakeClock clock;
  FakeHttpClient client(clock, [](const std::string&) { return JsonAnswer("{}"); });
  client.SetLatency([](const std::string&) { return 10s; });
  const SteadyTime start = clock.SteadyNow();
  client.Start(Get("/", 0));
  EXPECT_TRUE(client.Wait(4s).empty());
  EXPECT_EQ(clock.SteadyNow() - start, 4s);
  EXPECT_EQ(client.Wait(1min).size(), 1U);
}

TEST(FakeHttpClientTest, WakeEndsTheNextWaitAtOnce) {
  FakeClock clock;
  FakeHttpClient client(clock, [](const std::string&) { return JsonAnswer("{}"); });
  const SteadyTime start = clock.SteadyNow();
  client.Wake();
  EXPECT_TRUE(client.Wait(1h).empty());
  EXPECT_EQ(clock.SteadyNow(), start);
}

}  // namespace
}  // namespace cckm
