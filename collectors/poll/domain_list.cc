#include "collectors/poll/domain_list.h"

#include <utility>

#include "collectors/decode/answer.h"
#include "collectors/poll/list_page.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{32} << 20U;
constexpr Nanoseconds kInterval = std::chrono::minutes(10);
constexpr Nanoseconds kRetryInterval = std::chrono::minutes(1);

}  // namespace

DomainList::DomainList(const Family& family, bool is_wanted, const Clock& clock,
                       const Replication& replication, Decoder& decoder, PollUpdateBuilder& update)
    : family_(family),
      is_wanted_(is_wanted && !family.domain_list_path.empty()),
      clock_(clock),
      replication_(replication),
      decoder_(decoder),
      update_(update),
      next_due_(clock.SteadyNow()) {}

bool DomainList::IsDue() const { return is_wanted_ && next_due_ <= clock_.SteadyNow() && !pages_; }

std::optional<SteadyTime> DomainList::NextDue() const {
  return is_wanted_ && !pages_ ? std::optional(next_due_) : std::nullopt;
}

void DomainList::Begin() {
  pages_.emplace(family_.domain_list_path);
  met_unreadable_ = false;
}

std::optional<Paginator::Page> DomainList::NextPage() {
  return pages_ ? pages_->NextPage() : std::nullopt;
}

bool DomainList::OnPage(const HttpResult& response) {
  const bool is_not_found = IsNotFound(response, decoder_);
  const Result<std::string_view> body = UsableBody(response, decoder_);
  auto page = body ? decoder_.DecodeDomainList(*body, family_)
                   : Decoded<DomainPage>(tl::unexpect, DecodeFailure{body.error()});
  if (!page) return OnNoPage(page.error(), is_not_found);
  switch (pages_->OriginOf(PlaceOf(*page, page->domains.size(), false))) {
    case Paginator::Origin::kRequestedAgain:
      update_.CountError(BelongsElsewhere());
      return false;
    case Paginator::Origin::kAnother:
      return OnNoPage({BelongsElsewhere()}, false);
    case Paginator::Origin::kThisPage:
      break;
  }
  TakePage(std::move(*page), response.answer->body.size());
  return true;
}

void DomainList::TakePage(DomainPage page, std::size_t bytes) {
  CountUnreadable(page.unusable);
  const std::size_t entries = page.domains.size() + page.unusable.count;
  for (DomainName& domain : page.domains) {
    if (pages_->See(domain.id)) Keep(std::move(domain));
  }
  if (!pages_->TakePage(page.frame.total, entries, bytes)) update_.CountError(RepeatsItself());
  if (text_bytes_ > kMaxTextBytes) pages_->Stop();
  if (pages_->IsOver()) End();
}

// The answer is no page.  The next one is requested where that makes sense.
bool DomainList::OnNoPage(const DecodeFailure& failure, bool is_not_found) {
  if (MayBeReadInParts(failure)) {
    const Paginator::Detour detour = pages_->TakeUnreadable();
    if (detour == Paginator::Detour::kSkippedEntry) {
      CountUnreadable({.count = 1, .first = failure.error});
    }
    if (detour != Paginator::Detour::kGaveUp) return true;
  }
  const Error not_found{ErrorKind::kNotFound,
                        "the appliance answered HTTP 404 for the list of this family's domains: "
                        "domain_names: false does without it"};
  update_.CountError(is_not_found ? not_found : failure.error);
  Stop();
  if (is_not_found) next_due_ = clock_.SteadyNow() + kInterval;
  return !IsOfTheBody(failure);
}

// Nobody knows which domains they are, so that none is missed.
void DomainList::CountUnreadable(const UnusableEntries& unusable) {
  if (unusable.count == 0) return;
  met_unreadable_ = true;
  update_.CountError(SummaryOf(unusable));
}

void DomainList::Keep(DomainName domain) {
  text_bytes_ += domain.id.size() + domain.name.size() + domain.connection.size();
  domains_.push_back(std::move(domain));
}

void DomainList::Stop() {
  pages_->Stop();
  End();
}

void DomainList::End() {
  const bool is_complete = pages_->IsComplete();
  next_due_ = clock_.SteadyNow() + (is_complete ? kInterval : kRetryInterval);
  if (is_complete || !domains_.empty()) {
    // A node that may be behind adds to what another listed, and takes nothing from it.
    const bool tells_what_is_gone = replication_.KnowsAll();
    const bool is_whole = is_complete && !met_unreadable_ && (tells_what_is_gone || !was_whole_);
    was_whole_ = was_whole_ || is_whole;
    update_.SetDomainListing({.is_complete = is_whole,
                              .tells_what_is_gone = tells_what_is_gone,
                              .domains = std::exchange(domains_, {})});
  }
  domains_.clear();
  text_bytes_ = 0;
  pages_.reset();
}

}  // namespace cckm
