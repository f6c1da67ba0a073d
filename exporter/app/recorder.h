// The walk of the data: what a poller learned is stored, then applied, then published.
//
// Thread-safety: every method is called by many pollers at once.

#pragma once

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
    EventLog& events;
    Publisher* publisher = nullptr;  // null: nobody to notify
  };

  // The parts outlive this.
  explicit Recorder(const Parts& parts) : parts_(parts) {}

  void OnUpdate(PollUpdate update) override;
  void OnLogin(const LoginUpdate& update) override;

 private:
  const Parts parts_;
};

}  // namespace cckm
