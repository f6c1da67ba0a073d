// The exporter's metrics about its own requests and findings: counters and histograms of
// prometheus-cpp.
//
// Everything whose labels the configuration tells exists at 0 from the start.
// Thread-safety: every method may be called from any thread.

#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/mutex.h"
#include "collectors/model/family.h"
#include "collectors/model/refresh.h"
#include "collectors/poll/poll_update.h"
#include "exporter/metrics/catalogue.h"

namespace cckm {

// The label `kind` of cckm_refresh_anomalies_total for a schedule whose expression cannot be read.
inline constexpr std::string_view kUnreadableSchedule = "unreadable_schedule";

class SelfMetrics {
 public:
  // `clock` outlives this.
  explicit SelfMetrics(const Clock& clock);
  SelfMetrics(const SelfMetrics&) = delete;
  SelfMetrics& operator=(const SelfMetrics&) = delete;

  // Creates the target's metrics, and those of one of its collectors, at 0; `logs_in`: those of
  // logins, too.
  void AddTarget(std::string_view target, bool logs_in);
  void AddCollector(std::string_view target, const Family& family);

  // Creates at 0 those of reading the target's scheduler, which have an empty `cloud`.
  void AddScheduler(std::string_view target);

  // Removes all that has the target's label.
  void RemoveTarget(std::string_view target);

  // Counts the requests and errors of an update.
  void Count(const PollUpdate& update);

  // Counts a login; its errors have an empty `cloud`.
  void Count(const LoginUpdate& update);

  // Counts the requests and errors of a reading of the scheduler.
  void Count(const ScheduleUpdate& update);
  // Counts a schedule of that family that cannot be read; null: of none that is known.
  void CountUnreadableSchedule(std::string_view target, const Family* family);

  // Counts each anomaly of the set once.
  void Count(std::string_view target, const Family& family, AnomalySet anomalies);

  struct CollectedFamily {
    Metric metric{};
    prometheus::MetricFamily family;
    // Of each metric of the family: when its target, or its collector, was added.
    std::vector<std::optional<WallTime>> created_at;
  };
  // The current values, in the order of the catalogue.
  std::vector<CollectedFamily> Collect() const;

 private:
  using Counters = prometheus::Family<prometheus::Counter>;

  Counters& MakeCounters(Metric metric);
  void Begin(std::string_view target, std::string_view cloud);
  std::vector<std::optional<WallTime>> CreationTimesOf(
      const prometheus::MetricFamily& family) const;
  void AddErrors(std::string_view target, std::string_view cloud);
  void CountRequests(std::string_view target, std::string_view cloud,
                     const std::vector<RequestRecord>& requests);
  void CountErrors(std::string_view target, std::string_view cloud, const ErrorCounts& counts);
  void CountLoginError(std::string_view target, ErrorKind kind);
  prometheus::Counter& Requests(std::string_view target, std::string_view cloud,
                                const RequestRecord& request);
  prometheus::Histogram& RequestSeconds(std::string_view target, std::string_view cloud,
                                        Endpoint endpoint);

  const Clock& clock_;
  mutable Mutex mutex_;
  // By target, then by cloud.
  std::map<std::string, std::map<std::string, WallTime, std::less<>>, std::less<>> began_at_
      CCKM_GUARDED_BY(mutex_);

  prometheus::Registry registry_;
  Counters& requests_;
  Counters& errors_;
  Counters& renewals_;
  Counters& renewal_failures_;
  Counters& anomalies_;
  prometheus::Family<prometheus::Histogram>& request_seconds_;
};

}  // namespace cckm
