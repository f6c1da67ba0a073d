// Whether the appliance has the family's list of refreshes, how long the list is, and whether it is
// of use now.
//
// Called by the classes of a collector.  Thread-safety: belongs to one poller thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "collectors/base/clock.h"
#include "collectors/poll/poll_update_builder.h"

namespace cckm {

class ListAvailability {
 public:
  // That there is no list is a fault, unless the family is optional.  The references outlive this.
  ListAvailability(bool is_optional, const Clock& clock, PollUpdateBuilder& update)
      : is_optional_(is_optional), clock_(clock), update_(update) {}

  void SetFound();
  // REQUIRES: the appliance said so, and was asked twice where that was news.
  void SetNotFound();
  // It was not found when it was requested last.
  bool IsNotFound() const { return is_not_found_; }

  // The family is optional and not there; it is to be requested again at absent_until().
  bool IsAbsent() const { return is_absent_; }
  SteadyTime absent_until() const { return absent_until_; }
  // Nobody knows any more whether it is there.
  void ForgetAbsence() { is_absent_ = false; }

  // The list failed: refreshes are requested by id for a while.
  void SetUnusable();

  // How many entries the list has, as far as it tells.
  void SetLength(std::optional<std::uint64_t> length) { length_ = length; }
  std::optional<std::uint64_t> length() const { return length_; }

  // Whether reading the list takes fewer requests than so many refreshes by id.
  bool TakesFewerRequests(std::size_t refreshes) const;

 private:
  const bool is_optional_;
  const Clock& clock_;
  PollUpdateBuilder& update_;
  bool is_not_found_ = false;
  bool is_absent_ = false;
  SteadyTime absent_until_{};
  SteadyTime unusable_until_{};
  std::optional<std::uint64_t> length_;
};

}  // namespace cckm
