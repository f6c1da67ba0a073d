#include "exporter/metrics/self_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <map>
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

prometheus::Labels LabelsOf(std::string_view target, const Family& family, std::string_view name,
                            std::string_view value) {
  return {{"target", std::string(target)},
          {"cloud", std::string(family.name)},
          {std::string(name), std::string(value)}};
}

}  // namespace

class SelfMetrics::Impl {
 public:
  Impl()
      : requests_(MakeCounters(Metric::kApiRequestsTotal)),
        errors_(MakeCounters(Metric::kApiErrorsTotal)),
        renewals_(MakeCounters(Metric::kTokenRenewalsTotal)),
        renewal_failures_(MakeCounters(Metric::kTokenRenewalFailuresTotal)),
        anomalies_(MakeCounters(Metric::kRefreshAnomaliesTotal)),
        request_seconds_(prometheus::BuildHistogram()
                             .Name(std::string(Describe(Metric::kApiRequestDuration).name))
                             .Help(std::string(Describe(Metric::kApiRequestDuration).help))
                             .Register(registry_)) {}

  void AddTarget(std::string_view target) {
    const prometheus::Labels labels = {{"target", std::string(target)}};
    renewals_.Add(labels);
    renewal_failures_.Add(labels);
  }

  void AddCollector(std::string_view target, const Family& family) {
    for (const std::string_view reason : kErrorKindNames) {
      errors_.Add(LabelsOf(target, family, "reason", reason));
    }
    for (const std::string_view kind : kAnomalyNames) {
      anomalies_.Add(LabelsOf(target, family, "kind", kind));
    }
    for (const Endpoint endpoint : {Endpoint::kRefresh, Endpoint::kRefreshList}) {
      RequestSeconds(target, family, endpoint);
    }
  }

  // Series are looked up once for the requests of an update that share them: there may be
  // thousands.
  void CountRequests(const PollUpdate& update) {
    std::map<std::pair<Endpoint, long>, Counter*> by_code;
    std::map<Endpoint, Histogram*> by_endpoint;
    for (const RequestRecord& request : update.requests) {
      Counter*& counter = by_code[{request.endpoint, request.status}];
      if (counter == nullptr) counter = &Requests(update.target, *update.family, request);
      counter->Increment();
      Histogram*& histogram = by_endpoint[request.endpoint];
      if (histogram == nullptr) {
        histogram = &RequestSeconds(update.target, *update.family, request.endpoint);
      }
      histogram->Observe(ToSeconds(request.duration));
    }
  }

  void CountErrors(std::string_view target, const Family& family, const ErrorCounts& counts) {
    for (std::size_t kind = 0; kind < counts.size(); ++kind) {
      if (counts[kind] == 0) continue;
      errors_.Add(LabelsOf(target, family, "reason", kErrorKindNames[kind]))
          .Increment(counts[kind]);
    }
  }

  void CountAnomalies(std::string_view target, const Family& family, AnomalySet anomalies) {
    for (std::size_t kind = 0; kind < kAnomalyNames.size(); ++kind) {
      if (!anomalies.Has(static_cast<Anomaly>(kind))) continue;
      anomalies_.Add(LabelsOf(target, family, "kind", kAnomalyNames[kind])).Increment();
    }
  }

  std::vector<CollectedFamily> Collect() const {
    std::vector<CollectedFamily> families;
    for (prometheus::MetricFamily& family : registry_.Collect()) {
      const auto row =
          std::ranges::find(Catalogue(), std::string_view(family.name), &MetricDescription::name);
      families.push_back({row->metric, std::move(family)});
    }
    std::ranges::sort(families, {}, &CollectedFamily::metric);
    return families;
  }

 private:
  static std::string_view EndpointName(Endpoint endpoint) {
    return kEndpointNames[static_cast<std::size_t>(endpoint)];
  }

  prometheus::Family<Counter>& MakeCounters(Metric metric) {
    return prometheus::BuildCounter()
        .Name(std::string(Describe(metric).name))
        .Help(std::string(Describe(metric).help))
        .Register(registry_);
  }

  Counter& Requests(std::string_view target, const Family& family, const RequestRecord& request) {
    prometheus::Labels labels =
        LabelsOf(target, family, "endpoint", EndpointName(request.endpoint));
    labels.emplace("code", request.status == 0 ? "none" : std::to_string(request.status));
    return requests_.Add(labels);
  }

  Histogram& RequestSeconds(std::string_view target, const Family& family, Endpoint endpoint) {
    return request_seconds_.Add(LabelsOf(target, family, "endpoint", EndpointName(endpoint)),
                                RequestSecondsBounds());
  }

  prometheus::Registry registry_;
  prometheus::Family<Counter>& requests_;
  prometheus::Family<Counter>& errors_;
  prometheus::Family<Counter>& renewals_;
  prometheus::Family<Counter>& renewal_failures_;
  prometheus::Family<Counter>& anomalies_;
  prometheus::Family<Histogram>& request_seconds_;
};

SelfMetrics::SelfMetrics() : impl_(std::make_unique<Impl>()) {}
SelfMetrics::~SelfMetrics() = default;

void SelfMetrics::AddTarget(std::string_view target) { impl_->AddTarget(target); }

void SelfMetrics::AddCollector(std::string_view target, const Family& family) {
  impl_->AddCollector(target, family);
}

void SelfMetrics::Count(const PollUpdate& update) {
  impl_->CountRequests(update);
  impl_->CountErrors(update.target, *update.family, update.error_counts);
}

void SelfMetrics::Count(std::string_view target, const Family& family, AnomalySet anomalies) {
  impl_->CountAnomalies(target, family, anomalies);
}

std::vector<SelfMetrics::CollectedFamily> SelfMetrics::Collect() const { return impl_->Collect(); }

}  // namespace cckm
