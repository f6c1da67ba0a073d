#include "exporter/web/access/basic_auth.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "exporter/web/access/bcrypt.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxRemembered = 1024;

std::array<unsigned char, 32> RandomKey() {
  std::array<unsigned char, 32> key{};
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) {
    throw std::runtime_error("OpenSSL has no random bytes");
  }
  return key;
}

// As dear as the dearest of the users', so that the time does not tell who is one; but no dearer
// than a second, or an unknown client could stop the checks for hours.
std::string HashOfUnknownUser(const WebUsers& users) {
  constexpr std::size_t kCostBegin = 4;
  constexpr std::size_t kCostLength = 2;
  constexpr std::string_view kCostOfASecond = "14";
  const auto cost = [](const WebUsers::value_type& user) {
    return std::string_view(user.second).substr(kCostBegin, kCostLength);
  };
  const auto dearest = std::ranges::max_element(users, {}, cost);
  std::string hash = DummyHash(dearest->second);
  if (cost(*dearest) > kCostOfASecond) hash.replace(kCostBegin, kCostLength, kCostOfASecond);
  return hash;
}

}  // namespace

void DigestMemory::Add(const Digest& digest) {
  if (!digests_.insert(digest).second) return;
  in_order_.push_back(digest);
  if (in_order_.size() <= most_) return;
  digests_.erase(in_order_.front());
  in_order_.pop_front();
}

BasicAuth::BasicAuth(PasswordCheck check)
    : check_(std::move(check)), key_(RandomKey()), right_(kMaxRemembered), wrong_(kMaxRemembered) {}

BasicAuth::Digest BasicAuth::DigestOf(const BasicCredentials& credentials, const std::string& hash,
                                      bool is_known) const {
  std::string text;
  text.reserve(128 + credentials.user.size() + credentials.password.Reveal().size() + hash.size());
  const std::array<std::string_view, 4> parts = {is_known ? "known" : "unknown", hash,
                                                 credentials.user, credentials.password.Reveal()};
  // Each with its length in front, so that no two lists of parts make the same text.
  for (const std::string_view part : parts) {
    text.append(std::to_string(part.size())).append(":").append(part);
  }
  const Secret wiped(std::move(text));
  Digest digest{};
  const std::string_view bytes = wiped.Reveal();
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), data, bytes.size(),
           digest.data(), nullptr) == nullptr) {
    throw std::runtime_error("OpenSSL has no HMAC");
  }
  return digest;
}

BasicAuth::Rank BasicAuth::RankOf(const PendingCheck& check) const {
  return {guessers_.FailuresOf(check.source), check.number};
}

bool BasicAuth::IsNext(const PendingCheck& check) const {
  if (is_computing_) return false;
  const Rank rank = RankOf(check);
  for (const auto& [digest, other] : pending_checks_) {
    if (RankOf(*other) < rank) return false;
  }
  return true;
}

// Where all places are taken, the last of those who have failed more often than the source loses
// its own.
bool BasicAuth::MakeRoomFor(const std::string& source) {
  const auto of_source = [&source](const auto& entry) { return entry.second->source == source; };
  if (std::ranges::count_if(pending_checks_, of_source) >= std::ptrdiff_t{kMaxWaitingOfAPeer}) {
    return false;
  }
  if (pending_checks_.size() < kMaxWaiting) return true;
  auto last = pending_checks_.end();
  for (auto entry = pending_checks_.begin(); entry != pending_checks_.end(); ++entry) {
    if (entry->second->is_computed) continue;
    if (last == pending_checks_.end() || RankOf(*entry->second) > RankOf(*last->second))
      last = entry;
  }
  if (last == pending_checks_.end() ||
      RankOf(*last->second).first <= guessers_.FailuresOf(source)) {
    return false;
  }
  last->second->is_over = true;
  pending_checks_.erase(last);
  changed_.notify_all();
  return true;
}

// A pending check runs as early as the best of those who wait for it.
BasicAuth::Verdict BasicAuth::Join(PendingCheck& check, const std::string& source) {
  if (guessers_.FailuresOf(source) < RankOf(check).first) check.source = source;
  changed_.notify_all();
  while (!check.is_over) changed_.wait(mutex_);
  return check.verdict;
}

// Without the lock, which is held again whatever happens.
bool BasicAuth::Compute(const Attempt& attempt) {
  mutex_.unlock();
  bool is_right = false;
  try {
    is_right = check_(attempt.password, attempt.hash);
  } catch (...) {  // out of memory: nobody comes in for that
  }
  mutex_.lock();
  return is_right;
}

BasicAuth::Verdict BasicAuth::Decide(const Digest& digest, const std::string& source,
                                     const Attempt& attempt) {
  const auto check =
      std::make_shared<PendingCheck>(PendingCheck{.source = source, .number = next_number_++});
  pending_checks_.emplace(digest, check);
  while (!check->is_over && !IsNext(*check)) changed_.wait(mutex_);
  if (check->is_over) return check->verdict;
  is_computing_ = check->is_computed = true;
  const bool is_welcome = Compute(attempt) && attempt.is_known;
  is_computing_ = false;
  check->verdict = is_welcome ? Verdict::kWelcome : Verdict::kRefused;
  check->is_over = true;
  pending_checks_.erase(digest);
  changed_.notify_all();
  (is_welcome ? right_ : wrong_).Add(digest);
  is_welcome ? guessers_.Forgive(source) : guessers_.Note(source);
  return check->verdict;
}

BasicAuth::Verdict BasicAuth::Check(std::string_view authorization, std::string_view peer,
                                    const WebUsers& users) {
  const auto credentials = ParseBasicAuthorization(authorization);
  if (!credentials) return Verdict::kRefused;
  const auto user = users.find(credentials->user);
  const bool is_known = user != users.end();
  const std::string hash = is_known ? user->second : HashOfUnknownUser(users);
  const Digest digest = DigestOf(*credentials, hash, is_known);
  const std::string source = SourceOf(peer);

  const MutexLock lock(mutex_);
  if (right_.Holds(digest)) return Verdict::kWelcome;
  if (wrong_.Holds(digest)) return Verdict::kRefused;
  if (const auto found = pending_checks_.find(digest); found != pending_checks_.end()) {
    const std::shared_ptr<PendingCheck> check = found->second;
    return Join(*check, source);
  }
  if (!MakeRoomFor(source)) return Verdict::kBusy;
  return Decide(digest, source, {credentials->password, hash, is_known});
}

}  // namespace cckm
