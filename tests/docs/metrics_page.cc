#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/model/family.h"
#include "collectors/model/refresh.h"
#include "collectors/model/refresh_schedule.h"
#include "collectors/poll/poll_update.h"
#include "exporter/config/config.h"
#include "exporter/config/durations.h"
#include "exporter/exposition/series_budget.h"
#include "exporter/history/duration_histogram.h"
#include "exporter/history/history.h"
#include "exporter/metrics/catalogue.h"
#include "exporter/metrics/self_metrics.h"
#include "exporter/state/state.h"
#include "tests/docs/reference_pages.h"

namespace cckm {
namespace {

using Words = std::span<const std::string_view>;

// Where a group of the catalogue begins.
struct Group {
  Metric first;
  std::string_view heading;
};

constexpr std::array kGroups = std::to_array<Group>({
    {Metric::kDomainRefreshStatus, "Domains"},
    {Metric::kRefreshStatus, "Refreshes"},
    {Metric::kUp, "Collectors: a family of a target"},
    {Metric::kDroppedSeries, "What is left out"},
    {Metric::kSchedulesUp, "Schedules: only where they are read"},
    {Metric::kApiRequestsTotal, "Requests to the appliance"},
    {Metric::kAuthenticated, "Targets: tokens, certificates, clocks"},
    {Metric::kRefreshAnomaliesTotal, "Oddities and the ledger"},
    {Metric::kBuildInfo, "The exporter"},
    {Metric::kProcessCpuSecondsTotal, "The process"},
});

// What the help text has no room for.
struct MetricNote {
  Metric metric;
  std::string_view text;
};

constexpr std::string_view kUntilFinished = "Absent until one has finished.";

constexpr std::array kNotes = std::to_array<MetricNote>({
    {Metric::kDomainRefreshStatus, "`unknown`: unreadable or stale; `never`: no refresh names it."},
    {Metric::kDomainRefreshStartedTimestamp, "Absent until a refresh names the domain."},
    {Metric::kDomainRefreshCompletedTimestamp, kUntilFinished},
    {Metric::kDomainRefreshLastSuccessTimestamp, "Absent until it was."},
    {Metric::kDomainRefreshLastDuration, kUntilFinished},
    {Metric::kDomainRefreshConsecutiveFailures, "Kept through restarts."},
    {Metric::kDomainFirstSeenTimestamp, "Kept through restarts."},
    {Metric::kDomainInfo, "Exactly one series for every shown domain."},
    {Metric::kDomainSchedules,
     "By its ID, its name or `synchronize_all`. Only of `dsm` and `hsm-luna`, whose schedules name "
     "domains, and once schedules were read."},
    {Metric::kRefreshStatus, "`unknown`: unreadable or stale."},
    {Metric::kRefreshCompletedTimestamp, "Absent until it has."},
    {Metric::kUp,
     "A fault of one refresh does not clear it; a 404 for the family's list does. Absent where an "
     "`optional` family is not there."},
    {Metric::kDroppedSeries, "`schedule` only where schedules are read."},
    {Metric::kScheduleNextRunTimestamp, "Absent if never, or if the expression cannot be read."},
    {Metric::kScheduleLastDueTimestamp, "Absent while it is disabled or has not begun."},
    {Metric::kScheduleLastRunTimestamp, "Absent until a run is known."},
    {Metric::kScheduleMissed, "[schedules.md](schedules.md) has the rules."},
    {Metric::kApiRequestsTotal, "`cloud` is empty for `token` and the lists of the scheduler."},
    {Metric::kApiErrorsTotal,
     "`cloud` is empty for errors of a login and of the scheduler. `not_found`: a list answered "
     "with 404."},
    {Metric::kAuthenticated, "With a token from a file: 1 until it is refused."},
    {Metric::kTlsClientCertificateExpiryTimestamp, "Absent where there is none."},
    {Metric::kRefreshAnomaliesTotal,
     "In the life of the process. [payload.md](payload.md#anomalies) has the kinds."},
});

// The closed set of a label's values.
struct LabelValues {
  Metric metric;
  std::string_view label;
  Words values;
};

const std::vector<LabelValues>& ClosedSets() {
  static const std::vector<LabelValues> sets = {
      {Metric::kDomainRefreshStatus, "status", kDomainShownNames},
      {Metric::kDomainRefreshLastResult, "result", kDomainResultNames},
      {Metric::kDomainRefreshesTotal, "status", kDomainEndNames},
      {Metric::kRefreshStatus, "status", kRefreshStatusNames},
      {Metric::kRefreshDomains, "status", kDomainStatusNames},
      {Metric::kRefreshDuration, "status", kRefreshEndNames},
      {Metric::kDroppedSeries, "reason", kDropReasonNames},
      {Metric::kScheduleLastRunStatus, "status", kRunStatusNames},
      {Metric::kApiRequestsTotal, "endpoint", kEndpointNames},
      {Metric::kApiRequestDuration, "endpoint", kEndpointNames},
      {Metric::kApiErrorsTotal, "reason", kErrorKindNames},
      {Metric::kRefreshAnomaliesTotal, "kind", kAnomalyNames},
  };
  return sets;
}

// Since when the counters and histograms that come from there count.
enum class Since { kDomain, kObservation, kTarget, kProcess };

struct SinceRow {
  Since since;
  std::string_view text;
};

constexpr std::array kSince = std::to_array<SinceRow>({
    {Since::kDomain, "the exporter first knew of the domain; kept by the ledger"},
    {Since::kObservation,
     "its first observation was counted, and says nothing before; kept by the ledger"},
    {Since::kTarget, "this process added the target or the collector"},
    {Since::kProcess, "the process began"},
});

Since SinceOf(const MetricDescription& row) {
  if (row.metric == Metric::kRefreshDuration) return Since::kObservation;
  if (row.label_count() == 0) return Since::kProcess;
  return std::ranges::count(row.labels, "domain_id") != 0 ? Since::kDomain : Since::kTarget;
}

std::string_view TypeOf(const MetricDescription& row) {
  constexpr std::array<std::string_view, 3> kNames = {"gauge", "counter", "histogram"};
  return kNames.at(static_cast<std::size_t>(row.type));
}

std::string Listed(Words words) {
  std::string list;
  for (const std::string_view word : words)
    list.append(list.empty() ? "" : ", ").append(Code(word));
  return list;
}

std::string LabelsOf(const MetricDescription& row) {
  std::string list;
  for (std::size_t i = 0; i < row.label_count(); ++i) {
    list.append(list.empty() ? "" : ", ").append(row.labels.at(i));
  }
  return list;
}

std::string MeaningOf(const MetricDescription& row) {
  const auto* note = std::ranges::find(kNotes, row.metric, &MetricNote::metric);
  std::string meaning(row.help);
  if (note != kNotes.end()) meaning.append(" ").append(note->text);
  return meaning;
}

std::string Groups() {
  std::string text;
  for (const MetricDescription& row : Catalogue()) {
    const auto* group = std::ranges::find(kGroups, row.metric, &Group::first);
    if (group != kGroups.end()) {
      text.append("\n## ").append(group->heading).append("\n\n");
      text += TableHead({"metric", "type", "labels", "meaning"});
    }
    text += TableRow({Code(row.name), std::string(TypeOf(row)), LabelsOf(row), MeaningOf(row)});
  }
  return text;
}

std::string LabelSection() {
  std::string text =
      "\n## Values of labels\n\n"
      "These sets are closed. Of a `status` or `result` that is a gauge of 0 or 1, every value is "
      "always there, and exactly one is 1.\n\n" +
      TableHead({"metric", "label", "values"});
  for (const LabelValues& set : ClosedSets()) {
    text += TableRow({Code(Describe(set.metric).name), std::string(set.label), Listed(set.values)});
  }
  return text;
}

std::string DurationBuckets() {
  std::string list;
  for (const Nanoseconds bucket : DefaultDurationBuckets()) {
    list.append(list.empty() ? "" : ", ").append(FormatDuration(bucket));
  }
  return list + "; configured by `duration_buckets`";
}

// As a collector shows them that has just begun.
std::string RequestBuckets() {
  const SystemClock clock;
  SelfMetrics metrics(clock);
  metrics.AddTarget("target", true);
  std::string list;
  for (const SelfMetrics::CollectedFamily& collected : metrics.Collect()) {
    if (collected.metric != Metric::kApiRequestDuration || collected.family.metric.empty())
      continue;
    for (const auto& bucket : collected.family.metric.front().histogram.bucket) {
      const std::string bound = LeText(bucket.upper_bound);
      if (bound != "+Inf") list.append(list.empty() ? "" : ", ").append(bound);
    }
  }
  return list + " (seconds)";
}

std::string BucketSection() {
  std::string text =
      "\n## Buckets\n\n"
      "Upper bounds by default. Every histogram has `+Inf` besides, and `_sum` and `_count`.\n\n" +
      TableHead({"histogram", "buckets"});
  for (const MetricDescription& row : Catalogue()) {
    if (row.type != MetricType::kHistogram) continue;
    const bool is_of_requests = row.metric == Metric::kApiRequestDuration;
    text += TableRow({Code(row.name), is_of_requests ? RequestBuckets() : DurationBuckets()});
  }
  return text;
}

std::string SinceSection() {
  std::string text =
      "\n## Created times\n\n"
      "Every counter and histogram says in protobuf since when it counts. There is no "
      "`_created`.\n\n" +
      TableHead({"metrics", "count since"});
  for (const SinceRow& since : kSince) {
    std::vector<std::string_view> names;
    for (const MetricDescription& row : Catalogue()) {
      if (row.type != MetricType::kGauge && SinceOf(row) == since.since) names.push_back(row.name);
    }
    text += TableRow({Listed(names), std::string(since.text)});
  }
  return text;
}

}  // namespace

std::string MetricsPage() {
  return "# Metrics\n\n"
         "This page has every metric of the exporter: its name, type, labels and help text.\n"
         "It is generated from `exporter/metrics/catalogue.cc` by " +
         Code(kRenewCommand) +
         ".\n\n"
         "What the appliance's words become is in [payload.md](payload.md), formats and exemplars "
         "are in [http.md](http.md#formats). A label "
         "`cloud` is the family, such as `dsm`; `target` is the name in the configuration.\n\n"
         "- Counters and histograms of what is configured exist at 0 from the first scrape.\n"
         "- Those of a domain are at 0 in one exposition before they count, unless the refresh had "
         "finished when it was first seen.\n"
         "- Info metrics and states are gauges in every format. No sample has a timestamp.\n"
         "- A label value has at most 256 bytes, and no control characters. A longer or altered ID "
         "ends in `~` and 16 hex digits.\n" +
         Groups() + LabelSection() + BucketSection() + SinceSection();
}

}  // namespace cckm
