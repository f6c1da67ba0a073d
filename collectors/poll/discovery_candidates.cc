#include "collectors/poll/discovery_candidates.h"

namespace cckm {
namespace {

// Domains of all candidates together; each takes about 100 bytes.
constexpr std::size_t kMaxDomainsHeld = 100'000;

}  // namespace

std::optional<Refresh> DiscoveryCandidates::Take(Refresh refresh) {
  const auto created_at = refresh.created_at;
  if (by_creation_.size() >= most_ && created_at <= by_creation_.begin()->first) return refresh;
  DiscoveryCandidate candidate{std::move(refresh)};
  const std::size_t domains = candidate.refresh.domains.size();
  if (domains_held_ + domains > kMaxDomainsHeld) {
    candidate.refresh.domains = {};
    candidate.is_whole = false;
  } else {
    domains_held_ += domains;
  }
  by_creation_.emplace(created_at, std::move(candidate));
  if (by_creation_.size() <= most_) return std::nullopt;
  Refresh oldest = std::move(by_creation_.begin()->second.refresh);
  domains_held_ -= oldest.domains.size();
  by_creation_.erase(by_creation_.begin());
  return oldest;
}

std::vector<DiscoveryCandidate> DiscoveryCandidates::TakeAll() {
  std::vector<DiscoveryCandidate> newest_first;
  newest_first.reserve(by_creation_.size());
  for (auto place = by_creation_.rbegin(); place != by_creation_.rend(); ++place) {
    newest_first.push_back(std::move(place->second));
  }
  by_creation_.clear();
  domains_held_ = 0;
  return newest_first;
}

}  // namespace cckm
