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

#include <tl/expected.hpp>

#include "tests/simulator/family_world.h"

namespace cckm::simulator {

struct TokenSettings {
  std::uint64_t seed = 1;
  std::chrono::seconds lifetime = std::chrono::seconds(300);
  // The documented example grants 1799 s.
  std::chrono::seconds refresh_token_lifetime = std::chrono::seconds(1799);
  bool refresh_tokens = true;  // whether any is granted
  bool per_node = false;       // a node takes no token that another one granted
  // Bearer tokens that never expire, of the first tenancy domain and every node.
  std::vector<std::string> fixed = {};
};

// What a successful login grants.
struct Grant {
  std::string jwt;
  std::string client_id;
  std::string refresh_token;  // empty: none was granted
  std::chrono::seconds duration;
  std::chrono::seconds refresh_token_expires_in;
};

// Whether a session gets a refresh token, where they are granted at all.
enum class Renewable { kNo, kYes };

// What a session is of.
struct TokenScope {
  std::size_t tenancy = 0;  // index of its domain
  std::size_t node = 0;     // that granted it
};

// What is wrong with an Authorization header.
struct BadToken {
  std::string message;  // as the API words it
  bool expired;         // it was good once
};

class Tokens {
 public:
  explicit Tokens(TokenSettings settings);

  // The tokens of a new session.
  Grant Open(TimePoint now, Renewable renewable, TokenScope scope = {});

  // A new JWT for a refresh token, which stays the same.  Nothing for one that is unknown or
  // expired.
  std::optional<Grant> Renew(std::string_view refresh_token, TimePoint now, std::size_t node = 0);

  // The index of the tenancy domain that the value of the Authorization header, sent to the node,
  // is good for.
  tl::expected<std::size_t, BadToken> Check(std::string_view authorization, TimePoint now,
                                            std::size_t node = 0) const;

  // Forgets every granted token; the fixed ones stay.
  void ExpireAll();

 private:
  struct Session {
    std::string client_id;
    TimePoint expires_at;
    TokenScope scope;
  };
  struct Granted {
    TimePoint expires_at;
    TokenScope scope;
  };
  template <typename Value>
  using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

  Grant Issue(const std::string& refresh_token, const Session& session, TimePoint now);
  void ForgetOld(TimePoint now);
  bool IsForeign(const TokenScope& scope, std::size_t node) const;

  const TokenSettings settings_;
  mutable std::mutex mutex_;
  // Below this line guarded by mutex_.
  std::uint64_t issued_ = 0;
  TextMap<Granted> jwts_;
  TextMap<Session> sessions_;  // by refresh token
};

}  // namespace cckm::simulator
