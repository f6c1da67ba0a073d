#include "exporter/metrics/self_metrics.h"

#include <algorithm>
#include <utility>

namespace cckm {
namespace {

using prometheus::Counter;
using prometheus::Histogram;

const prometheus::Histogram::BucketBoundaries& RequestSecondsBounds() {
  static const prometheus::Histogram::BucketBoundaries bounds = {
      0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  return bounds;
}

// The label `cloud` of what concerns a login.
constexpr std::string_view kNoCloud;

prometheus::Labels LabelsOf(std::string_view target, std::string_view cloud, std::string_view name,
                            std::string_view value) {
  return {{"target", std::string(target)},
          {"cloud", std::string(cloud)},
          {std::string(name), std::string(value)}};
}

// Empty where the metric has no such label.
std::string_view ValueOf(const prometheus::ClientMetric& metric, std::string_view label) {
  const auto found = std::ranges::find(metric.label, label, &prometheus::ClientMetric::Label::name);
  return found == metric.label.end() ? std::string_view() : std::string_view(found->value);
}

std::string_view EndpointName(Endpoint endpoint) {
  return kEndpointNames[static_cast<std::size_t>(endpoint)];
}

prometheus::Labels OnlyTarget(std::string_view target) { return {{"target", std::string(target)}}; }

std::vector<prometheus::Labels> LabelsOfTarget(const prometheus::Collectable& metrics,
                                               std::string_view target) {
  std::vector<prometheus::Labels> found;
  for (const prometheus::MetricFamily& family : metrics.Collect()) {
    for (const prometheus::ClientMetric& metric : family.metric) {
      prometheus::Labels labels;
      for (const auto& label : metric.label) labels.emplace(label.name, label.value);
      if (labels["target"] == target) found.push_back(std::move(labels));
    }
  }
  return found;
}

}  // namespace

SelfMetrics::SelfMetrics(const Clock& clock)
    : clock_(clock),
      requests_(MakeCounters(Metric::kApiRequestsTotal)),
      errors_(MakeCounters(Metric::kApiErrorsTotal)),
      renewals_(MakeCounters(Metric::kTokenRenewalsTotal)),
      renewal_failures_(MakeCounters(Metric::kTokenRenewalFailuresTotal)),
      anomalies_(MakeCounters(Metric::kRefreshAnomaliesTotal)),
      request_seconds_(prometheus::BuildHistogram()
                           .Name(std::string(Describe(Metric::kApiRequestDuration).name))
                           .Help(std::string(Describe(Metric::kApiRequestDuration).help))
                           .Register(registry_)) {}

void SelfMetrics::AddTarget(std::string_view target, bool logs_in) {
  Begin(target, kNoCloud);
  renewals_.Add(OnlyTarget(target));
  renewal_failures_.Add(OnlyTarget(target));
  if (!logs_in) return;
  AddErrors(target, kNoCloud);
  RequestSeconds(target, kNoCloud, Endpoint::kToken);
}

void SelfMetrics::AddCollector(std::string_view target, const Family& family) {
  Begin(target, family.name);
  AddErrors(target, family.name);
  for (const std::string_view kind : kAnomalyNames) {
    anomalies_.Add(LabelsOf(target, family.name, "kind", kind));
  }
  for (const Endpoint endpoint : {Endpoint::kRefresh, Endpoint::kRefreshList}) {
    RequestSeconds(target, family.name, endpoint);
  }
  if (!family.domain_list_path.empty()) {
    RequestSeconds(target, family.name, Endpoint::kDomainList);
  }
}

void SelfMetrics::AddScheduler(std::string_view target) {
  Begin(target, kNoCloud);
  AddErrors(target, kNoCloud);
  anomalies_.Add(LabelsOf(target, kNoCloud, "kind", kUnreadableSchedule));
  for (const Endpoint endpoint : {Endpoint::kScheduleList, Endpoint::kScheduleRunList}) {
    RequestSeconds(target, kNoCloud, endpoint);
  }
}

void SelfMetrics::RemoveTarget(std::string_view target) {
  {
    const MutexLock lock(mutex_);
    if (const auto gone = began_at_.find(target); gone != began_at_.end()) began_at_.erase(gone);
  }
  for (Counters* family : {&requests_, &errors_, &renewals_, &renewal_failures_, &anomalies_}) {
    for (const prometheus::Labels& labels : LabelsOfTarget(*family, target)) {
      family->Remove(&family->Add(labels));
    }
  }
  for (const prometheus::Labels& labels : LabelsOfTarget(request_seconds_, target)) {
    request_seconds_.Remove(&request_seconds_.Add(labels, RequestSecondsBounds()));
  }
}

void SelfMetrics::Count(const LoginUpdate& update) {
  for (const FailedAttempt& attempt : update.failed_attempts) {
    CountRequests(
        update.target, kNoCloud,
        {{.endpoint = Endpoint::kToken, .status = attempt.status, .duration = attempt.duration}});
    CountLoginError(update.target, attempt.error.kind);
  }
  if (update.request) CountRequests(update.target, kNoCloud, {*update.request});
  const LoginOutcome& outcome = update.outcome;
  if (outcome.error) {
    CountLoginError(update.target, outcome.error->kind);
    if (outcome.was_last_way) renewal_failures_.Add(OnlyTarget(update.target)).Increment();
  } else if (outcome.is_renewal) {
    renewals_.Add(OnlyTarget(update.target)).Increment();
  }
}

// Series are looked up once for the requests of an update that share them: there may be
// thousands.
void SelfMetrics::CountRequests(std::string_view target, std::string_view cloud,
                                const std::vector<RequestRecord>& requests) {
  std::map<std::pair<Endpoint, long>, Counter*> by_code;
  std::map<Endpoint, Histogram*> by_endpoint;
  for (const RequestRecord& request : requests) {
    Counter*& counter = by_code[{request.endpoint, request.status}];
    if (counter == nullptr) counter = &Requests(target, cloud, request);
    counter->Increment();
    Histogram*& histogram = by_endpoint[request.endpoint];
    if (histogram == nullptr) histogram = &RequestSeconds(target, cloud, request.endpoint);
    histogram->Observe(ToSeconds(request.duration));
  }
}

void SelfMetrics::CountErrors(std::string_view target, std::string_view cloud,
                              const ErrorCounts& counts) {
  for (std::size_t kind = 0; kind < counts.size(); ++kind) {
    if (counts[kind] == 0) continue;
    errors_.Add(LabelsOf(target, cloud, "reason", kErrorKindNames[kind])).Increment(counts[kind]);
  }
}

void SelfMetrics::Count(std::string_view target, const Family& family, AnomalySet anomalies) {
  for (std::size_t kind = 0; kind < kAnomalyNames.size(); ++kind) {
    if (!anomalies.Has(static_cast<Anomaly>(kind))) continue;
    anomalies_.Add(LabelsOf(target, family.name, "kind", kAnomalyNames[kind])).Increment();
  }
}

void SelfMetrics::CountUnreadableSchedule(std::string_view target, const Family* family) {
  const std::string_view cloud = family == nullptr ? kNoCloud : family->name;
  anomalies_.Add(LabelsOf(target, cloud, "kind", kUnreadableSchedule)).Increment();
}

std::vector<SelfMetrics::CollectedFamily> SelfMetrics::Collect() const {
  std::vector<CollectedFamily> families;
  for (prometheus::MetricFamily& family : registry_.Collect()) {
    const auto row =
        std::ranges::find(Catalogue(), std::string_view(family.name), &MetricDescription::name);
    std::vector<std::optional<WallTime>> created_at = CreationTimesOf(family);
    families.push_back({row->metric, std::move(family), std::move(created_at)});
  }
  std::ranges::sort(families, {}, &CollectedFamily::metric);
  return families;
}

void SelfMetrics::CountLoginError(std::string_view target, ErrorKind kind) {
  errors_.Add(LabelsOf(target, kNoCloud, "reason", ErrorKindName(kind))).Increment();
}

void SelfMetrics::Begin(std::string_view target, std::string_view cloud) {
  const MutexLock lock(mutex_);
  began_at_[std::string(target)].try_emplace(std::string(cloud), clock_.Now());
}

std::vector<std::optional<WallTime>> SelfMetrics::CreationTimesOf(
    const prometheus::MetricFamily& family) const {
  std::vector<std::optional<WallTime>> times;
  const MutexLock lock(mutex_);
  for (const prometheus::ClientMetric& metric : family.metric) {
    std::optional<WallTime>& created_at = times.emplace_back();
    const auto target = began_at_.find(ValueOf(metric, "target"));
    if (target == began_at_.end()) continue;
    const auto cloud = target->second.find(ValueOf(metric, "cloud"));
    if (cloud != target->second.end()) created_at = cloud->second;
  }
  return times;
}

SelfMetrics::Counters& SelfMetrics::MakeCounters(Metric metric) {
  return prometheus::BuildCounter()
      .Name(std::string(Describe(metric).name))
      .Help(std::string(Describe(metric).help))
      .Register(registry_);
}

void SelfMetrics::AddErrors(std::string_view target, std::string_view cloud) {
  for (const std::string_view reason : kErrorKindNames) {
    errors_.Add(LabelsOf(target, cloud, "reason", reason));
  }
}

Counter& SelfMetrics::Requests(std::string_view target, std::string_view cloud,
                               const RequestRecord& request) {
  prometheus::Labels labels = LabelsOf(target, cloud, "endpoint", EndpointName(request.endpoint));
  labels.emplace("code", request.status == 0 ? "none" : std::to_string(request.status));
  return requests_.Add(labels);
}

Histogram& SelfMetrics::RequestSeconds(std::string_view target, std::string_view cloud,
                                       Endpoint endpoint) {
  return request_seconds_.Add(LabelsOf(target, cloud, "endpoint", EndpointName(endpoint)),
                              RequestSecondsBounds());
}

void SelfMetrics::Count(const PollUpdate& update) {
  CountRequests(update.target, update.family->name, update.requests);
  CountErrors(update.target, update.family->name, update.error_counts);
}

void SelfMetrics::Count(const ScheduleUpdate& update) {
  CountRequests(update.target, kNoCloud, update.requests);
  CountErrors(update.target, kNoCloud, update.error_counts);
}

}  // namespace cckm
