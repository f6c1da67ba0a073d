// Answers that may belong to another request: they are none, and the request is made again on a new
// connection.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "tests/unit/collectors/poll/poller_discovery_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class PollerTrustTest : public PollerDiscoveryTest {
 protected:
  PollerTrustTest() {
    Plan().discovery.enabled = false;
    Plan().refresh_ids = {"r1", "r2"};
    appliance_.jobs = {{.id = "r1"}, {.id = "r2", .completed = FakeClock::kStart}};
  }

  // Answers the first `times` requests for a part of a path with `answer`.
  void AnswerFirst(int times, const std::string& part, Result<HttpResponse> answer) {
    appliance_.fault = [=, left = times](const std::string& path) mutable {
      if (path.find(part) == std::string::npos || left == 0) return FakeAppliance::MaybeAnswer();
      --left;
      return FakeAppliance::MaybeAnswer(answer);
    };
  }

  std::size_t CountOnNew(std::string_view part) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        client_.paths_on_new_connections(),
        [&](const std::string& path) { return path.find(part) != std::string::npos; }));
  }

  // "r1:in_progress r1:no_answer", with a ! for an anomaly of the id.
  std::string Told(std::string_view id) const {
    std::string text;
    for (const PollUpdate& update : listener_.updates) {
      for (const RefreshAnswer& answer : update.answers) {
        if (answer.refresh.id != id) continue;
        constexpr std::array<std::string_view, 3> kKinds = {"", "not_found", "no_answer"};
        const bool is_read = answer.kind == RefreshAnswer::Kind::kRefresh;
        text += (text.empty() ? "" : " ");
        text += is_read ? RefreshStatusName(answer.refresh.status)
                        : kKinds[static_cast<std::size_t>(answer.kind)];
        if (answer.refresh.anomalies.Has(Anomaly::kIdMismatch)) text += '!';
      }
    }
    return text;
  }

  HttpResponse JobOf(const std::string& id) { return JsonAnswer(appliance_.Find(id)->Json()); }
};

TEST_F(PollerTrustTest, AnAnswerOfAnotherRefreshIsNoneAndIsAskedForOnANewConnection) {
  AnswerFirst(1, "/r1", JobOf("r2"));
  RunFor(1ms);
  EXPECT_EQ(Told("r1"), "in_progress");
  EXPECT_EQ(Count("/r1"), 2U);
  EXPECT_EQ(CountOnNew("/r1"), 1U);
  EXPECT_EQ(client_.closed().size(), 1U);
  EXPECT_EQ(SchemaErrors(), 1U);
  EXPECT_TRUE(listener_.Ends().back().up);
}

TEST_F(PollerTrustTest, AnotherIdThatComesAgainOnANewConnectionCounts) {
  AnswerFirst(1000, "/r1", JobOf("r2"));
  RunFor(1ms);
  EXPECT_EQ(Told("r1"), "completed!");
  EXPECT_EQ(Count("/r1"), 2U);
  EXPECT_EQ(FinalAnswers(), "r2+ r1+ ");
}

TEST_F(PollerTrustTest, OneThatOnceHadAnotherIdIsAskedForOnANewConnectionAtOnce) {
  appliance_.jobs[1].completed.reset();
  AnswerFirst(1000, "/r1", JobOf("r2"));
  RunFor(30s);
  EXPECT_EQ(Told("r1"), "in_progress! in_progress! in_progress!");
  EXPECT_EQ(Count("/r1"), 4U) << "twice only the first time";
  EXPECT_EQ(CountOnNew("/r1"), 3U);
  EXPECT_EQ(SchemaErrors(), 1U);
}

TEST_F(PollerTrustTest, AThirdIdOnTheNewConnectionIsNoAnswerEither) {
  appliance_.jobs.push_back({.id = "r3"});
  appliance_.fault = [&, next = 0](const std::string& path) mutable {
    if (path.find("/r1") == std::string::npos) return FakeAppliance::MaybeAnswer();
    return FakeAppliance::MaybeAnswer(JobOf(++next % 2 != 0 ? "r2" : "r3"));
  };
  RunFor(1ms);
  EXPECT_EQ(Told("r1"), "no_answer");
  EXPECT_EQ(Count("/r1"), 2U) << "and no more in this poll";
  EXPECT_EQ(client_.closed().size(), 2U);
}

TEST_F(PollerTrustTest, ABodyWithoutAnIdIsAskedForAgainToo) {
  AnswerFirst(1000, "/r1", JsonAnswer(R"({"overall_status":"running"})"));
  RunFor(15s);
  EXPECT_EQ(Told("r1"), "in_progress in_progress");
  EXPECT_EQ(Count("/r1"), 3U);
  EXPECT_EQ(CountOnNew("/r1"), 2U);
}

