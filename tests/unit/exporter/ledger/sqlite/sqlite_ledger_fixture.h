// A ledger in a folder of its own, and what it holds as text.
//
// For tests.  Thread-safety: none.

#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/ledger/sqlite/sqlite_ledger.h"
#include "tests/support/fakes/config_folder.h"
#include "tests/support/fakes/fake_clock.h"

namespace cckm {

using Answers = std::vector<bool>;

inline const Family& Dsm() { return *FindFamily("dsm"); }

// Created at FakeClock::kStart + `created`, and completed `took` later.
Refresh MakeRefresh(std::string id, std::vector<DomainRefresh> domains,
                    Nanoseconds took = std::chrono::seconds(10), Nanoseconds created = {});

// `count` refreshes of the domains d1 to d4, named after `prefix`, a second apart.
std::vector<Refresh> MakeRefreshes(const std::string& prefix, int count);

// What a poller hands over of a refresh, which is final if it is finished.
RefreshAnswer FinalAnswer(Refresh refresh);

// Commits to the collector dsm of the target cm, and returns which were counted now; empty where
// that fails.
Answers Commit(Ledger& ledger, const std::vector<Refresh>& refreshes, bool counts = true);
Answers CommitTo(Ledger& ledger, std::string_view target, const Family& family,
                 const std::vector<Refresh>& refreshes, bool counts = true);

// That every refresh may go, and that every domain is needed.
Unneeded NoneListed();

// Everything: sums to the last bit.
std::string TextFor(const CollectorMemory& memory);
// Everything that the ledger holds of dsm of cm.
std::string HeldText(const Ledger& ledger);
// The ids of what it holds and is wanted, in the order of the answer: "r1 r2".
std::string IdsOf(const Ledger& ledger, const WantedRefreshes& wanted);

// What a killed process leaves; what is empty is not there.
struct LedgerBytes {
  std::string file;
  std::string ahead;
  std::string mark;
};

class LedgerFolder {
 public:
  const FakeClock& clock() const { return clock_; }
  FakeClock& clock() { return clock_; }
  std::filesystem::path path() const { return folder_.File("data"); }
  std::filesystem::path file() const { return path() / "ledger.sqlite"; }
  std::filesystem::path log_file() const { return path() / "ledger.sqlite-wal"; }
  std::filesystem::path mark_file() const { return path() / "ledger.sqlite-commits"; }

  auto TryOpen(const SqliteLedgerOptions& options = {}) const {
    return SqliteLedger::Open(path(), bounds_, options, clock_);
  }
  // Null, and a failure of the test, where that fails.
  std::unique_ptr<SqliteLedger> Open(const SqliteLedgerOptions& options = {}) const;
  std::unique_ptr<SqliteLedger> OpenWith(const BucketBounds& bounds) const;

  // Puts `bytes` where the file is.
  void Write(std::string_view bytes) const;

  // As a process leaves it that is killed now, and putting that in the place of what is there.
  LedgerBytes Read() const;
  void Write(const LedgerBytes& bytes) const;

 private:
  ConfigFolder folder_;
  // What the tests make lies in the past.
  FakeClock clock_{FakeClock::kStart + std::chrono::hours(24 * 366)};
  BucketBounds bounds_{{1, 5, 10, 60, 3600}};
};

std::string ReadBytes(const std::filesystem::path& file);
void WriteBytes(const std::filesystem::path& file, std::string_view bytes);

}  // namespace cckm
