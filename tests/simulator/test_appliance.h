// For the simulator's tests: a whole appliance without a server, and a clock that is set by hand.
//
// Thread-safety: an object belongs to one thread.

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "tests/simulator/api.h"

namespace cckm::simulator {

// 2021-03-03T06:10:52Z, the day of the documented examples.
inline constexpr TimePoint kStart{std::chrono::seconds(1614751852)};

inline const Family& FamilyNamed(std::string_view name) { return *FindFamily(name); }

inline WorldSettings AllFamiliesSettings() {
  WorldSettings settings;
  for (const Family& family : AllFamilies()) settings.families.push_back(&family);
  return settings;
}

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

  // With the fixed token.
  Response Send(std::string_view method, std::string_view path, std::string_view query = {},
                std::string_view body = {}) {
    return api.Handle({method, path, query, "Bearer fixed-token", body}, now);
  }

  nlohmann::json Get(std::string_view path, std::string_view query = {}) {
    return nlohmann::json::parse(Send("GET", path, query).body);
  }

  TimePoint now = kStart;
  Api api;

 private:
  TestAppliance(const WorldSettings& world_settings, const ApiSettings& api_settings,
                const AccountSettings& account_settings, TokenSettings token_settings,
                unsigned error_percent)
      : Appliance{World(world_settings, kStart), Tokens(WithFixedToken(std::move(token_settings))),
                  Accounts(account_settings), Faults(1, error_percent)},
        api(api_settings, *this) {}

  static TokenSettings WithFixedToken(TokenSettings settings) {
    settings.fixed.emplace_back("fixed-token");
    return settings;
  }
};

}  // namespace cckm::simulator
