// A LoginTokenSource whose target has several addresses.

#include "tests/unit/collectors/session/login_token_source_fixture.h"

namespace cckm {
namespace {

using std::chrono::seconds;

HttpResult GrantedBy(std::size_t address, const std::string& grant) {
  HttpResult result = Answered(200, grant);
  result.address = address;
  return result;
}

TEST_F(LoginTokenSourceTest, ATokenThatAnotherAddressRefusesIsKeptForItsOwn) {
  LogIn(GrantedBy(0, GrantWithRefresh("token-a", "refresh-a")));
  const TokenPointer first = Current();
  source_->UseAddress(1);
  EXPECT_EQ(Seen(), "token-a") << "it may be taken";
  EXPECT_TRUE(source_->Refused(first, false));
  EXPECT_EQ(Seen(), "wait");
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(source_->Refused(first, i % 2 == 0)) << "sent before";
  LogIn(GrantedBy(1, Grant("token-b")));
  const TokenPointer second = Current();
  for (int turn = 0; turn < 10; ++turn) {
    source_->UseAddress(0);
    EXPECT_EQ(Seen(), "token-a");
    EXPECT_EQ(NextBody(), "none");
    source_->UseAddress(1);
    EXPECT_EQ(Current(), second);
    EXPECT_EQ(NextBody(), "none");
  }
}

TEST_F(LoginTokenSourceTest, AKeptTokenThatHasExpiredIsNotTaken) {
  LogIn(GrantedBy(0, Grant("token-a")));
  source_->UseAddress(1);
  source_->Refused(Current(), false);
  clock_.Advance(seconds(200));
  LogIn(GrantedBy(1, Grant("token-b")));
  clock_.Advance(seconds(100));
  source_->UseAddress(0);
  EXPECT_EQ(Seen(), "token-b");
  EXPECT_TRUE(source_->Refused(Current(), false));
  EXPECT_EQ(Seen(), "wait");
}

TEST_F(LoginTokenSourceTest, AKeptTokenThatItsOwnAddressRefusesIsDropped) {
  LogIn(GrantedBy(0, Grant("token-a")));
  source_->UseAddress(1);
  source_->Refused(Current(), false);
  LogIn(GrantedBy(1, Grant("token-b")));
  source_->UseAddress(0);
  EXPECT_TRUE(source_->Refused(Current(), false));
  EXPECT_EQ(Seen(), "wait");
  LogIn(GrantedBy(0, Grant("token-c")));
  EXPECT_EQ(Seen(), "token-c");
}

TEST_F(LoginTokenSourceTest, AKeptTokenIsShownToNobody) {
  LogIn(GrantedBy(0, GrantWithRefresh("eyJhbGci-kept-token", "kept-refresh-token")));
  source_->UseAddress(1);
  source_->Refused(Current(), false);
  LogIn(GrantedBy(1, GrantWithRefresh("eyJhbGci-new-token", "new-refresh-token")));
  for (const char* secret : {"eyJhbGci-kept-token", "kept-refresh-token", "eyJhbGci-new-token"}) {
    std::string text = std::string("it said ") + secret + " again";
    EXPECT_TRUE(source_->AppearsIn(text)) << secret;
    source_->Redact(text);
    EXPECT_EQ(text.find(secret), std::string::npos) << text;
  }
}

TEST_F(LoginTokenSourceTest, WhereTheAddressInUseTakesNoTokenOfAnotherLoginsBecomeRare) {
  LogIn(GrantedBy(1, Grant("token-1")));
  int logins = 1;
  for (int second = 0; second < 600; ++second) {
    for (int request = 0; request < 20; ++request) {
      if (!source_->Refused(Current(), false)) continue;
      LogIn(GrantedBy(1, Grant("token-" + std::to_string(++logins))));
      EXPECT_FALSE(source_->Refused(Current(), true)) << "a repetition is not repeated";
    }
    clock_.Advance(seconds(1));
  }
  EXPECT_LE(logins, 12);
  EXPECT_GE(logins, 3) << "it is tried again";
}

TEST_F(LoginTokenSourceTest, ARejectionHoldsAtEveryAddressOfTheCluster) {
  LoginPlan cluster = PlanWithPassword();
  cluster.appliance = "https://cm1";
  cluster.other_urls = {"https://cm2:443/", "https://cm3"};
  const auto first = MakeWith(cluster);
  ASSERT_TRUE(NextBody(*first).starts_with('{'));
  LoginPlan one = PlanWithPassword();
  one.appliance = "https://CM3";
  const auto other = MakeWith(one);
  EXPECT_EQ(NextBody(*other), "none") << "one login of an account at a time";
  first->OnLoginAnswer(Answered(401, "{}"));
  clock_.Advance(seconds(2));
  EXPECT_EQ(NextBody(*other), "none");
  std::swap(cluster.appliance, cluster.other_urls.front());
  const auto in_another_order = MakeWith(cluster);
  EXPECT_EQ(NextBody(*in_another_order), "none");
  one.appliance = "https://cm4";
  EXPECT_TRUE(NextBody(*MakeWith(one)).starts_with('{'));
  clock_.Advance(std::chrono::minutes(5));
  LogIn(Answered(401, "{}"));  // of another appliance
  ASSERT_TRUE(NextBody(*other).starts_with('{'));
  other->OnLoginAnswer(Answered(200, Grant("token")));
}

}  // namespace
}  // namespace cckm
