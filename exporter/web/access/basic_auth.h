// Who may come in: user names and passwords against the bcrypt hashes of the web configuration.
//
// A hash takes a tenth of a second to compute, so that an unknown client can keep a processor busy.
// Hence: one is computed at a time, a few wait, and who cannot wait is told to come again.  Who has
// guessed wrong less often goes first, and takes the place of who did more often.  What was found
// out is remembered, right and wrong ones apart, so that a scraper that was let in once never waits
// again, whatever unknown clients do.  An unknown user costs what a known one does, up to a second.
//
// Thread-safety: Check() is called by many threads at once.

#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/base/mutex.h"
#include "exporter/config/web_config.h"
#include "exporter/web/access/authorization.h"
#include "exporter/web/access/guessers.h"

namespace cckm {

// A limited number of digests; the oldest goes when another comes.
class DigestMemory {
 public:
  using Digest = std::array<unsigned char, 32>;

  explicit DigestMemory(std::size_t most) : most_(most) {}

  void Add(const Digest& digest);
  bool Holds(const Digest& digest) const { return digests_.contains(digest); }

 private:
  const std::size_t most_;
  std::set<Digest> digests_;
  std::deque<Digest> in_order_;
};

class BasicAuth {
 public:
  enum class Verdict {
    kWelcome,
    kRefused,
    kBusy,  // too many wait already
  };
  // Whether the password is that of the bcrypt hash.  Called by one thread at a time.
  using PasswordCheck = std::function<bool(const Secret& password, const std::string& hash)>;

  explicit BasicAuth(PasswordCheck check);

  // Judges a request of `peer`, an address, with this header.  May wait for computations that
  // others caused.  REQUIRES: users is not empty.
  Verdict Check(std::string_view authorization, std::string_view peer, const WebUsers& users);

  static constexpr std::size_t kMaxWaiting = 16;
  static constexpr std::size_t kMaxWaitingOfAPeer = 4;

 private:
  using Digest = DigestMemory::Digest;
  // A computation that is wanted; all who ask the same meanwhile wait for it together.
  struct PendingCheck {
    std::string source;
    std::uint64_t number = 0;  // in the order of their coming
    bool is_computed = false;  // now
    bool is_over = false;
    Verdict verdict = Verdict::kBusy;
  };
  using PendingChecks = std::map<Digest, std::shared_ptr<PendingCheck>>;
  // The lowest goes first: by the failures of its source, then in the order of coming.
  using Rank = std::pair<std::uint64_t, std::uint64_t>;
  struct Attempt {
    const Secret& password;
    const std::string& hash;
    bool is_known;  // the user is
  };

  Digest DigestOf(const BasicCredentials& credentials, const std::string& hash,
                  bool is_known) const;
  Rank RankOf(const PendingCheck& check) const CCKM_REQUIRES(mutex_);
  bool IsNext(const PendingCheck& check) const CCKM_REQUIRES(mutex_);
  bool MakeRoomFor(const std::string& source) CCKM_REQUIRES(mutex_);
  Verdict Join(PendingCheck& check, const std::string& source) CCKM_REQUIRES(mutex_);
  Verdict Decide(const Digest& digest, const std::string& source, const Attempt& attempt)
      CCKM_REQUIRES(mutex_);
  bool Compute(const Attempt& attempt) CCKM_REQUIRES(mutex_);

  const PasswordCheck check_;
  const std::array<unsigned char, 32> key_;  // so that nobody can aim at a digest

  Mutex mutex_;
  std::condition_variable_any changed_;
  PendingChecks pending_checks_ CCKM_GUARDED_BY(mutex_);
  std::uint64_t next_number_ CCKM_GUARDED_BY(mutex_) = 0;
  bool is_computing_ CCKM_GUARDED_BY(mutex_) = false;
  Guessers guessers_ CCKM_GUARDED_BY(mutex_);
  DigestMemory right_ CCKM_GUARDED_BY(mutex_);
  DigestMemory wrong_ CCKM_GUARDED_BY(mutex_);
};

}  // namespace cckm
