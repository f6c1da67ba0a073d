// The metrics of one target.

#include <algorithm>
#include <array>

#include "exporter/exposition/state_metrics.h"

namespace cckm {
namespace {

// Only a target whose scheduler is read has schedules.
std::span<const std::string_view> DropReasons(const TargetState& target) {
  const std::span<const std::string_view> all = kDropReasonNames;
  return target.schedules.is_enabled ? all : all.first(all.size() - 1);
}

void Dropped(const Scene& scene, const TargetState& /*target*/, std::span<double> numbers) {
  std::ranges::copy_n(scene.budget.dropped().series.begin(),
                      static_cast<std::ptrdiff_t>(numbers.size()), numbers.begin());
}

std::optional<double> SchedulesAreUp(const TargetState& target) {
  if (!target.schedules.is_enabled) return std::nullopt;
  return target.schedules.up ? 1.0 : 0.0;
}

double Authenticated(const Scene& scene, const TargetState& target) {
  const TokenState& token = target.observation.token;
  const bool has_expired = token.held_until && *token.held_until <= scene.state.now;
  return token.is_held && !has_expired ? 1 : 0;
}

std::optional<double> TokenExpiresAt(const TargetState& target) {
  return UnixSecondsOf(target.observation.token.expires_at);
}

std::optional<double> CertificateExpiresAt(const TargetState& target) {
  return UnixSecondsOf(target.observation.certificate_expires_at);
}

std::optional<double> ClientCertificateExpiresAt(const TargetState& target) {
  return UnixSecondsOf(target.observation.client_certificate_expires_at);
}

double TlsVerification(const Scene& /*scene*/, const TargetState& target) {
  return target.options.tls_verification ? 1 : 0;
}

std::optional<double> ClockSkew(const TargetState& target) {
  const auto& skew = target.observation.clock_skew;
  return skew ? std::optional(ToSeconds(*skew)) : std::nullopt;
}

const std::vector<LabelValue>& AddressLabels(const TargetState& target) {
  return target.address_labels;
}

std::optional<double> AddressIsUp(const TargetState& target, std::size_t address) {
  const std::optional<bool> is_up = target.observation.addresses[address].is_up;
  if (!is_up) return std::nullopt;
  return *is_up ? 1 : 0;
}

std::optional<double> AddressIsInUse(const TargetState& target, std::size_t address) {
  return target.observation.addresses[address].is_in_use ? 1 : 0;
}

constexpr std::array kRows = std::to_array<MetricRow<TargetState>>({
    {Metric::kDroppedSeries, OneEachOfSome<TargetState>{DropReasons, Dropped}},
    {Metric::kSchedulesUp, AtMostOne<TargetState>{SchedulesAreUp}},
    {Metric::kAuthenticated, One<TargetState>{Authenticated}},
    {Metric::kTokenExpiryTimestamp, AtMostOne<TargetState>{TokenExpiresAt}},
    {Metric::kTlsCertificateExpiryTimestamp, AtMostOne<TargetState>{CertificateExpiresAt}},
    {Metric::kTlsClientCertificateExpiryTimestamp,
     AtMostOne<TargetState>{ClientCertificateExpiresAt}},
    {Metric::kTlsVerificationEnabled, One<TargetState>{TlsVerification}},
    {Metric::kClockSkew, AtMostOne<TargetState>{ClockSkew}},
    {Metric::kTargetAddressUp, AtMostOneForEach<TargetState>{AddressLabels, AddressIsUp}},
    {Metric::kTargetAddressInUse, AtMostOneForEach<TargetState>{AddressLabels, AddressIsInUse}},
});

}  // namespace

MetricTable<TargetState> TargetMetrics() { return TableOf<kRows, TargetState>(); }

}  // namespace cckm
