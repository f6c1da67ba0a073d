// Passwords: how they are sent, checked and remembered, and what unknown clients can not do.

#include "exporter/web/access/basic_auth.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "exporter/web/access/bcrypt.h"
#include "tests/support/processes/eventually.h"
#include "tests/unit/exporter/web/server/http_server_fixture.h"

namespace cckm {
namespace {

using Verdict = BasicAuth::Verdict;

// Of "secret".
const std::string kHash = "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
const std::string kDearHash = "$2b$05" + kHash.substr(6);

struct HeaderCase {
  const char* header;
  const char* user;
  const char* password;
};

TEST(AuthorizationTest, ReadsTheBasicScheme) {
  for (const HeaderCase& c : {
           HeaderCase{"Basic YWxpY2U6c2VjcmV0", "alice", "secret"},
           HeaderCase{"bAsIC   YWxpY2U6c2VjcmV0", "alice", "secret"},
           HeaderCase{"Basic YTpiOmM=", "a", "b:c"},
           HeaderCase{"Basic Og==", "", ""},
       }) {
    const auto credentials = ParseBasicAuthorization(c.header);
    ASSERT_TRUE(credentials) << c.header;
    EXPECT_EQ(credentials->user, c.user);
    EXPECT_EQ(credentials->password.Reveal(), c.password);
  }
}

TEST(AuthorizationTest, TakesNothingElse) {
  for (const char* header :
       {"", "Basic", "Basic ", "BasicYTpi", "Bearer YTpi", "Basic YTp",
        "Basic YTpi=", "Basic =", "Basic ====", "Basic YTpi YTpi", "Basic YT\tpi",
        "Basic YTpiOmN=", "Basic YWxpY2U=", "Basic YT-_", "Digest a"}) {
    EXPECT_FALSE(ParseBasicAuthorization(header)) << header;
  }
}

TEST(BcryptTest, KnowsThePasswordOfAHash) {
  Bcrypt bcrypt;
  for (const char* kind : {"$2a", "$2b", "$2y"}) {
    const std::string hash = kind + kHash.substr(3);
    EXPECT_TRUE(bcrypt.Matches(Secret("secret"), hash)) << kind;
    EXPECT_FALSE(bcrypt.Matches(Secret("Secret"), hash)) << kind;
    EXPECT_FALSE(bcrypt.Matches(Secret(""), hash)) << kind;
  }
}

TEST(BcryptTest, DoesNotStopAtANulByteAndTakesAnyLength) {
  Bcrypt bcrypt;
  EXPECT_FALSE(bcrypt.Matches(Secret(std::string("secret\0", 7)), kHash));
  EXPECT_FALSE(bcrypt.Matches(Secret(std::string("secret\0x", 8)), kHash));
  EXPECT_FALSE(bcrypt.Matches(Secret(std::string(100'000, 'x')), kHash));
  EXPECT_TRUE(bcrypt.Matches(Secret("secret"), kHash)) << "and works on after that";
}

TEST(BcryptTest, NobodyHasTheDummyHash) {
  Bcrypt bcrypt;
  const std::string hash = DummyHash(kDearHash);
  EXPECT_EQ(hash.size(), kHash.size());
  EXPECT_TRUE(hash.starts_with("$2b$05$"));
  EXPECT_FALSE(bcrypt.Matches(Secret("secret"), hash));
}

// Counts the computations and can hold them up.
class BasicAuthTest : public ::testing::Test {
 protected:
  static std::string Header(const std::string& base64) { return "Basic " + base64; }

  Verdict Check(const std::string& base64, const std::string& peer = "192.0.2.1") {
    return auth_.Check(Header(base64), peer, users_);
  }

  static constexpr const char* kAliceSecret = "YWxpY2U6c2VjcmV0";
  static constexpr const char* kAliceWrong = "YWxpY2U6d3Jvbmc=";
  static constexpr const char* kEveSecret = "ZXZlOnNlY3JldA==";

  WebUsers users_ = {{"alice", kHash}, {"bob", kDearHash}};
  std::atomic<int> computations_ = 0;
  std::vector<std::string> hashes_;  // that were computed
  Bcrypt bcrypt_;
  BasicAuth auth_{[this](const Secret& password, const std::string& hash) {
    ++computations_;
    hashes_.push_back(hash);
    return bcrypt_.Matches(password, hash);
  }};
};

TEST_F(BasicAuthTest, LetsInWhoKnowsThePassword) {
  EXPECT_EQ(Check(kAliceSecret), Verdict::kWelcome);
  EXPECT_EQ(Check(kAliceWrong), Verdict::kRefused);
  EXPECT_EQ(Check(kEveSecret), Verdict::kRefused);
  EXPECT_EQ(Check("YWxpY2U6"), Verdict::kRefused) << "no password";
  EXPECT_EQ(Check("OnNlY3JldA=="), Verdict::kRefused) << "no user";
}

TEST_F(BasicAuthTest, ComputesNothingWithoutCredentials) {
  EXPECT_EQ(auth_.Check("", "192.0.2.1", users_), Verdict::kRefused);
  EXPECT_EQ(auth_.Check("Bearer x", "192.0.2.1", users_), Verdict::kRefused);
  EXPECT_EQ(computations_, 0);
}

TEST_F(BasicAuthTest, RemembersRightAndWrong) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Check(kAliceSecret), Verdict::kWelcome);
    EXPECT_EQ(Check(kAliceWrong), Verdict::kRefused);
    EXPECT_EQ(Check(kEveSecret), Verdict::kRefused);
  }
  EXPECT_EQ(computations_, 3);
}

TEST_F(BasicAuthTest, WorksAsHardForAnUnknownUserAsForTheDearest) {
  EXPECT_EQ(Check(kEveSecret), Verdict::kRefused);
  ASSERT_EQ(hashes_.size(), 1U);
  EXPECT_EQ(hashes_[0].substr(0, 7), kDearHash.substr(0, 7));
  users_.erase("bob");
  EXPECT_EQ(Check("bWFsbG9yeTp4"), Verdict::kRefused);
  EXPECT_EQ(hashes_[1].substr(0, 7), kHash.substr(0, 7));
}

TEST_F(BasicAuthTest, AnUnknownUserCostsNoMoreThanASecond) {
  std::string computed;
  BasicAuth auth([&](const Secret&, const std::string& hash) {
    computed = hash;
    return false;
  });
  users_["bob"] = "$2b$31" + kHash.substr(6);
  EXPECT_EQ(auth.Check(Header(kEveSecret), "192.0.2.1", users_), Verdict::kRefused);
  EXPECT_TRUE(computed.starts_with("$2b$14$")) << computed;
}

TEST_F(BasicAuthTest, AnUnknownUserStaysOutWhateverTheComputationSays) {
  BasicAuth gullible([](const Secret&, const std::string&) { return true; });
  EXPECT_EQ(gullible.Check(Header(kEveSecret), "192.0.2.1", users_), Verdict::kRefused);
  EXPECT_EQ(gullible.Check(Header(kAliceWrong), "192.0.2.1", users_), Verdict::kWelcome);
}

TEST_F(BasicAuthTest, AComputationThatFailsLetsNobodyIn) {
  BasicAuth failing([](const Secret&, const std::string&) -> bool { throw std::bad_alloc(); });
  EXPECT_EQ(failing.Check(Header(kAliceSecret), "192.0.2.1", users_), Verdict::kRefused);
  EXPECT_EQ(failing.Check(Header(kAliceWrong), "192.0.2.1", users_), Verdict::kRefused);
}

TEST_F(BasicAuthTest, AsksAgainWhereTheHashWasChangedOrTheUserWent) {
  EXPECT_EQ(Check(kAliceSecret), Verdict::kWelcome);
  users_["alice"] = DummyHash(kHash);
  EXPECT_EQ(Check(kAliceSecret), Verdict::kRefused);
  users_.erase("alice");
  EXPECT_EQ(Check(kAliceSecret), Verdict::kRefused);
  EXPECT_EQ(computations_, 3);
}

// If the parts were only joined by colons, user `a:b`, or a hash in the password, would do.
TEST_F(BasicAuthTest, NoOtherSplitOfTheSameTextIsTakenForWhatIsRemembered) {
  users_ = {{"a", kHash}, {"a:secret", kHash}};
  BasicAuth gullible(
      [](const Secret& password, const std::string&) { return password.Reveal() == "secret:x"; });
  EXPECT_EQ(gullible.Check("Basic YTpzZWNyZXQ6eA==", "192.0.2.1", users_), Verdict::kWelcome);
  users_ = {{"a:secret", kHash}};
  EXPECT_EQ(gullible.Check("Basic YTpzZWNyZXQ6eA==", "192.0.2.1", users_), Verdict::kRefused);
}

TEST(DigestMemoryTest, ForgetsTheOldestFirst) {
  DigestMemory memory(2);
  memory.Add({1});
  memory.Add({2});
  memory.Add({1});
  memory.Add({3});
  EXPECT_FALSE(memory.Holds({1}));
  EXPECT_TRUE(memory.Holds({2}));
  EXPECT_TRUE(memory.Holds({3}));
}

// A computation that ends when the test says so.
class HeldUpAuthTest : public ::testing::Test {
 protected:
  ~HeldUpAuthTest() override { go_on_.Set(); }

  // Asks in a thread of its own with a wrong password that nobody else has.
  void AskFrom(const std::string& peer, char password) {
    threads_.emplace_back([this, peer, header = Header(password)] {
      verdicts_[static_cast<std::size_t>(auth_.Check(header, peer, users_))]++;
    });
  }

  // Basic x:<password>
  static std::string Header(char password) {
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto byte = static_cast<unsigned char>(password);
    std::string text = "Basic eDp";
    return text.substr(0, 8) + std::string(1, kLetters[40U | (byte >> 6U)]) +
           std::string(1, kLetters[byte & 63U]);
  }

  const WebUsers users_ = {{"alice", kHash}};
  Event go_on_;
  std::atomic<int> computations_ = 0;
  std::atomic<int> at_once_ = 0;
  std::atomic<bool> was_more_than_one_at_once_ = false;
  std::array<std::atomic<int>, 3> verdicts_{};
  BasicAuth auth_{[this](const Secret& password, const std::string&) {
    if (++at_once_ > 1) was_more_than_one_at_once_ = true;
    ++computations_;
    if (password.Reveal() != "secret") go_on_.Wait();
    --at_once_;
    return password.Reveal() == "secret";
  }};
  std::vector<std::jthread> threads_;  // gone before what they use
};

TEST_F(HeldUpAuthTest, ComputesOneAtATimeAndTellsTheRestToComeAgain) {
  EXPECT_EQ(auth_.Check("Basic YWxpY2U6c2VjcmV0", "192.0.2.1", users_), Verdict::kWelcome);
  constexpr int kStrangers = 40;
  for (int i = 0; i < kStrangers; ++i) {
    AskFrom("198.51.100." + std::to_string(i % 20), static_cast<char>('A' + i));
  }
  const auto busy = [this] { return verdicts_[static_cast<std::size_t>(Verdict::kBusy)].load(); };
  const int most = static_cast<int>(BasicAuth::kMaxWaiting);
  ASSERT_TRUE(Eventually(kPatience, [&] { return busy() >= kStrangers - most; }));
  EXPECT_EQ(auth_.Check("Basic YWxpY2U6c2VjcmV0", "192.0.2.1", users_), Verdict::kWelcome)
      << "who was let in once does not wait";
  EXPECT_EQ(auth_.Check("Basic eDp4", "192.0.2.9", users_), Verdict::kBusy);
  go_on_.Set();
  threads_.clear();
  EXPECT_EQ(busy(), kStrangers - most);
  EXPECT_EQ(computations_, 1 + most);
  EXPECT_FALSE(was_more_than_one_at_once_);
}

TEST_F(HeldUpAuthTest, LeavesRoomForOthersWhereOneAddressAsksMuch) {
  constexpr int kOfOne = 12;
  for (int i = 0; i < kOfOne; ++i) AskFrom("198.51.100.7", static_cast<char>('A' + i));
  const int most = static_cast<int>(BasicAuth::kMaxWaitingOfAPeer);
  ASSERT_TRUE(Eventually(kPatience, [&] {
    return verdicts_[static_cast<std::size_t>(Verdict::kBusy)] >= kOfOne - most;
  }));
  std::jthread scraper([this] {
    EXPECT_EQ(auth_.Check("Basic YWxpY2U6c2VjcmV0", "192.0.2.1", users_), Verdict::kWelcome);
  });
  go_on_.Set();
  scraper.join();
}

// Wrong passwords of twenty addresses fill the queue; a scraper that nobody knows yet comes then.
TEST_F(HeldUpAuthTest, WhoHasNotGuessedGoesBeforeThoseWhoHaveAndTakesTheirPlace) {
  constexpr int kAddresses = 20;
  const auto address = [](int i) { return "198.51.100." + std::to_string(i); };
  std::vector<std::string> order;
  std::atomic<bool> is_held = false;
  Event held;
  BasicAuth auth([&](const Secret& password, const std::string&) {
    order.emplace_back(password.Reveal());
    if (is_held) held.Set();
    if (is_held) go_on_.Wait();
    return password.Reveal() == "secret";
  });
  for (int i = 0; i < kAddresses; ++i) {
    EXPECT_EQ(auth.Check(Header(static_cast<char>('A' + i)), address(i), users_),
              Verdict::kRefused);
  }
  is_held = true;
  std::atomic<int> refused = 0;
  std::atomic<int> busy = 0;
  std::vector<std::jthread> guessers;
  const std::shared_ptr<void> let_go(nullptr, [this](void*) { go_on_.Set(); });  // whatever fails
  for (int i = 0; i < 3 * kAddresses; ++i) {
    guessers.emplace_back([&, i] {
      const auto verdict =
          auth.Check(Header(static_cast<char>(128 + i)), address(i % kAddresses), users_);
      ++(verdict == Verdict::kBusy ? busy : refused);
    });
  }
  const int most = static_cast<int>(BasicAuth::kMaxWaiting);
  ASSERT_TRUE(Eventually(kPatience, [&] { return busy >= 3 * kAddresses - most; }));
  ASSERT_TRUE(held.Wait());
  std::jthread scraper([&] {
    EXPECT_EQ(auth.Check("Basic YWxpY2U6c2VjcmV0", "192.0.2.1", users_), Verdict::kWelcome);
  });
  ASSERT_TRUE(Eventually(kPatience, [&] { return busy >= 3 * kAddresses - most + 1; }))
      << "the scraper takes a place";
  go_on_.Set();
  scraper.join();
  guessers.clear();
  EXPECT_EQ(order.at(kAddresses + 1), "secret") << "right after the one that was being checked";
  EXPECT_EQ(refused, most - 1);
}

TEST_F(HeldUpAuthTest, WhoAsksTheSameWaitsForTheSameAnswer) {
  constexpr int kMany = 50;
  for (int i = 0; i < kMany; ++i) AskFrom("198.51.100.7", 'A');
  go_on_.Set();
  threads_.clear();
  EXPECT_EQ(verdicts_[static_cast<std::size_t>(Verdict::kRefused)], kMany);
  EXPECT_EQ(computations_, 1);
}

}  // namespace
}  // namespace cckm
