// The simulated appliance's logins and bearer tokens.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/simulator/family_world.h"

namespace cckm::simulator {

struct TokenSettings {
  std::uint64_t seed = 1;
  std::chrono::seconds lifetime = std::chrono::seconds(300);
  std::vector<std::string> fixed;  // bearer tokens that never expire
  std::string username;            // empty: any user name that is not empty
  std::string password;            // empty: any password that is not empty
};

// What a successful login grants.
struct Grant {
  std::string jwt;
  std::string client_id;
  std::string refresh_token;
  std::chrono::seconds duration;
  std::chrono::seconds refresh_token_expires_in;
};

class Tokens {
 public:
  explicit Tokens(TokenSettings settings);

  // Nothing for a wrong user name or password.
  std::optional<Grant> LogIn(std::string_view username, std::string_view password, TimePoint now);

  // A new JWT for a refresh token, which stays the same.  Nothing for one that is unknown or
  // expired.
  std::optional<Grant> Renew(std::string_view refresh_token, TimePoint now);

  // What is wrong with the value of an Authorization header, as the API words it; nothing if it is
  // good.
  std::optional<std::string> Refuse(std::string_view authorization, TimePoint now) const;

  // Forgets every granted token; the fixed ones stay.
  void ExpireAll();

 private:
  struct Session {
    std::string client_id;
    TimePoint expires_at;
  };
  template <typename Value>
  using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

  Grant Issue(const std::string& refresh_token, const Session& session, TimePoint now);
  void ForgetOld(TimePoint now);

  const TokenSettings settings_;
  mutable std::mutex mutex_;
  // Below this line guarded by mutex_.
  std::uint64_t issued_ = 0;
  TextMap<TimePoint> jwts_;    // and when each expires
  TextMap<Session> sessions_;  // by refresh token
};

}  // namespace cckm::simulator
