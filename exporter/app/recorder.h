// The one way of the data: what a poller learned is stored, then applied, then published.
//
// Thread-safety: every method is called by many threads at once.

#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collectors/base/error.h"
#include "collectors/base/mutex.h"
#include "collectors/poll/poll_update.h"
#include "exporter/app/event_log.h"
#include "exporter/app/unstored.h"
#include "exporter/exposition/publisher.h"
#include "exporter/ledger/ledger.h"
#include "exporter/metrics/exporter_status.h"
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
  std::vector<std::string> TakeWanted(std::string_view target, const Family& family) override;
  void OnLogin(const LoginUpdate& update) override;
  void OnSchedules(ScheduleUpdate update) override;

  // Tries again to store what the ledger could not take.  Until then it counts nowhere; what of it
  // is stored now is published, too.
  void Retry();

 private:
  using CollectorKey = std::pair<std::string, const Family*>;

  void Store(PollUpdate& update);
  void StoreBaseline(const PollUpdate& update);
  void StoreMetDomains(const PollUpdate& update, std::vector<MetDomain> met);
  void ForgetOld(const PollUpdate& update);
  void ForgetDomains(const PollUpdate& update, const Unneeded& unneeded);

  std::vector<CollectorKey> Pending();
  void StorePendingBaseline(const CollectorKey& collector);
  bool StorePendingAnswers(const CollectorKey& collector);
  bool StoreSomePendingAnswers(const CollectorKey& collector, PollUpdate& update);
  bool StoreSomePendingMet(const CollectorKey& collector);
  void ReportError(const Error& error);
  bool RecoverIfNothingIsPending();

  const Parts parts_;
  // Held while something is stored, so that of two answers the later one stays.
  Mutex mutex_;
  std::map<CollectorKey, Unstored> pending_ CCKM_GUARDED_BY(mutex_);
};

}  // namespace cckm
