// The durable ledger in a file that was damaged while nobody held it.

#include <gtest/gtest.h>

#include "tests/unit/exporter/ledger/sqlite/sqlite_fault_disk.h"
#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

namespace cckm {
namespace {

using Kind = LedgerOpenFailure::Kind;

// What decides on counters: the histograms and histories, without the refreshes.
std::string CountsOf(const Ledger& ledger) {
  const auto memory = ledger.Restore("cm", Dsm(), {});
  if (!memory) return memory.error().message;
  const std::string text = TextFor(*memory);
  return text.substr(0, text.find("\nr"));
}

class SqliteLedgerDamageTest : public ::testing::Test {
 protected:
  // 20 refreshes held and 5 forgotten.
  SqliteLedgerDamageTest() {
    const auto ledger = folder_.Open({.max_refreshes = 20});
    Commit(*ledger, refreshes_);
    EXPECT_TRUE(
        ledger->Forget("cm", Dsm(), FakeClock::kStart + std::chrono::hours(1'000), NoneListed()));
    counts_ = CountsOf(*ledger);
  }

  // That a ledger of these bytes is refused, or counts as it did.  Returns whether it is refused.
  bool IsRefusedOrRight(const std::string& bytes) const {
    folder_.Write(bytes);
    const auto ledger = folder_.TryOpen();
    if (!ledger) {
      EXPECT_EQ(ledger.error().kind, Kind::kUnusable) << ledger.error().message;
      return true;
    }
    EXPECT_EQ(CountsOf(**ledger), counts_);
    EXPECT_EQ(Commit(**ledger, refreshes_), Answers(refreshes_.size(), false));
    (void)HeldText(**ledger);
    return false;
  }

  FaultDisk quick_disk_;
  const LedgerFolder folder_;
  const std::vector<Refresh> refreshes_ = MakeRefreshes("refresh-", 25);
  std::string counts_;
};

TEST_F(SqliteLedgerDamageTest, AChangedByteIsNoticedOrMattersNot) {
  const std::string sound = ReadBytes(folder_.file());
  int refused = 0;
  for (std::size_t at = 0; at < sound.size(); ++at) {
    // A sample; pages are mostly room for more.
    if (at % (sound[at] == 0 ? 61 : 3) != 0) continue;
    SCOPED_TRACE(at);
    std::string damaged = sound;
    damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << at % 8));
    refused += IsRefusedOrRight(damaged) ? 1 : 0;
    if (HasFailure()) return;
  }
  EXPECT_GT(refused, 500);
}

TEST_F(SqliteLedgerDamageTest, ACutFileIsNoticed) {
  const std::string sound = ReadBytes(folder_.file());
  for (std::size_t size = 1; size < sound.size(); size += 100) {
    SCOPED_TRACE(size);
    EXPECT_TRUE(IsRefusedOrRight(sound.substr(0, size)));
  }
  EXPECT_FALSE(IsRefusedOrRight(sound));
}

TEST_F(SqliteLedgerDamageTest, AnOverwrittenPieceIsNoticedOrMattersNot) {
  const std::string sound = ReadBytes(folder_.file());
  for (const char filler : {'\0', '\xFF', 'r'}) {
    for (std::size_t at = 0; at + 512 <= sound.size(); at += 512) {
      SCOPED_TRACE(at);
      IsRefusedOrRight(std::string(sound).replace(at, 512, 512, filler));
    }
  }
}

// Entries of the index that do not point at its table any more: nothing else of the file changes.
TEST_F(SqliteLedgerDamageTest, AnIndexThatIsNotThatOfItsTableIsNoticed) {
  const std::string sound = ReadBytes(folder_.file());
  int flipped = 0;
  for (const Refresh& refresh : refreshes_) {
    // Its id is there as a key, in the index, and as a domain's newest refresh.
    for (std::size_t at = 0; (at = sound.find(refresh.id, at)) != std::string::npos; ++at) {
      SCOPED_TRACE(at);
      std::string damaged = sound;
      damaged[at] = 'R';
      flipped += IsRefusedOrRight(damaged) ? 1 : 0;
    }
  }
  EXPECT_GE(flipped, 40) << "twenty are held, in two places each";
}

TEST_F(SqliteLedgerDamageTest, DamageThatIsFoundWhileRunningFailsWhatMeetsItAndMayPass) {
  const LedgerFolder large;  // more than SQLite keeps in memory
  const std::vector<Refresh> many = MakeRefreshes(std::string(1'000, 'r'), 10'000);
  Commit(*large.Open(), many);
  const WantedRefreshes all{.refresh_ids = {}, .finished_since = WallTime::min()};
  const auto ledger = large.Open();
  quick_disk_.GarbleReads();
  EXPECT_EQ(Commit(*ledger, many), Answers{});
  const auto garbled = ledger->Restore("cm", Dsm(), all);
  ASSERT_FALSE(garbled);
  EXPECT_EQ(garbled.error().kind, LedgerFailure::Kind::kDamaged) << garbled.error().message;
  quick_disk_.Heal();
  EXPECT_EQ(Commit(*ledger, many), Answers(many.size(), false));
  EXPECT_EQ(Commit(*ledger, MakeRefreshes("s", 1)), Answers{true});
}

}  // namespace
}  // namespace cckm
