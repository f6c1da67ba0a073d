// The family's list of domains, with their names: when it is due, and the way through its pages.
//
// A fault of this list is none of the family's.  Called by Collector.
// Thread-safety: belongs to one poller thread.

#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/decode/decoder.h"
#include "collectors/http/http_client.h"
#include "collectors/model/domain.h"
#include "collectors/model/family.h"
#include "collectors/poll/paginator.h"
#include "collectors/poll/poll_update_builder.h"
#include "collectors/poll/replication.h"

namespace cckm {

class DomainList {
 public:
  // Has nothing to do unless it `is_wanted` and the family has such a list.  The rest outlives
  // this.
  DomainList(const Family& family, bool is_wanted, const Clock& clock,
             const Replication& replication, Decoder& decoder, PollUpdateBuilder& update);

  bool IsDue() const;
  // When it is due; none while it is read, or where it is not wanted.
  std::optional<SteadyTime> NextDue() const;

  // Begins to read the list.
  void Begin();
  bool IsBeingRead() const { return pages_.has_value(); }
  // It is being read, and no page of it is under way.
  bool HasPending() const { return pages_ && !pages_->IsUnderWay(); }
  std::optional<Paginator::Page> NextPage();

  // The page under way has to be requested again with another token.
  void Repeat() { pages_->Repeat(); }
  // Takes the answer for the page under way.  Returns false where it may be the answer to another
  // request.
  [[nodiscard]] bool OnPage(const HttpResult& response);

  // Reads no further.
  void Stop();

 private:
  bool OnNoPage(const DecodeFailure& failure, bool is_not_found);
  void TakePage(DomainPage page, std::size_t bytes);
  void CountUnreadable(const UnusableEntries& unusable);
  void Keep(DomainName domain);
  void End();

  const Family& family_;
  const bool is_wanted_;
  const Clock& clock_;
  const Replication& replication_;
  Decoder& decoder_;
  PollUpdateBuilder& update_;

  std::optional<Paginator> pages_;
  std::vector<DomainName> domains_;  // of pages_
  std::size_t text_bytes_ = 0;       // of domains_
  bool met_unreadable_ = false;
  bool was_whole_ = false;  // a reading of it was complete
  SteadyTime next_due_;
};

}  // namespace cckm
