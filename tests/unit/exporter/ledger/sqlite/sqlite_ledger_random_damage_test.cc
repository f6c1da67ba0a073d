// Ledgers that were damaged at random: flipped bits, pages that are lost, doubled, exchanged or put
// back from an older copy, and the same for what is written ahead; or the number of commits beside
// it is damaged.  Each is refused as damaged, or counts as it did.
//
// A hundred of them by default.  CCKM_DAMAGED_LEDGERS=10000 in the environment makes as many;
// CCKM_DAMAGE_SEED=7 begins with another seed.  A failure tells the seed of its ledger.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/unit/exporter/ledger/sqlite/sqlite_fault_disk.h"
#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

namespace cckm {
namespace {

constexpr std::size_t kPage = 4'096;
constexpr std::size_t kFrame = kPage + 24;  // of what is written ahead, after 32 bytes

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::size_t Below(std::size_t limit) { return random_() % std::max<std::size_t>(limit, 1); }

 private:
  std::mt19937_64 random_;
};

std::size_t PieceAt(std::size_t piece, std::size_t size, std::size_t offset) {
  return offset + piece * size;
}

// Damages `bytes`, which consist of pieces of `size` after `offset`; `older` are older ones.
void Damage(std::string& bytes, const std::string& older, std::size_t size, std::size_t offset,
            Dice& dice) {
  if (bytes.size() < offset + size) return;
  const std::size_t pieces = (bytes.size() - offset) / size;
  const std::size_t at = PieceAt(dice.Below(pieces), size, offset);
  const std::size_t other = PieceAt(dice.Below(pieces), size, offset);
  switch (dice.Below(7)) {
    case 0:  // bits
      for (std::size_t left = 1 + dice.Below(3); left > 0; --left) {
        char& byte = bytes[dice.Below(bytes.size())];
        byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << dice.Below(8)));
      }
      return;
    case 1:  // a lost piece
      bytes.replace(at, size, size, '\0');
      return;
    case 2:  // a lost piece that the others take the place of
      bytes.erase(at, size);
      return;
    case 3:  // a doubled piece
      bytes.replace(at, size, bytes.substr(other, size));
      return;
    case 4: {  // exchanged pieces
      const std::string first = bytes.substr(at, size);
      bytes.replace(at, size, bytes.substr(other, size));
      bytes.replace(other, size, first);
      return;
    }
    case 5:  // an older piece
      if (older.size() >= at + size) bytes.replace(at, size, older.substr(at, size));
      return;
    default:  // cut
      bytes.resize(dice.Below(bytes.size()));
  }
}

// Commits some refreshes of many domains, and meets a domain.
void Grow(Ledger& ledger, int stage) {
  std::vector<Refresh> refreshes;
  for (int number = stage * 20; number < (stage + 1) * 20; ++number) {
    const auto status = number % 3 == 0 ? DomainStatus::kFailed : DomainStatus::kCompleted;
    std::vector<DomainRefresh> domains;
    for (int domain = 0; domain < 12; ++domain) {
      domains.push_back({"domain-" + std::to_string((number + domain) % 40), status, ""});
    }
    refreshes.push_back(MakeRefresh("refresh-" + std::to_string(number), std::move(domains),
                                    std::chrono::milliseconds(1 + 700 * number),
                                    std::chrono::seconds(number)));
  }
  Commit(ledger, refreshes);
  const std::vector<MetDomain> met = {
      {"met-" + std::to_string(stage), FakeClock::kStart, stage % 2 == 0}};
  EXPECT_TRUE(ledger.Meet("cm", Dsm(), met));
}

class SqliteLedgerRandomDamageTest : public ::testing::Test {
 protected:
  static constexpr int kClosedStages = 5;
  static constexpr int kStages = 10;

