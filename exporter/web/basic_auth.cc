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

const std::string& DearestHash(const WebUsers& users) {
  const auto cost = [](const WebUsers::value_type& user) {
    return std::string_view(user.second).substr(4, 2);
  };
  return std::ranges::max_element(users, {}, cost)->second;
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

bool BasicAuth::HasRoomFor(std::string_view peer) const {
  const auto of_peer = [peer](const auto& entry) { return entry.second->peer == peer; };
  return flights_.size() < kMostWaiting &&
         std::ranges::count_if(flights_, of_peer) < std::ptrdiff_t{kMostWaitingOfAPeer};
}

// Computes without the lock, and hands the turn on whatever happens.
bool BasicAuth::TakeTurn(std::uint64_t turn, const Secret& password, const std::string& hash) {
  while (turn_ != turn) changed_.wait(mutex_);
  mutex_.unlock();
  bool is_right = false;
  try {
    is_right = check_(password, hash);
  } catch (...) {  // out of memory: nobody comes in for that
  }
  mutex_.lock();
  ++turn_;
  changed_.notify_all();
  return is_right;
}

bool BasicAuth::Decide(const Digest& digest, std::string_view peer, const Attempt& attempt) {
  const auto flight = std::make_shared<Flight>(Flight{.peer = std::string(peer)});
  const auto entry = flights_.emplace(digest, flight).first;
  const bool is_right = TakeTurn(next_turn_++, attempt.password, attempt.hash);
  flight->is_welcome = is_right && attempt.is_known;
  flight->is_over = true;
  flights_.erase(entry);
  (flight->is_welcome ? right_ : wrong_).Add(digest);
  return flight->is_welcome;
}

BasicAuth::Verdict BasicAuth::Check(std::string_view authorization, std::string_view peer,
                                    const WebUsers& users) {
  const auto credentials = ParseBasicAuthorization(authorization);
  if (!credentials) return Verdict::kRefused;
  const auto user = users.find(credentials->user);
  const bool is_known = user != users.end();
  const std::string hash = is_known ? user->second : HashOfNobody(DearestHash(users));
  const Digest digest = DigestOf(*credentials, hash, is_known);
  const auto verdict = [](bool is_welcome) {
    return is_welcome ? Verdict::kWelcome : Verdict::kRefused;
  };

  const MutexLock lock(mutex_);
  if (right_.Holds(digest) || wrong_.Holds(digest)) return verdict(right_.Holds(digest));
  if (const auto found = flights_.find(digest); found != flights_.end()) {
    const std::shared_ptr<Flight> flight = found->second;
    while (!flight->is_over) changed_.wait(mutex_);
    return verdict(flight->is_welcome);
  }
  if (!HasRoomFor(peer)) return Verdict::kBusy;
  return verdict(Decide(digest, peer, {credentials->password, hash, is_known}));
}

}  // namespace cckm
