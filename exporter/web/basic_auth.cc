#include "exporter/web/basic_auth.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "exporter/web/bcrypt.h"

namespace cckm {
namespace {

constexpr std::size_t kMostRemembered = 1024;

std::array<unsigned char, 32> RandomKey() {
  std::array<unsigned char, 32> key{};
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) {
    throw std::runtime_error("OpenSSL has no random bytes");
  }
  return key;
}

// Each part with its length in front, so that no two lists of parts make the same text.
void AppendPart(std::string& text, std::string_view part) {
  text.append(std::to_string(part.size())).append(":").append(part);
}

// As dear as the dearest of the users', so that the time does not tell who is one; but no dearer
// than a second, or a stranger could stop the checks for hours.
std::string HashForStrangers(const WebUsers& users) {
  constexpr std::size_t kCostBegin = 4;
  constexpr std::size_t kCostLength = 2;
  constexpr std::string_view kCostOfASecond = "14";
  const auto cost = [](const WebUsers::value_type& user) {
    return std::string_view(user.second).substr(kCostBegin, kCostLength);
  };
  const auto dearest = std::ranges::max_element(users, {}, cost);
  std::string hash = HashOfNobody(dearest->second);
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
    : check_(std::move(check)),
      key_(RandomKey()),
      right_(kMostRemembered),
      wrong_(kMostRemembered) {}

BasicAuth::Digest BasicAuth::DigestOf(const BasicCredentials& credentials, const std::string& hash,
                                      bool is_known) const {
  std::string text;
  text.reserve(128 + credentials.user.size() + credentials.password.Reveal().size() + hash.size());
  AppendPart(text, is_known ? "known" : "unknown");
  AppendPart(text, hash);
  AppendPart(text, credentials.user);
  AppendPart(text, credentials.password.Reveal());
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

BasicAuth::Rank BasicAuth::RankOf(const Flight& flight) const {
  return {guessers_.FailuresOf(flight.source), flight.number};
}

bool BasicAuth::IsNext(const Flight& flight) const {
  if (is_computing_) return false;
  const Rank rank = RankOf(flight);
  for (const auto& [digest, other] : flights_) {
    if (RankOf(*other) < rank) return false;
  }
  return true;
}

// Where all places are taken, the last of those who have failed more often than the source loses
// its own.
bool BasicAuth::MakeRoomFor(const std::string& source) {
  const auto of_source = [&source](const auto& entry) { return entry.second->source == source; };
  if (std::ranges::count_if(flights_, of_source) >= std::ptrdiff_t{kMostWaitingOfAPeer}) {
    return false;
  }
  if (flights_.size() < kMostWaiting) return true;
  auto last = flights_.end();
  for (auto entry = flights_.begin(); entry != flights_.end(); ++entry) {
    if (entry->second->is_computed) continue;
    if (last == flights_.end() || RankOf(*entry->second) > RankOf(*last->second)) last = entry;
  }
  if (last == flights_.end() || RankOf(*last->second).first <= guessers_.FailuresOf(source)) {
    return false;
  }
  last->second->is_over = true;
  flights_.erase(last);
  changed_.notify_all();
  return true;
}

// The flight goes as early as the best of those who wait for it.
BasicAuth::Verdict BasicAuth::Join(Flight& flight, const std::string& source) {
  if (guessers_.FailuresOf(source) < RankOf(flight).first) flight.source = source;
  changed_.notify_all();
  while (!flight.is_over) changed_.wait(mutex_);
  return flight.verdict;
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
  const auto flight = std::make_shared<Flight>(Flight{.source = source, .number = next_number_++});
  flights_.emplace(digest, flight);
  while (!flight->is_over && !IsNext(*flight)) changed_.wait(mutex_);
  if (flight->is_over) return flight->verdict;
  is_computing_ = flight->is_computed = true;
  const bool is_welcome = Compute(attempt) && attempt.is_known;
  is_computing_ = false;
  flight->verdict = is_welcome ? Verdict::kWelcome : Verdict::kRefused;
  flight->is_over = true;
  flights_.erase(digest);
  changed_.notify_all();
  (is_welcome ? right_ : wrong_).Add(digest);
  is_welcome ? guessers_.Forgive(source) : guessers_.Note(source);
  return flight->verdict;
}

BasicAuth::Verdict BasicAuth::Check(std::string_view authorization, std::string_view peer,
                                    const WebUsers& users) {
  const auto credentials = ParseBasicAuthorization(authorization);
  if (!credentials) return Verdict::kRefused;
  const auto user = users.find(credentials->user);
  const bool is_known = user != users.end();
  const std::string hash = is_known ? user->second : HashForStrangers(users);
  const Digest digest = DigestOf(*credentials, hash, is_known);
  const std::string source = SourceOf(peer);

  const MutexLock lock(mutex_);
  if (right_.Holds(digest)) return Verdict::kWelcome;
  if (wrong_.Holds(digest)) return Verdict::kRefused;
  if (const auto found = flights_.find(digest); found != flights_.end()) {
    const std::shared_ptr<Flight> flight = found->second;
    return Join(*flight, source);
  }
  if (!MakeRoomFor(source)) return Verdict::kBusy;
  return Decide(digest, source, {credentials->password, hash, is_known});
}

}  // namespace cckm
