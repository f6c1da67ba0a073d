#include "exporter/state/state.h"

namespace cckm {
namespace {

constexpr std::size_t kShownUnknown = 4;
constexpr std::size_t kShownNever = 5;
static_assert(kDomainShownNames[kShownUnknown] == DomainStatusName(DomainStatus::kUnknown));
static_assert(kDomainShownNames[kShownNever] == "never");

}  // namespace

bool IsStale(const RefreshState& refresh, const TargetOptions& options, SteadyTime now) {
  return !refresh.settled && now - refresh.answered_at >= options.stale_after;
}

RefreshStatus ShownStatus(const RefreshState& refresh, const TargetOptions& options,
                          SteadyTime now) {
  return IsStale(refresh, options, now) ? RefreshStatus::kUnknown : refresh.status;
}

std::size_t ShownStatus(const DomainState& domain, const TargetOptions& options, SteadyTime now) {
  if (domain.newest == nullptr) return kShownNever;
  if (IsStale(*domain.newest, options, now)) return kShownUnknown;
  return static_cast<std::size_t>(domain.status);
}

}  // namespace cckm
