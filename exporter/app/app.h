// The running exporter: owns every part, in the order in which they depend on each other.
//
// Thread-safety: belongs to the main thread, but for Reload(), which any thread may call.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "collectors/base/mutex.h"
#include "collectors/http/descriptor_budget.h"
#include "exporter/app/descriptor_plan.h"
#include "exporter/app/event_log.h"
#include "exporter/app/recorder.h"
#include "exporter/app/service_manager.h"
#include "exporter/app/start_failure.h"
#include "exporter/app/target_file_watch.h"
#include "exporter/app/target_set.h"
#include "exporter/app/watchdog.h"
#include "exporter/config/config.h"
#include "exporter/config/flags/flags.h"
#include "exporter/exposition/exposition.h"
#include "exporter/exposition/publisher.h"
#include "exporter/ledger/ledger.h"
#include "exporter/metrics/self_metrics.h"
#include "exporter/state/state_store.h"
#include "exporter/web/access/access_control.h"
#include "exporter/web/endpoints.h"
#include "exporter/web/server/http_server.h"

namespace cckm {

class App {
 public:
  struct Parts {
    const CommandLine& flags;
    const BucketBounds& bounds;  // of config.duration_buckets
    Ledger& ledger;
    Log& log;
    const Clock& clock;
    AccessControl* access_control = nullptr;  // null: nobody listens
    const ServiceManager* manager = nullptr;  // null: nobody is told
    std::size_t descriptor_limit = 0;         // of the process
  };

  // The parts outlive this.  REQUIRES: a CurlRuntime outlives this.
  App(const Parts& parts, Config config);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Listens and polls until the destructor.  Where it fails, nothing is polled.
  // REQUIRES: access control.
  tl::expected<void, StartFailure> Start();

  // Who asks for a reload.
  enum class ReloadCause {
    kSignal,   // whoever may signal the process: rejected logins are tried again at once, too
    kRequest,  // whoever may speak HTTP with it, and that may be any web page
    kFiles,    // nobody: a file of targets changed
  };
  // Reads the configuration again and makes it the running one.  A configuration that is wrong, or
  // for which the system does not give what it needs, changes nothing: the error says why.
  tl::expected<void, std::string> Reload(ReloadCause cause);

  // Polls every target once and returns the text exposition.
  tl::expected<std::string, StartFailure> PollOnce();
  // True if every collector's last poll was up, or met an optional family that is not there.
  bool EveryCollectorIsUp() const { return state_.EveryCollectorIsUp(); }

 private:
  Exposition MakeExposition(bool native_histograms);
  Endpoints::Options EndpointOptions();
  void WarnOfShortDescriptors() const;
  void WarnOf(const std::vector<std::string>& oddities) const;
  tl::expected<void, StartFailure> SetUpTargets();
  tl::expected<void, StartFailure> Listen();
  tl::expected<void, StartFailure> StartThreads();
  tl::expected<void, std::string> ReadAgain(ReloadCause cause) CCKM_REQUIRES(mutex_);
  tl::expected<void, std::string> Use(Config config) CCKM_REQUIRES(mutex_);
  void KeepFormer(const std::string& reason, ReloadCause cause) CCKM_REQUIRES(mutex_);
  void LookAtTargetFiles();
  void RunMaintenance(const std::stop_token& stop);
  void NotifyWatchdog();

  const Parts parts_;

  StateStore state_;
  SelfMetrics self_metrics_{parts_.clock};
  ExporterStatus status_;
  EventLog events_;
  Publisher publisher_;
  Recorder recorder_;
  LoginBackoff backoff_;
  const DescriptorPlan descriptor_plan_;
  DescriptorBudget descriptors_;

  // What a reload changes.
  Mutex mutex_;
  // Without the targets, which targets_ has once they are set up.
  Config config_ CCKM_GUARDED_BY(mutex_);
  TargetSet targets_ CCKM_GUARDED_BY(mutex_);
  TargetFileWatch target_files_ CCKM_GUARDED_BY(mutex_);

  Endpoints endpoints_;
  std::optional<Watchdog> watchdog_;  // none: nobody waits for signs of life
  std::condition_variable_any stopping_;
  std::jthread publishing_;
  std::jthread maintaining_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace cckm
