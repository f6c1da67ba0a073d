#include "tests/simulator/tokens.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "tests/simulator/random.h"

namespace cckm::simulator {
namespace {

// How long an expired token is still known as such.
constexpr std::chrono::minutes kMemory(10);

std::string Base64Url(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t held = 0;
  unsigned held_bits = 0;
  for (const char byte : bytes) {
    held = (held << 8) | static_cast<unsigned char>(byte);
    held_bits += 8;
    for (; held_bits >= 6; held_bits -= 6) text += kAlphabet[(held >> (held_bits - 6)) & 63U];
  }
  if (held_bits > 0) text += kAlphabet[(held << (6 - held_bits)) & 63U];
  return text;
}

std::string MakeJwt(Random& random, TimePoint now, TimePoint expires_at) {
  const auto seconds = [](TimePoint time) {
    return std::to_string(
        std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
  };
  const std::string claims = R"({"sub":"local|)" + random.Uuid() +
                             R"(","iss":"kylo","preferred_username":"simulated","jwtid":")" +
                             random.Uuid() + R"(","iat":)" + seconds(now) + R"(,"exp":)" +
                             seconds(expires_at) + "}";
  // A signature's form only: nobody has a key to check it with.
  return Base64Url(R"({"alg":"HS256","typ":"JWT"})") + '.' + Base64Url(claims) + '.' +
         random.Token(43);
}

// The token of a Bearer credential (RFC 6750), nothing for any other scheme.
std::optional<std::string_view> BearerOf(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view scheme = authorization.substr(0, kScheme.size());
  const bool bearer = std::ranges::equal(scheme, kScheme, [](char given, char expected) {
    return std::tolower(static_cast<unsigned char>(given)) == expected;
  });
  if (!bearer) return std::nullopt;
  return authorization.substr(kScheme.size());
}

}  // namespace

Tokens::Tokens(TokenSettings settings) : settings_(std::move(settings)) {}

Grant Tokens::Open(TimePoint now, Renewable renewable, TokenScope scope) {
  const std::lock_guard lock(mutex_);
  ForgetOld(now);
  Random random(settings_.seed, "session", issued_);
  std::string refresh_token = random.Token(64);
  const Session session = {random.Uuid(), now + settings_.refresh_token_lifetime, scope};
  if (renewable == Renewable::kYes && settings_.refresh_tokens) {
    sessions_.emplace(refresh_token, session);
  } else {
    refresh_token.clear();
  }
  return Issue(refresh_token, session, now);
}

std::optional<Grant> Tokens::Renew(std::string_view refresh_token, TimePoint now,
                                   std::size_t node) {
  const std::lock_guard lock(mutex_);
  ForgetOld(now);
  const auto found = sessions_.find(refresh_token);
  if (found == sessions_.end() || IsForeign(found->second.scope, node)) return std::nullopt;
  return Issue(found->first, found->second, now);
}

tl::expected<std::size_t, BadToken> Tokens::Check(std::string_view authorization, TimePoint now,
                                                  std::size_t node) const {
  const auto token = BearerOf(authorization);
  if (!token) return tl::unexpected(BadToken{"No bearer token", false});
  if (std::ranges::find(settings_.fixed, *token) != settings_.fixed.end()) return 0;
  const std::lock_guard lock(mutex_);
  const auto found = jwts_.find(*token);
  if (found == jwts_.end() || IsForeign(found->second.scope, node)) {
    return tl::unexpected(BadToken{"Invalid token", false});
  }
  const auto& [expires_at, scope] = found->second;
  if (now < expires_at) return scope.tenancy;
  const auto age = std::chrono::floor<std::chrono::seconds>(now - expires_at);
  return tl::unexpected(BadToken{
      "Bearer token malformed: Token is expired by " + std::to_string(age.count()) + "s", true});
}

void Tokens::ExpireAll() {
  const std::lock_guard lock(mutex_);
  jwts_.clear();
  sessions_.clear();
}

Grant Tokens::Issue(const std::string& refresh_token, const Session& session, TimePoint now) {
  Random random(settings_.seed, "token", issued_++);
  const TimePoint expires_at = now + settings_.lifetime;
  Grant grant{MakeJwt(random, now, expires_at), session.client_id, refresh_token,
              settings_.lifetime,
              std::chrono::floor<std::chrono::seconds>(session.expires_at - now)};
  jwts_.emplace(grant.jwt, Granted{expires_at, session.scope});
  return grant;
}

void Tokens::ForgetOld(TimePoint now) {
  std::erase_if(jwts_, [&](const auto& entry) { return entry.second.expires_at + kMemory <= now; });
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.expires_at <= now; });
}

bool Tokens::IsForeign(const TokenScope& scope, std::size_t node) const {
  return settings_.per_node && scope.node != node;
}

}  // namespace cckm::simulator
