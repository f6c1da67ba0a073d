// The walk of the data: what a poller learned is stored, then applied, then published.
//
// Thread-safety: every method is called by many threads at once.

#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collectors/base/mutex.h"
#include "collectors/poll/poll_update.h"
#include "exporter/app/event_log.h"
#include "exporter/exposition/exposition.h"
#include "exporter/exposition/publisher.h"
#include "exporter/ledger/ledger.h"
#include "exporter/metrics/self_metrics.h"
#include "exporter/state/state_store.h"

namespace cckm {

class Recorder final : public PollListener {
 public:
  struct Parts {
    Ledger& ledger;
    StateStore& state;
    SelfMetrics& self_metrics;
    ExporterStatus& status;
    EventLog& events;
    const Clock& clock;
    Publisher* publisher = nullptr;  // null: nobody to notify
  };

  // The parts outlive this.
  explicit Recorder(const Parts& parts) : parts_(parts) {}

  void OnUpdate(PollUpdate update) override;
  void OnLogin(const LoginUpdate& update) override;

  // Tries again to store what the ledger could not take.  Until then it counts nowhere.
  void Retry();

 private:
  using CollectorKey = std::pair<std::string, const Family*>;

  std::vector<bool> Store(const PollUpdate& update);
  void Keep(const PollUpdate& update);
  void StoreBaseline(const PollUpdate& update);
  void ForgetOld(const PollUpdate& update);
  // True if the ledger did what was asked for.
  bool Succeeded(const Result<void>& done);

  const Parts parts_;
  Mutex mutex_;
  // Finished refreshes that could not be stored, by their id.
  std::map<CollectorKey, std::map<std::string, RefreshAnswer>> pending_ CCKM_GUARDED_BY(mutex_);
};

}  // namespace cckm
