#include "tests/simulator/accounts.h"

#include <utility>

namespace cckm::simulator {
namespace {

bool Matches(std::string_view given, std::string_view expected) {
  return expected.empty() ? !given.empty() : given == expected;
}

}  // namespace

Accounts::Accounts(AccountSettings settings) : settings_(std::move(settings)) {}

bool Accounts::CheckPassword(std::string_view username, std::string_view password) {
  const std::lock_guard lock(mutex_);
  const bool right = Matches(username, settings_.username) && Matches(password, settings_.password);
  if (!Locked()) wrong_in_a_row_ = right ? 0 : wrong_in_a_row_ + 1;
  return right;
}

bool Accounts::KnowsClient(std::string_view client_id) const {
  const std::lock_guard lock(mutex_);
  return Matches(client_id, settings_.client_id);
}

bool Accounts::IsLocked() const {
  const std::lock_guard lock(mutex_);
  return Locked();
}

void Accounts::Unlock() {
  const std::lock_guard lock(mutex_);
  wrong_in_a_row_ = 0;
}

void Accounts::SetUsername(std::string_view username) {
  const std::lock_guard lock(mutex_);
  settings_.username = username;
}

void Accounts::SetPassword(std::string_view password) {
  const std::lock_guard lock(mutex_);
  settings_.password = password;
}

bool Accounts::Locked() const {
  return settings_.lock_after > 0 && wrong_in_a_row_ >= settings_.lock_after;
}

}  // namespace cckm::simulator
