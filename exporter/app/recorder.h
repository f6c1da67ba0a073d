// The walk of the data: what a poller learned is stored, then applied, then published.
//
// Thread-safety: every method is called by many threads at once.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
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
  // What could not be stored yet.
  struct Pending {
    std::optional<WallTime> baseline;
    std::map<std::string, RefreshAnswer> answers;  // settled ones, by the refresh's id
    std::vector<MetDomain> met;
    std::optional<Nanoseconds> clock_skew;  // of the appliance, when the last answer came
  };

  std::vector<bool> Store(const PollUpdate& update);
  void StoreBaseline(const PollUpdate& update);
  void StoreMetDomains(std::string_view target, const Family& family, std::vector<MetDomain> met);
  void ForgetOld(const PollUpdate& update);
  void ForgetDomains(const PollUpdate& update, const Unneeded& unneeded);
  void KeepAnswers(const PollUpdate& update);
  void KeepBaseline(const PollUpdate& update);
  void Complain(const Error& error);
  void RecoverIfNothingIsPending();

  const Parts parts_;
  Mutex mutex_;
  std::map<CollectorKey, Pending> pending_ CCKM_GUARDED_BY(mutex_);
};

}  // namespace cckm
