// Collects what a collector finds into the next PollUpdate.
//
// Called by Collector and its lists.  Thread-safety: belongs to one poller thread.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/base/clock.h"
#include "collectors/http/http_client.h"
#include "collectors/poll/poll_update.h"
#include "collectors/poll/request_tag.h"

namespace cckm {

class PollUpdateBuilder {
 public:
  // `target`, `family` and `clock` outlive this.
  PollUpdateBuilder(std::string_view target, const Family& family, const Clock& clock)
      : target_(target), family_(family), clock_(clock) {}

  // A request, and before it those that failed at other addresses, with their errors.
  void AddRequest(RequestTag::Kind kind, const HttpResult& response);
  void AddAnswer(RefreshAnswer answer);
  void AddRepeated(std::string_view id) { update_.repeated.Add(id); }

  // Shows the first error of each kind, and counts every one.
  void CountError(const Error& error);
  // Shows it without counting it.
  void ShowError(const Error& error);

  // A discovered refresh that is watched no more, one that the list has no more, and one that is
  // watched again.
  void AddUnwatched(std::string id) { update_.unwatched.push_back(std::move(id)); }
  void AddVanished(std::string id) { update_.vanished.push_back(std::move(id)); }
  void WatchAgain(const std::string& id);

  void SetBaseline(WallTime baseline) { update_.baseline = baseline; }
  void SetListing(RefreshListing listing) { update_.listing = std::move(listing); }
  void SetDomainListing(DomainListing listing) { update_.domain_listing = std::move(listing); }
  void SetEnded(PollSummary summary) { update_.ended = summary; }

  // Whether Take() would give so much that it should be called soon.
  bool HoldsMuch() const;

  // What was added since the last call; nothing if nothing was.
  std::optional<PollUpdate> Take();

 private:
  bool IsEmpty() const;

  const std::string_view target_;
  const Family& family_;
  const Clock& clock_;

  PollUpdate update_;
  std::size_t domains_ = 0;  // of the refreshes in update_
};

}  // namespace cckm