TEST_F(PollerTrustTest, A404ThatIsNewsIsAskedForOnANewConnection) {
  AnswerFirst(1, "/r1", NotFoundAnswer());
  RunFor(1ms);
  EXPECT_EQ(Told("r1"), "in_progress");
  EXPECT_EQ(client_.closed().size(), 1U);
}

TEST_F(PollerTrustTest, A404ThatIsKnownCostsOneRequestAPoll) {
  appliance_.jobs.erase(appliance_.jobs.begin());
  RunFor(30s);
  EXPECT_EQ(Told("r1"), "not_found not_found not_found");
  EXPECT_EQ(Count("/r1"), 4U);
  EXPECT_EQ(CountOnNew("/r1"), 1U);
}

TEST_F(PollerTrustTest, AListInThePlaceOfARefreshClosesItsConnection) {
  AnswerFirst(1, "/r1",
              JsonAnswer(R"({"skip":0,"total":2,"resources":[)" + appliance_.jobs[1].Json() + "," +
                         appliance_.jobs[1].Json() + "]}"));
  RunFor(1ms);
  EXPECT_EQ(Told("r1"), "no_answer");
  EXPECT_EQ(client_.closed().size(), 1U);
}

class PollerTrustListTest : public PollerTrustTest {
 protected:
  PollerTrustListTest() {
    Plan().refresh_ids.clear();
    Plan().discovery.enabled = true;
    Plan().discovery.observe_history = true;
    appliance_.jobs.clear();
    AddJobs("r", 150);
  }
};

TEST_F(PollerTrustListTest, APageThatBeginsElsewhereIsAskedForOnANewConnection) {
  AnswerFirst(1, "skip=100", JsonAnswer(R"({"skip":0,"total":150,"resources":[]})"));
  RunFor(1ms);
  EXPECT_TRUE(LastListing().is_complete);
  EXPECT_EQ(LastListing().refresh_ids.size(), 150U);
  EXPECT_EQ(CountOnNew("skip=100"), 1U);
  EXPECT_EQ(client_.closed().size(), 1U);
  EXPECT_EQ(SchemaErrors(), 1U);
}

TEST_F(PollerTrustListTest, AJobInThePlaceOfAListIsNoListTheFirstTime) {
  AnswerFirst(1, "?skip=0", JobOf("r0"));
  RunFor(1ms);
  EXPECT_EQ(LastListing().refresh_ids.size(), 150U);
}

TEST_F(PollerTrustListTest, AJobThatComesAgainInThePlaceOfAListIsAListOfOne) {
  AnswerFirst(1000, "?skip=0", JobOf("r0"));
  RunFor(1ms);
  EXPECT_EQ(LastListing().refresh_ids.size(), 1U);
}

TEST_F(PollerTrustListTest, APageOfDomainsIsNoPageOfRefreshesTheFirstTime) {
  AnswerFirst(1, "?skip=0", JsonAnswer(R"({"skip":0,"total":1,"resources":[{"id":"d1"}]})"));
  RunFor(1ms);
  EXPECT_EQ(LastListing().refresh_ids.size(), 150U);
  EXPECT_FALSE(LastListing().has_unreadable_entries);
}

TEST_F(PollerTrustListTest, AnApplianceThatIgnoresSkipAndSaysSoIsBelieved) {
  std::string entries;
  for (int i = 0; i < 100; ++i) {
    entries += (i == 0 ? "" : ",") + appliance_.jobs[static_cast<std::size_t>(i)].Json();
  }
  AnswerFirst(1000,
              "?skip=", JsonAnswer(R"({"skip":0,"total":100,"resources":[)" + entries + "]}"));
  RunFor(1ms);
  EXPECT_EQ(LastListing().refresh_ids.size(), 100U);
  EXPECT_LE(Count("?skip="), 4U);
}

TEST_F(PollerTrustListTest, APageOfRefreshesIsNoPageOfDomains) {
  Plan().domain_names = true;
  appliance_.domains = {R"({"id":"d1","name":"one"})"};
  AnswerFirst(
      1, "dsm/domains?",
      JsonAnswer(R"({"skip":0,"total":1,"resources":[)" + appliance_.jobs[0].Json() + "]}"));
  RunFor(1ms);
  std::string domains;
  for (const PollUpdate& update : listener_.updates) {
    if (!update.domain_listing) continue;
    for (const DomainName& domain : update.domain_listing->domains) domains += domain.id + " ";
  }
  EXPECT_EQ(domains, "d1 ");
}

}  // namespace
}  // namespace cckm
