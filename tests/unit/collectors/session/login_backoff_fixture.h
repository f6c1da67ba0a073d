// A LoginBackoff with its file in a folder of its own, on a fake clock.

#pragma once

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "collectors/base/rfc3339.h"
#include "collectors/session/login_backoff.h"
#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/temporary_folder.h"

namespace cckm {

using Permission = LoginBackoff::Permission;

class LoginBackoffTest : public testing::Test {
 protected:
  LoginBackoffTest() { Start(); }

  // As the process does at its start.
  void Start() {
    backoff_.reset();
    backoff_ = std::make_unique<LoginBackoff>(file_, clock_, [this](const Error& complaint) {
      complaints_.push_back(complaint.message);
    });
  }

  Permission Begin() { return backoff_->Begin(account_).permission; }

  // One attempt with the wrong password; false if it was not allowed.
  bool TryInVain() {
    if (Begin() != Permission::kGo) return false;
    backoff_->Rejected(account_);
    return true;
  }

  // How long nobody may log in, to the second; without a login.
  std::optional<Nanoseconds> HeldFor() {
    for (Nanoseconds passed(0); passed <= std::chrono::hours(3);
         passed += std::chrono::seconds(1)) {
      if (Begin() == Permission::kGo) {
        backoff_->Undecided(account_);
        return passed;
      }
      clock_.Advance(std::chrono::seconds(1));
    }
    return std::nullopt;
  }

  // Content of the back-off's file from another time or hand.
  void WriteFile(const std::string& content) { folder_.Replace("logins", content); }

  std::string LineFor(const std::string& count, const std::string& not_before) {
    return count + " " + not_before + " account none\n";
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  const std::filesystem::path file_ = folder_.File("logins");
  const LoginAccount account_{"account", folder_.Replace("password", "wrong-canary")};
  std::vector<std::string> complaints_;
  std::unique_ptr<LoginBackoff> backoff_;
};

}  // namespace cckm
