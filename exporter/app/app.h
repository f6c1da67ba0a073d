// The running exporter: owns every part, in the order in which they depend on each other.
//
// Thread-safety: belongs to the main thread.

#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "exporter/app/event_log.h"
#include "exporter/app/recorder.h"
#include "exporter/app/target_runtime.h"
#include "exporter/config/config.h"
#include "exporter/config/flags.h"
#include "exporter/exposition/exposition.h"
#include "exporter/exposition/publisher.h"
#include "exporter/ledger/ledger.h"
#include "exporter/metrics/self_metrics.h"
#include "exporter/state/state_store.h"
#include "exporter/web/endpoints.h"
#include "exporter/web/http_server.h"

namespace cckm {

class App {
 public:
  // `log` and `clock` outlive this.  REQUIRES: a CurlRuntime outlives this.
  App(const CommandLine& flags, const Config& config, Log& log, const Clock& clock);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Listens and polls until the destructor.  Fails, with nothing running, where it cannot listen.
  tl::expected<void, ListenFailure> Start();

  // Lets rejected logins be tried again at once.
  void LiftLoginLatch();

  // Polls every target once and returns the text exposition.
  std::string PollOnce();
  // True if every collector's last poll was up.
  bool EveryCollectorIsUp() const { return state_.EveryCollectorIsUp(); }

 private:
  Exposition MakeExposition();

  const CommandLine& flags_;
  Log& log_;
  const Clock& clock_;

  const BucketBounds bounds_;
  StateStore state_;
  SelfMetrics self_metrics_;
  ExporterStatus status_;
  MemoryLedger ledger_;
  EventLog events_;
  Publisher publisher_;
  Recorder recorder_;
  Endpoints endpoints_;
  LoginLatch latch_;
  std::vector<std::unique_ptr<TargetRuntime>> targets_;
  std::jthread publishing_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace cckm
