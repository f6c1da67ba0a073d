// What an appliance may make a poller hold and hand over at once, over a fake network and clock.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/collectors/poll/poller_discovery_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class PollerBoundsTest : public PollerDiscoveryTest {
 protected:
  static std::size_t DomainsOf(const PollUpdate& update) {
    std::size_t count = 0;
    for (const RefreshAnswer& answer : update.answers) count += answer.refresh.domains.size();
    return count;
  }
  static std::vector<std::string> Domains(std::string_view prefix, int count) {
    std::vector<std::string> domains;
    for (int i = 0; i < count; ++i) domains.push_back(std::string(prefix) + std::to_string(i));
    return domains;
  }
};

TEST_F(PollerBoundsTest, RefreshesOfManyDomainsAreHandedOverFewAtATime) {
  Plan().discovery.enabled = false;
  for (int i = 0; i < 12; ++i) {
    const std::string id = "r" + std::to_string(i);
    Plan().refresh_ids.push_back(id);
    appliance_.jobs.push_back({.id = id, .domains = Domains(id + "-", 8'000)});
  }
  RunFor(1s);
  std::size_t domains = 0;
  for (const PollUpdate& update : listener_.updates) {
    EXPECT_LE(DomainsOf(update), 28'000U);
    domains += DomainsOf(update);
  }
  EXPECT_GE(domains, 12 * 8'000U);
}

TEST_F(PollerBoundsTest, AStopIsLookedForBetweenLargeParts) {
  Plan().discovery.enabled = false;
  for (int i = 0; i < 3; ++i) {
    const std::string id = "r" + std::to_string(i);
    Plan().refresh_ids.push_back(id);
    appliance_.jobs.push_back(
        {.id = id, .completed = clock_.Now(), .domains = Domains(id + "-", 21'000)});
  }
  RunFor(0s);
  EXPECT_EQ(listener_.updates.size(), 1U);
  RunFor(1s);
  EXPECT_EQ(FinalAnswers(), "r0+ r1+ r2+ ");
}

TEST_F(PollerBoundsTest, ConfiguredRefreshesDoNotWaitForAListWithoutAnEnd) {
  for (int i = 0; i < 8; ++i) {
    const std::string id = "r" + std::to_string(i);
    Plan().refresh_ids.push_back(id);
    appliance_.jobs.push_back({.id = id});
  }
  int served = 0;
  appliance_.fault = [&](const std::string& path) -> FakeAppliance::MaybeAnswer {
    if (path.find('?') == std::string::npos) return std::nullopt;
    const FakeJob job{.id = "endless" + std::to_string(++served), .completed = clock_.Now()};
    return JsonAnswer(R"({"total":4000000000,"resources":[)" + job.Json() + "]}");
  };
  RunFor(1ms);
  EXPECT_GE(Count("refresh/r7"), 1U);
}

TEST_F(PollerBoundsTest, OfDomainsThatMayBeMissedSomeThousandAreNamedAndTheOthersTold) {
  Plan().discovery.max_refreshes = 1;
  const WallTime long_ago = clock_.Now() - 9h;
  appliance_.jobs = {{.id = "newer", .created = clock_.Now(), .completed = clock_.Now()},
                     {.id = "older",
                      .created = long_ago,
                      .completed = long_ago + 1min,
                      .domains = Domains("d", 20'000)}};
  RunFor(1ms);
  EXPECT_EQ(LastListing().left_out_domains.size(), 20'000U);
  EXPECT_TRUE(LastListing().left_out_domains_are_all);
  appliance_.Find("older")->domains = Domains("d", 20'001);
  RunFor(1min);
  EXPECT_EQ(LastListing().left_out_domains.size(), 20'000U);
  EXPECT_FALSE(LastListing().left_out_domains_are_all);
}

TEST_F(PollerBoundsTest, AListOfDomainsWithoutAnEndEndsAndIsNotComplete) {
  Plan().domain_names = true;
  const std::string name(250, 'n');
  int served = 0;
  appliance_.fault = [&](const std::string& path) -> FakeAppliance::MaybeAnswer {
    if (path.find("/domains?") == std::string::npos) return std::nullopt;
    std::string body = R"({"total":4000000000,"resources":[)";
    for (int i = 0; i < 100; ++i) {
      body += (i == 0 ? "" : ",");
      body += R"({"id":")" + std::to_string(++served) + name + R"(","name":")" + name + R"("})";
    }
    return JsonAnswer(body + "]}");
  };
  RunFor(30s);
  std::size_t bytes = 0;
  for (const PollUpdate& update : listener_.updates) {
    if (!update.domain_listing) continue;
    EXPECT_FALSE(update.domain_listing->is_complete);
    for (const DomainName& domain : update.domain_listing->domains) {
      bytes += domain.id.size() + domain.name.size() + domain.connection.size();
    }
  }
  EXPECT_GT(bytes, std::size_t{32} << 20U);
  EXPECT_LT(bytes, std::size_t{33} << 20U);
}

}  // namespace
}  // namespace cckm
