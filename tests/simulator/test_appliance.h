// For the simulator's tests: a whole appliance without a server, and a clock that is set by hand.
//
// Thread-safety: an object belongs to one thread.

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/simulator/api.h"

namespace cckm::simulator {

// 2021-03-03T06:10:52Z, the day of the documented examples.
inline constexpr TimePoint kStart{std::chrono::seconds(1614751852)};

inline constexpr std::string_view kDsm = "/api/v1/cckm/dsm/refresh";
inline constexpr std::string_view kJobs = "/api/v1/scheduler/jobs";
inline constexpr std::string_view kTokens = "/api/v1/auth/tokens";

inline std::string PathOf(std::string_view base, std::string_view id, std::string_view rest = {}) {
  return std::string(base).append("/").append(id).append(rest);
}

inline nlohmann::json BodyOf(const Response& response) {
  return nlohmann::json::parse(response.body);
}

inline const Family& FamilyNamed(std::string_view name) { return *FindFamily(name); }

inline WorldSettings AllFamiliesSettings() {
  WorldSettings settings;
  for (const Family& family : AllFamilies()) settings.families.push_back(&family);
  return settings;
}

// No refresh at first; one that is started takes that long.
inline WorldSettings Idle(std::chrono::seconds duration) {
  WorldSettings settings = AllFamiliesSettings();
  settings.refreshes = settings.finished = 0;
  settings.min_duration = settings.max_duration = duration;
  return settings;
}

struct ClusterSettings {
  WorldSettings world = AllFamiliesSettings();
  std::vector<std::string> tenancies = {};
  std::vector<ScheduleRule> schedules = {};
  std::size_t nodes = 1;
  std::chrono::nanoseconds replication_lag{0};
  bool node_tokens = false;
};

class TestAppliance : public Appliance {
 public:
  explicit TestAppliance(const WorldSettings& world_settings = AllFamiliesSettings(),
                         const ApiSettings& api_settings = {.control = true},
                         unsigned error_percent = 0)
      : TestAppliance(world_settings, api_settings, {}, {}, error_percent) {}

  explicit TestAppliance(const AccountSettings& account_settings,
                         const TokenSettings& token_settings = {})
      : TestAppliance(AllFamiliesSettings(), {.control = true}, account_settings, token_settings,
                      0) {}

  explicit TestAppliance(const ClusterSettings& cluster,
                         const ApiSettings& api_settings = {.control = true})
      : TestAppliance(cluster.world, api_settings, {}, {.per_node = cluster.node_tokens}, 0,
                      cluster) {}

  // With the fixed token.
  Response Send(std::string_view method, std::string_view path, std::string_view query = {},
                std::string_view body = {}) {
    return SendTo(0, method, path, query, body);
  }

  // To that node of the cluster.
  Response SendTo(std::size_t node, std::string_view method, std::string_view path,
                  std::string_view query = {}, std::string_view body = {}) {
    return api.Handle({.method = method,
                       .path = path,
                       .query = query,
                       .authorization = "Bearer fixed-token",
                       .body = body,
                       .node = node},
                      now);
  }

  nlohmann::json Get(std::string_view path, std::string_view query = {}) {
    return BodyOf(Send("GET", path, query));
  }

  TimePoint now = kStart;
  World& world = tenancies.At(0).world;
  Api api;

 private:
  TestAppliance(const WorldSettings& world_settings, const ApiSettings& api_settings,
                const AccountSettings& account_settings, TokenSettings token_settings,
                unsigned error_percent, const ClusterSettings& cluster = {})
      : Appliance{Tenancies(cluster.tenancies, world_settings,
                            {.seed = world_settings.seed,
                             .nodes = cluster.nodes,
                             .schedules = cluster.schedules},
                            kStart),
                  Nodes({cluster.nodes, cluster.replication_lag}, kStart),
                  Tokens(WithFixedToken(std::move(token_settings))), Accounts(account_settings),
                  Faults(1, error_percent)},
        api(api_settings, *this) {}

  static TokenSettings WithFixedToken(TokenSettings settings) {
    settings.fixed.emplace_back("fixed-token");
    return settings;
  }
};

// A request and the status that it is answered with.
struct RequestCase {
  std::string_view method;
  std::string path;
  std::string_view query;
  int status;
};

inline void ExpectStatuses(TestAppliance& appliance, const std::vector<RequestCase>& cases) {
  for (const RequestCase& row : cases) {
    EXPECT_EQ(appliance.Send(row.method, row.path, row.query).status, row.status)
        << row.path << '?' << row.query;
  }
}

}  // namespace cckm::simulator
