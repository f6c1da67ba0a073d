// Every metric of the exporter in one table: name, type, labels, help.
//
// The order of the table is the order of the exposition.  Writers and the self metrics take names
// and help from here only; a test holds the table against the documentation.  Where the values come
// from, and how many series they make, is a row in exporter/exposition: a test finds exactly one
// for each metric.
// Thread-safety: constants.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace cckm {

enum class MetricType : std::uint8_t { kGauge, kCounter, kHistogram };

enum class Metric : std::uint8_t {
  kDomainRefreshStatus,
  kDomainRefreshLastResult,
  kDomainRefreshStartedTimestamp,
  kDomainRefreshCompletedTimestamp,
  kDomainRefreshLastSuccessTimestamp,
  kDomainRefreshLastDuration,
  kDomainRefreshesTotal,
  kDomainRefreshConsecutiveFailures,
  kDomainFirstSeenTimestamp,
  kDomainRefreshDuration,
  kDomainInfo,
  kDomainExpectedInterval,
  kDomainSchedules,
  kRefreshStatus,
  kRefreshCreatedTimestamp,
  kRefreshCompletedTimestamp,
  kRefreshDomains,
  kRefreshDuration,
  kUp,
  kUnlistedDomains,
  kRefreshIdFilesUnreadable,
  kUnansweredRefreshes,
  kPollDuration,
  kLastPollTimestamp,
  kLastSuccessfulPollTimestamp,
  kTrackedRefreshes,
  kDiscoveryTruncated,
  kDroppedSeries,
  kDroppedDomains,
  kSchedulesUp,
  kScheduleInfo,
  kScheduleEnabled,
  kScheduleNextRunTimestamp,
  kScheduleLastDueTimestamp,
  kScheduleInterval,
  kScheduleLastRunTimestamp,
  kScheduleLastRunStatus,
  kScheduleMissed,
  kApiRequestsTotal,
  kApiRequestDuration,
  kApiErrorsTotal,
  kAuthenticated,
  kTokenRenewalsTotal,
  kTokenRenewalFailuresTotal,
  kTokenExpiryTimestamp,
  kTlsCertificateExpiryTimestamp,
  kTlsClientCertificateExpiryTimestamp,
  kTlsVerificationEnabled,
  kClockSkew,
  kTargetAddressUp,
  kTargetAddressInUse,
  kRefreshAnomaliesTotal,
  kLedgerWritable,
  kLedgerWriteFailuresTotal,
  kBuildInfo,
  kExporterTargets,
  kExporterShardIndex,
  kExporterShardCount,
  kConfigLastReloadSuccessful,
  kConfigLastReloadSuccessTimestamp,
  kProcessCpuSecondsTotal,
  kProcessOpenFds,
  kProcessMaxFds,
  kProcessVirtualMemoryBytes,
  kProcessVirtualMemoryMaxBytes,
  kProcessResidentMemoryBytes,
  kProcessStartTimeSeconds,
};

struct MetricDescription {
  Metric metric;
  std::string_view name;
  MetricType type;
  std::array<std::string_view, 5> labels;  // in the order of the exposition; unused ones are empty
  std::string_view help;

  constexpr std::size_t label_count() const {
    return static_cast<std::size_t>(std::ranges::find(labels, std::string_view()) - labels.begin());
  }
};

// Every metric, in the order of the enumeration.
std::span<const MetricDescription> Catalogue();

const MetricDescription& Describe(Metric metric);

}  // namespace cckm
