// The memory of what was counted: every finished refresh once.
//
// A finished refresh is committed here before it has an effect on any counter or histogram, and has
// its effect only if it was not here before.  The key is target name, family and refresh id.
// Thread-safety: every method may be called from any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/base/mutex.h"
#include "collectors/model/family.h"
#include "collectors/model/refresh_answer.h"
#include "exporter/history/collector_memory.h"
#include "exporter/history/history.h"

namespace cckm {

// When answers are committed.
struct CommitTime {
  WallTime now{};             // by our clock
  Nanoseconds clock_ahead{};  // how far the appliance's clock is ahead of ours, as it told last
};

// Which refreshes of a collector to read back: those of `refresh_ids`, those that finished at or
// after `finished_since`, and the newest finished one of every domain.
struct WantedRefreshes {
  std::span<const std::string> refresh_ids;
  std::optional<WallTime> finished_since;  // none: of the refreshes, those of refresh_ids only
};

// Why a ledger could not be opened.
struct LedgerOpenFailure {
  enum class Kind : std::uint8_t {
    kLocked,       // another process holds it
    kUnusable,     // it is damaged, of another kind, or written by a newer version
    kCannotWrite,  // the folder or the file cannot be made, read or written
  };
  Kind kind = Kind::kUnusable;
  std::string message;  // one sentence without a final dot: which file, what, and what to do
};

// Why a ledger could not give back what it holds.
struct LedgerFailure {
  enum class Kind : std::uint8_t {
    kDamaged,  // what is stored cannot be right
    kFailed,   // anything else, such as a disk that does not answer
  };
  Kind kind = Kind::kFailed;
  std::string message;  // one sentence without a final dot
};

// What is younger is never let go.  The appliance may have a refresh in its list for a while after
// this exporter saw it there last.
inline constexpr std::chrono::hours kAlwaysKept{7 * 24};

// What nobody needs any more of a collector.
struct Unneeded {
  // The appliance's complete list has it no more.
  std::function<bool(std::string_view refresh_id)> refresh;
  // It is not shown, and would not be if the exporter began anew.
  std::function<bool(std::string_view domain_id)> domain;
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  // Stores the refreshes of a collector's final answers that are not stored yet, and their effect
  // on its counters and histograms, and corrects what is held of the others, without any effect on
  // counters and histograms: all or none, and on disk when this returns.  Sets is_counted_now of
  // every answer.  Fails with kInternal if nothing could be stored, and then none counts; trying
  // again later is always allowed.
  [[nodiscard]] virtual Result<void> Commit(std::string_view target, const Family& family,
                                            const CommitTime& time,
                                            std::span<RefreshAnswer> answers) = 0;

  // Remembers that these domains are known, since when at the latest, and which of them were
  // listed; of what is remembered already, the earlier time and having been listed stay.
  [[nodiscard]] virtual Result<void> Meet(std::string_view target, const Family& family,
                                          std::span<const MetDomain> met) = 0;

  // Remembers when the collector's first discovery began, by the appliance's clock; what is
  // remembered already stays.
  [[nodiscard]] virtual Result<void> SetBaseline(std::string_view target, const Family& family,
                                                 WallTime baseline) = 0;

  // What is held of a collector; empty where it is unknown.
  [[nodiscard]] virtual tl::expected<CollectorMemory, LedgerFailure> Restore(
      std::string_view target, const Family& family, const WantedRefreshes& wanted) const = 0;

  // Lets go of unneeded refreshes of a collector, oldest first, as far as the ledger holds more
  // than it is meant to, if they finished more than a week before `now`.  Their effect stays, and
  // none of them is ever counted again.  The newest one of a domain stays as long as the domain is
  // needed.  Cheap while the ledger is not too full.
  [[nodiscard]] virtual Result<void> Forget(std::string_view target, const Family& family,
                                            WallTime now, const Unneeded& unneeded) = 0;

  // Lets go of domains of a collector that `is_unneeded` and that no refresh held names, if they
  // are known for more than a week at `now`, with their counters.  Returns their ids: of each call
  // only some, and mostly none.
  [[nodiscard]] virtual Result<std::vector<std::string>> ForgetDomains(
      std::string_view target, const Family& family, WallTime now,
      const std::function<bool(std::string_view domain_id)>& is_unneeded) = 0;
};

// A ledger that lives as long as the process: it knows what was counted, and nobody starts again
// from it.
class MemoryLedger final : public Ledger {
 public:
  // `bounds` outlives this.
  explicit MemoryLedger(const BucketBounds& bounds) : bounds_(bounds) {}

  Result<void> Commit(std::string_view target, const Family& family, const CommitTime& time,
                      std::span<RefreshAnswer> answers) override;
  Result<void> SetBaseline(std::string_view target, const Family& family,
                           WallTime baseline) override;
  // Does nothing: what is remembered beyond the baseline, nobody reads back.
  Result<void> Meet(std::string_view /*target*/, const Family& /*family*/,
                    std::span<const MetDomain> /*met*/) override {
    return {};
  }
  // Only the baseline.
  tl::expected<CollectorMemory, LedgerFailure> Restore(
      std::string_view target, const Family& family, const WantedRefreshes& wanted) const override;
  // Does nothing: memory is bounded by what one process meets.
  Result<void> Forget(std::string_view /*target*/, const Family& /*family*/, WallTime /*now*/,
                      const Unneeded& /*unneeded*/) override {
    return {};
  }
  // Does nothing, for the same reason.
  Result<std::vector<std::string>> ForgetDomains(
      std::string_view /*target*/, const Family& /*family*/, WallTime /*now*/,
      const std::function<bool(std::string_view domain_id)>& /*is_unneeded*/) override {
    return {};
  }

 private:
  struct Key {
    std::string target;
    std::string_view family;
    std::string refresh_id;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  const BucketBounds& bounds_;
  mutable Mutex mutex_;
  std::set<Key> stored_ CCKM_GUARDED_BY(mutex_);
  std::map<std::pair<std::string, std::string_view>, WallTime> baselines_ CCKM_GUARDED_BY(mutex_);
};

}  // namespace cckm
