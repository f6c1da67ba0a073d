// Everything that polls one target: its connections, its token, its poller and the thread of it.
//
// Thread-safety: belongs to the thread that made it.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "collectors/base/mutex.h"
#include "collectors/base/random.h"
#include "collectors/http/curl_http_client.h"
#include "collectors/http/descriptor_budget.h"
#include "collectors/http/failover_http_client.h"
#include "collectors/poll/poller.h"
#include "collectors/session/login_backoff.h"
#include "collectors/session/token_source.h"
#include "exporter/config/config.h"
#include "exporter/log/log.h"
#include "exporter/state/state_store.h"

namespace cckm {

// What the state has to know of a configured target, without its refreshes.
TargetSetup SetupOf(const TargetConfig& config);

// The target's expectations, ready to be matched; null: it has none.
std::shared_ptr<const ExpectationList> ExpectationsOf(const TargetConfig& config);

// How long a target is polled.
enum class PollUntil : std::uint8_t { kStopped, kFirstPollEnded };

class TargetRuntime {
 public:
  struct Parts {
    const Clock& clock;
    LoginBackoff& login_backoff;
    Log& log;
    PollListener& listener;
    DescriptorBudget* descriptors = nullptr;  // null: no limit
  };

  // Has everything that polling needs, its thread too, which waits for Begin().  Throws
  // std::system_error or std::bad_alloc where the system does not give it.  The parts outlive this.
  // REQUIRES: a CurlRuntime outlives this.
  TargetRuntime(const TargetConfig& config, std::vector<CollectorPlan> collectors,
                const Parts& parts);
  // Stops polling; returns when the thread has ended.
  ~TargetRuntime() = default;
  TargetRuntime(const TargetRuntime&) = delete;
  TargetRuntime& operator=(const TargetRuntime&) = delete;

  // Starts polling.  REQUIRES: not begun yet.
  void Begin(PollUntil until);

  // As Poller::SetRefreshIds().
  void SetRefreshIds(const Family& family, std::vector<std::string> refresh_ids) {
    poller_.SetRefreshIds(family, std::move(refresh_ids));
  }

  // Makes the poller look at once whether there is something to do.
  void Wake() { client_.Wake(); }

  // As Poller::steps().
  std::uint64_t steps() const { return poller_.steps(); }

  // Asks the thread to end, without waiting for it.
  void RequestStop() { thread_.request_stop(); }
  // Waits for the thread to end.
  void Join();

 private:
  void Run(const std::stop_token& stop);

  CurlHttpClient client_;
  const std::unique_ptr<FailoverHttpClient> failover_;  // null where there is one address
  SystemRandom random_;
  const std::unique_ptr<TokenSource> token_;
  Poller poller_;
  Mutex mutex_;
  std::condition_variable_any begun_;
  std::optional<PollUntil> until_ CCKM_GUARDED_BY(mutex_);  // none: not begun yet
  std::jthread thread_;
};

}  // namespace cckm
