#include "tests/simulator/accounts.h"

#include <gtest/gtest.h>

namespace cckm::simulator {
namespace {

AccountSettings Strict(unsigned lock_after = 0) {
  return {.username = "exporter", .password = "secret", .client_id = "c", .lock_after = lock_after};
}

TEST(AccountsTest, PasswordsAreCheckedAgainstWhatWasConfigured) {
  struct Case {
    std::string_view username;
    std::string_view password;
    bool any_accepts;
    bool strict_accepts;
  };
  const Case cases[] = {{"exporter", "secret", true, true},
                        {"exporter", "wrong", true, false},
                        {"wrong", "secret", true, false},
                        {"", "secret", false, false},
                        {"exporter", "", false, false}};
  Accounts any({});
  Accounts strict(Strict());
  for (const Case& row : cases) {
    EXPECT_EQ(any.CheckPassword(row.username, row.password), row.any_accepts);
    EXPECT_EQ(strict.CheckPassword(row.username, row.password), row.strict_accepts);
  }
  EXPECT_FALSE(strict.IsLocked());
}

TEST(AccountsTest, AClientIsKnownByItsId) {
  EXPECT_TRUE(Accounts({}).KnowsClient("anybody"));
  EXPECT_FALSE(Accounts({}).KnowsClient(""));
  EXPECT_TRUE(Accounts(Strict()).KnowsClient("c"));
  EXPECT_FALSE(Accounts(Strict()).KnowsClient("d"));
}

TEST(AccountsTest, WrongPasswordsInARowLockUntilItIsUnlocked) {
  Accounts accounts(Strict(3));
  for (const bool right : {false, false, true, false, false}) {
    EXPECT_EQ(accounts.CheckPassword("exporter", right ? "secret" : "guess"), right);
    EXPECT_FALSE(accounts.IsLocked());
  }
  accounts.CheckPassword("exporter", "guess");
  EXPECT_TRUE(accounts.IsLocked());
  accounts.CheckPassword("exporter", "secret");
  EXPECT_TRUE(accounts.IsLocked());
  accounts.Unlock();
  EXPECT_FALSE(accounts.IsLocked());
}

TEST(AccountsTest, UserAndPasswordCanChange) {
  Accounts accounts(Strict());
  accounts.SetPassword("new");
  EXPECT_FALSE(accounts.CheckPassword("exporter", "secret"));
  EXPECT_TRUE(accounts.CheckPassword("exporter", "new"));
  accounts.SetUsername("other");
  EXPECT_FALSE(accounts.CheckPassword("exporter", "new"));
  EXPECT_TRUE(accounts.CheckPassword("other", "new"));
}

}  // namespace
}  // namespace cckm::simulator