  // Ledgers that were closed after each stage, and some of a process that was killed later.
  SqliteLedgerRandomDamageTest() {
    for (int stage = 0; stage < kClosedStages; ++stage) {
      const auto ledger = folder_.Open({.max_refreshes = 60});
      Grow(*ledger, stage);
      MeetAndForget(*ledger, "gone-" + std::to_string(stage));
      EXPECT_TRUE(ledger->Forget("cm", Dsm(), folder_.clock().Now(), NoneListed()));
      held_when_closed_ = HeldText(*ledger);
      if (stage > 0) closed_.push_back(ReadBytes(folder_.file()));
    }
    closed_.push_back(ReadBytes(folder_.file()));
    for (const int checkpoint_pages : {1'000, 40}) {
      folder_.Write(closed_.back());
      const auto ledger = folder_.Open({.checkpoint_pages = checkpoint_pages});
      for (int stage = kClosedStages; stage < kStages; ++stage) Grow(*ledger, stage);
      held_when_killed_ = HeldText(*ledger);
      killed_.push_back(folder_.Read());
    }
  }

  void MeetAndForget(Ledger& ledger, const std::string& domain_id) {
    const std::vector<MetDomain> met = {{domain_id, FakeClock::kStart, false}};
    EXPECT_TRUE(ledger.Meet("cm", Dsm(), met));
    EXPECT_EQ(ledger.ForgetDomains("cm", Dsm(), folder_.clock().Now(),
                                   [&](auto id) { return id == domain_id; }),
              std::vector<std::string>{domain_id});
  }

  // That a ledger is refused as damaged, or holds what it should, and counts right from there on.
  void ExpectRefusedOrRight(const LedgerBytes& bytes, const std::string& held, int stages) {
    const LedgerFolder damaged;
    damaged.Write(bytes);
    auto ledger = damaged.TryOpen();
    if (!ledger) {
      ++refused_;
      EXPECT_EQ(ledger.error().kind, LedgerOpenFailure::Kind::kUnusable) << ledger.error().message;
      return;
    }
    ++opened_;
    EXPECT_TRUE(HeldText(**ledger) == held);
    for (int stage = 0; stage < stages; ++stage) Grow(**ledger, stage);
    EXPECT_TRUE(HeldText(**ledger) == held);
    ledger->reset();
    EXPECT_TRUE(HeldText(*damaged.Open()) == held);
  }

  void DamageAClosedOne(Dice& dice) {
    LedgerBytes bytes{.file = closed_.back(), .ahead = {}, .mark = {}};
    Damage(bytes.file, closed_[dice.Below(closed_.size() - 1)], kPage, 0, dice);
    ExpectRefusedOrRight(bytes, held_when_closed_, kClosedStages);
  }

  void DamageAKilledOne(Dice& dice) {
    const std::size_t which = dice.Below(killed_.size());
    LedgerBytes bytes = killed_[which];
    const std::size_t kind = dice.Below(8);
    if (kind == 0) {
      Damage(bytes.mark, "", bytes.mark.size(), 0, dice);
    } else if (kind == 1) {
      bytes.ahead.clear();
    } else if (kind < 4) {
      Damage(bytes.file, closed_[dice.Below(closed_.size())], kPage, 0, dice);
    } else {
      Damage(bytes.ahead, killed_[1 - which].ahead, kFrame, 32, dice);
    }
    ExpectRefusedOrRight(bytes, held_when_killed_, kStages);
  }

  FaultDisk quick_disk_;
  const LedgerFolder folder_;
  std::vector<std::string> closed_;
  std::vector<LedgerBytes> killed_;
  std::string held_when_closed_;
  std::string held_when_killed_;
  int refused_ = 0;
  int opened_ = 0;
};

TEST_F(SqliteLedgerRandomDamageTest, IsRefusedOrCountsRight) {
  const std::uint64_t first = FromEnvironment("CCKM_DAMAGE_SEED", 1);
  const std::uint64_t ledgers = FromEnvironment("CCKM_DAMAGED_LEDGERS", 100);
  for (std::uint64_t seed = first; seed < first + ledgers; ++seed) {
    SCOPED_TRACE("CCKM_DAMAGE_SEED=" + std::to_string(seed));
    Dice dice(seed);
    dice.Below(2) == 0 ? DamageAClosedOne(dice) : DamageAKilledOne(dice);
    if (HasFailure()) return;
  }
  EXPECT_GT(refused_, static_cast<int>(ledgers / 4));
  EXPECT_GT(opened_, 0);
  RecordProperty("refused", refused_);
  RecordProperty("opened", opened_);
}

TEST_F(SqliteLedgerRandomDamageTest, EveryPageOfAnOlderCopyIsNoticed) {
  const std::string& sound = closed_.back();
  int changed = 0;
  for (std::size_t older = 0; older + 1 < closed_.size(); ++older) {
    for (std::size_t at = 0; at + kPage <= std::min(sound.size(), closed_[older].size());
         at += kPage) {
      SCOPED_TRACE(at / kPage);
      std::string bytes = sound;
      bytes.replace(at, kPage, closed_[older].substr(at, kPage));
      if (bytes == sound) continue;
      ++changed;
      ExpectRefusedOrRight({.file = bytes, .ahead = {}, .mark = {}}, held_when_closed_,
                           kClosedStages);
    }
  }
  EXPECT_GT(changed, 30);
  EXPECT_GT(refused_, changed * 9 / 10) << "the first page has no counts";
}

}  // namespace
}  // namespace cckm
