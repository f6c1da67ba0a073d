#include "exporter/ledger/sqlite/sqlite_ledger.h"

#include <algorithm>
#include <utility>

#include "exporter/ledger/sqlite/commit.h"
#include "exporter/ledger/sqlite/restore.h"
#include "exporter/ledger/sqlite/store.h"

namespace cckm {
namespace {

// Deleting so many takes well under a second.
constexpr std::int64_t kForgottenAtOnce = 2'000;

Result<void> End(StoreTransaction& transaction) {
  return transaction.Commit().map_error([](const SqliteFailure& failure) {
    return Error{ErrorKind::kInternal, "the ledger failed: " + failure.message};
  });
}

}  // namespace

tl::expected<std::unique_ptr<SqliteLedger>, LedgerOpenFailure> SqliteLedger::Open(
    const std::filesystem::path& folder, const BucketBounds& bounds,
    const SqliteLedgerOptions& options, const Clock& clock) {
  auto store = SqliteStore::Open(folder, bounds, options.checkpoint_pages, clock.Now());
  if (!store) return tl::make_unexpected(std::move(store.error()));
  return std::unique_ptr<SqliteLedger>(new SqliteLedger(std::move(*store), options, clock));
}

SqliteLedger::SqliteLedger(std::unique_ptr<SqliteStore> store, const SqliteLedgerOptions& options,
                           const Clock& clock)
    : options_(options),
      clock_(clock),
      store_(std::move(store)),
      refreshes_held_(store_->tally->Of(LedgerTable::kRefresh).rows) {}

SqliteLedger::~SqliteLedger() = default;

Result<void> SqliteLedger::Commit(std::string_view target, const Family& family,
                                  const CommitTime& time, std::span<RefreshAnswer> answers) {
  for (RefreshAnswer& answer : answers) answer.is_counted_now = false;
  if (std::ranges::none_of(answers, &RefreshAnswer::is_final)) return {};
  const MutexLock lock(mutex_);
  StoreTransaction transaction(*store_);
  SqliteCommit commit(*store_, target, family, clock_.Now());
  std::vector<RefreshAnswer*> counted;
  for (RefreshAnswer& answer : answers) {
    if (answer.is_final && commit.Add(answer, time)) counted.push_back(&answer);
  }
  commit.Finish();
  Spare(commit);
  if (auto done = End(transaction); !done) return done;
  refreshes_held_ += commit.stored();
  for (RefreshAnswer* answer : counted) answer->is_counted_now = true;
  return {};
}

Result<void> SqliteLedger::Meet(std::string_view target, const Family& family,
                                std::span<const MetDomain> met) {
  if (met.empty()) return {};
  const MutexLock lock(mutex_);
  StoreTransaction transaction(*store_);
  SqliteCommit commit(*store_, target, family, clock_.Now());
  for (const MetDomain& domain : met) commit.Meet(domain);
  commit.Finish();
  Spare(commit);
  return End(transaction);
}

Result<void> SqliteLedger::SetBaseline(std::string_view target, const Family& family,
                                       WallTime baseline) {
  const MutexLock lock(mutex_);
  StoreTransaction transaction(*store_);
  CollectorRow row = store_->collectors.FindOrMake(target, family.name, clock_.Now());
  if (!row.baseline) {
    row.baseline = baseline;
    store_->collectors.Store(row);
  }
  return End(transaction);
}

tl::expected<CollectorMemory, LedgerFailure> SqliteLedger::Restore(
    std::string_view target, const Family& family, const WantedRefreshes& wanted) const {
  const MutexLock lock(mutex_);
  SqliteTransaction transaction(*store_->connection, "BEGIN");
  CollectorMemory memory = RestoreCollector(*store_, target, family, wanted);
  if (const auto done = transaction.Commit(); !done) {
    const bool is_damaged = TellsDamage(done.error().code);
    return tl::make_unexpected(
        LedgerFailure{is_damaged ? LedgerFailure::Kind::kDamaged : LedgerFailure::Kind::kFailed,
                      done.error().message});
  }
  return memory;
}

Result<void> SqliteLedger::Forget(std::string_view target, const Family& family, WallTime now,
                                  const Unneeded& unneeded) {
  const MutexLock lock(mutex_);
  const std::int64_t excess = refreshes_held_ - options_.max_refreshes;
  if (excess <= 0) return {};
  StoreTransaction transaction(*store_);
  std::int64_t forgotten = 0;
  if (const auto collector = store_->collectors.Find(target, family.name)) {
    const auto newest = store_->domains.NewestRefreshes(collector->id, unneeded.domain);
    const auto may_go = [&](std::string_view id) {
      return !newest.contains(id) && unneeded.refresh(id);
    };
    const auto limit = static_cast<std::size_t>(std::min(excess, kForgottenAtOnce));
    for (const std::string& id :
         store_->refreshes.Oldest(collector->id, now - kAlwaysKept, limit, may_go)) {
      forgotten += store_->refreshes.Forget(collector->id, id) ? 1 : 0;
    }
  }
  if (auto done = End(transaction); !done) return done;
  refreshes_held_ -= forgotten;
  return {};
}

Result<std::vector<std::string>> SqliteLedger::ForgetDomains(
    std::string_view target, const Family& family, WallTime now,
    const std::function<bool(std::string_view domain_id)>& is_unneeded) {
  const MutexLock lock(mutex_);
  StoreTransaction transaction(*store_);
  std::vector<std::string> forgotten;
  if (const auto collector = store_->collectors.Find(target, family.name)) {
    forgotten = sweeps_[collector->id].GoOn(*store_, collector->id, now, is_unneeded);
  }
  if (const auto done = End(transaction); !done) {
    sweeps_.clear();  // what they read may have failed
    return tl::make_unexpected(done.error());
  }
  return forgotten;
}

// What was touched while a sweep is under way may be named by a refresh that it has passed.
void SqliteLedger::Spare(const SqliteCommit& commit) {
  const auto sweep = sweeps_.find(commit.collector());
  if (sweep != sweeps_.end()) commit.TellTouched(sweep->second);
}

}  // namespace cckm
