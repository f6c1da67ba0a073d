#include "collectors/poll/repeated_answers.h"

#include <chrono>

namespace cckm {
namespace {

constexpr Nanoseconds kShortestTrust = std::chrono::minutes(5);

// Not for all at once: fingerprints are random.
Nanoseconds TrustIn(const Fingerprint& fingerprint) {
  const auto most = static_cast<std::uint64_t>(kShortestTrust.count());
  return kShortestTrust + Nanoseconds(static_cast<std::int64_t>(fingerprint.low % most));
}

}  // namespace

void NoteAnswer(const Refresh& refresh, const Fingerprint& fingerprint, SteadyTime now,
                Watched& watched) {
  const bool may_repeat = refresh.status == RefreshStatus::kInProgress &&
                          refresh.anomalies.empty() && refresh.told_id == refresh.id;
  watched.fingerprint = may_repeat ? fingerprint : Fingerprint{};
  watched.repeats_until = now + TrustIn(fingerprint);
}

// A time that was believed is none any more where the appliance's clock was set back.
bool RepeatsAnswer(std::string_view text, const Watched& watched, const AnswerTime& time) {
  if (!watched.fingerprint || time.now >= watched.repeats_until) return false;
  if (watched.summary.created_at > time.latest_time || watched.updated_at > time.latest_time) {
    return false;
  }
  return text.size() >= watched.fingerprint.size &&
         FingerprintOf(text.substr(0, watched.fingerprint.size)) == watched.fingerprint;
}

std::optional<KnownEntries::Known> RepeatedEntries::Take(std::string_view text) {
  if (watched_.size() == 0) return std::nullopt;
  const RefreshIndex next = watched_[last_].follower;
  if (!RepeatsAnswer(text, watched_[next], time_)) return std::nullopt;
  last_ = next;
  return Known{.number = next, .size = watched_[next].fingerprint.size};
}

void RepeatedEntries::TakeOther(std::string_view id) {
  if (watched_.size() != 0) last_ = watched_.FindAfter(last_, id).value_or(last_);
}

}  // namespace cckm
