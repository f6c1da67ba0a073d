// What the ledger could not take yet, of one collector, until it can.
//
// However long that lasts, memory stays bounded: of a refresh two answers are kept, whatever the
// number of polls, and all that is kept names at most so many refreshes and domains.
//
// Thread-safety: plain data.

#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/poll/poll_update.h"
#include "exporter/history/history.h"

namespace cckm {

class Unstored {
 public:
  // Refreshes and domains, each as often as it is named: some 100 bytes each.
  static constexpr std::size_t kMaxNames = 500'000;
  // So many, or one refresh of more, are handed to the ledger at once: a disk that is still full
  // refuses them soon.
  static constexpr std::size_t kNamesAtOnce = 2000;

  explicit Unstored(std::size_t most_names = kMaxNames) : most_names_(most_names) {}

  // Keeps what a final answer says.  The first one of a refresh is what will be counted, the last
  // one what will be held of it; those between change nothing.  Returns false where there is no
  // room for the first one: the refresh counts when it is asked for again.
  [[nodiscard]] bool Keep(const RefreshAnswer& answer);

  // Keeps that a domain is known; where there is no room, the ledger learns of it later.
  void Keep(MetDomain met);

  // Keeps when the first discovery began, as it was told last.
  void Keep(WallTime baseline) { baseline_ = baseline; }

  // Keeps how far the appliance's clock is ahead of ours, as it told last.
  void NoteClockSkew(std::optional<Nanoseconds> skew) { clock_skew_ = skew; }

  // Some of the answers, of a refresh all that are kept, in their order; empty: there are none.
  std::vector<RefreshAnswer> SomeAnswers() const;
  std::vector<MetDomain> SomeMet() const;
  const std::optional<WallTime>& baseline() const { return baseline_; }
  const std::optional<Nanoseconds>& clock_skew() const { return clock_skew_; }

  // Lets go of everything of the refreshes that are final in these answers, or of these domains:
  // it is stored.
  void Forget(std::span<const RefreshAnswer> answers);
  void Forget(std::span<const MetDomain> met);
  void ForgetBaseline() { baseline_.reset(); }

  bool empty() const { return answers_.empty() && met_.empty() && !baseline_; }

 private:
  struct Ends {
    RefreshAnswer first;
    std::optional<RefreshAnswer> last;  // where it says something else
  };

  bool MakeRoom(std::size_t names);

  const std::size_t most_names_;
  std::size_t names_ = 0;
  std::map<std::string, Ends, std::less<>> answers_;  // by the refresh's id
  std::map<std::string, MetDomain, std::less<>> met_;
  std::optional<WallTime> baseline_;
  std::optional<Nanoseconds> clock_skew_;
};

}  // namespace cckm
