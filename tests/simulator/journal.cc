#include "tests/simulator/journal.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace cckm::simulator {
namespace {

using Json = nlohmann::ordered_json;

// The fields of a login that are no secret.
constexpr std::array<std::string_view, 13> kPlainFields = {"grant_type",
                                                           "username",
                                                           "name",
                                                           "connection",
                                                           "domain",
                                                           "auth_domain",
                                                           "auth_domain_path",
                                                           "client_id",
                                                           "labels",
                                                           "cookies",
                                                           "renew_refresh_token",
                                                           "refresh_token_lifetime",
                                                           "refresh_token_revoke_unused_in"};

bool IsSecret(std::string_view field) { return field == "password" || field == "refresh_token"; }

Json GrantsOf(const std::map<std::string, std::uint64_t, std::less<>>& granted) {
  Json grants = {{"password", 0}, {"refresh_token", 0}, {"client_credential", 0}};
  for (const auto& [grant_type, count] : granted) grants[grant_type] = count;
  return grants;
}

}  // namespace

Journal::Visit Journal::Enter(bool login, bool first_of_connection) {
  const std::lock_guard lock(mutex_);
  ++requests_under_way_;
  if (login) ++logins_under_way_;
  if (first_of_connection) ++counts_.connections;
  counts_.most_requests_at_once = std::max(counts_.most_requests_at_once, requests_under_way_);
  counts_.most_logins_at_once = std::max(counts_.most_logins_at_once, logins_under_way_);
  return Visit(*this, login);
}

void Journal::Leave(bool login) {
  const std::lock_guard lock(mutex_);
  --requests_under_way_;
  if (login) --logins_under_way_;
}

void Journal::NoteAnswer(int status) {
  const std::lock_guard lock(mutex_);
  ++counts_.requests;
  if (status == 401) ++counts_.requests_answered_401;
}

void Journal::NoteFault() {
  const std::lock_guard lock(mutex_);
  ++counts_.faults;
}

void Journal::NoteExpiredToken() {
  const std::lock_guard lock(mutex_);
  ++counts_.requests_with_expired_token;
}

void Journal::NoteLoginGranted(std::string_view grant_type) {
  const std::lock_guard lock(mutex_);
  ++counts_.logins_granted[std::string(grant_type)];
}

void Journal::NoteLoginRejected() {
  const std::lock_guard lock(mutex_);
  ++counts_.logins_rejected;
}

void Journal::NoteLoginFields(std::string_view body) {
  Json kept = Json::object();
  const Json fields = Json::parse(body, nullptr, false);
  if (!fields.is_object()) return;
  for (const auto& [name, value] : fields.items()) {
    const bool plain = std::ranges::find(kPlainFields, name) != kPlainFields.end();
    if (!IsSecret(name)) kept[name] = plain ? value : Json("(not shown)");
  }
  const std::lock_guard lock(mutex_);
  counts_.last_login = kept.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Journal::Render() const {
  const std::lock_guard lock(mutex_);
  const Json journal = {{"logins_granted", GrantsOf(counts_.logins_granted)},
                        {"logins_rejected", counts_.logins_rejected},
                        {"most_logins_at_once", counts_.most_logins_at_once},
                        {"requests", counts_.requests},
                        {"requests_answered_401", counts_.requests_answered_401},
                        {"requests_with_expired_token", counts_.requests_with_expired_token},
                        {"most_requests_at_once", counts_.most_requests_at_once},
                        {"connections", counts_.connections},
                        {"faults", counts_.faults},
                        {"last_login", Json::parse(counts_.last_login)}};
  return journal.dump();
}

void Journal::Clear() {
  const std::lock_guard lock(mutex_);
  counts_ = {};
  counts_.most_requests_at_once = requests_under_way_;
  counts_.most_logins_at_once = logins_under_way_;
}

}  // namespace cckm::simulator
