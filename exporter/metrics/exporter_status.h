// What the exporter says of itself besides its requests.  Thread-safety: may be used from any
// thread.

#pragma once

#include <atomic>
#include <cstdint>

#include "collectors/base/clock.h"

namespace cckm {

class ExporterStatus {
 public:
  void SetConfigLoaded(bool success, WallTime at) {
    config_ok_ = success;
    if (success) config_loaded_at_ = at.time_since_epoch().count();
  }
  void CountLedgerFailure() {
    ++ledger_failures_;
    ledger_writable_ = false;
  }
  void SetLedgerWritable() { ledger_writable_ = true; }

  bool config_ok() const { return config_ok_; }
  WallTime config_loaded_at() const { return WallTime(Nanoseconds(config_loaded_at_)); }
  bool ledger_writable() const { return ledger_writable_; }
  std::uint64_t ledger_failures() const { return ledger_failures_; }

 private:
  std::atomic<bool> config_ok_{false};
  std::atomic<std::int64_t> config_loaded_at_{0};
  std::atomic<bool> ledger_writable_{true};
  std::atomic<std::uint64_t> ledger_failures_{0};
};

}  // namespace cckm
