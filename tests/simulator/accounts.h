// Who may log in: one user and one client, and the lock after too many wrong passwords.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace cckm::simulator {

struct AccountSettings {
  std::string username;     // empty: any user name that is not empty
  std::string password;     // empty: any password that is not empty
  std::string client_id;    // empty: any client ID that is not empty
  unsigned lock_after = 0;  // wrong passwords in a row; 0: never locks
};

class Accounts {
 public:
  explicit Accounts(AccountSettings settings);

  // Whether both are right.  Counts towards the lock, unless it is locked already.
  bool CheckPassword(std::string_view username, std::string_view password);

  bool KnowsClient(std::string_view client_id) const;

  // After too many wrong passwords, until Unlock().
  bool IsLocked() const;
  void Unlock();

  // Empty: any.  Neither unlocks.
  void SetUsername(std::string_view username);
  void SetPassword(std::string_view password);

 private:
  bool Locked() const;

  mutable std::mutex mutex_;
  // Below this line guarded by mutex_.
  AccountSettings settings_;
  unsigned wrong_in_a_row_ = 0;
};

}  // namespace cckm::simulator
