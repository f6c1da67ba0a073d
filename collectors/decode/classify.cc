#include "collectors/decode/classify.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "collectors/base/text.h"

namespace cckm {
namespace {

template <typename Status>
struct Spelling {
  std::string_view word;
  Status status;
};

constexpr std::array<Spelling<RefreshStatus>, 18> kRefreshSpellings = {{
    {"in_progress", RefreshStatus::kInProgress},
    {"running", RefreshStatus::kInProgress},
    {"pending", RefreshStatus::kInProgress},
    {"queued", RefreshStatus::kInProgress},
    {"started", RefreshStatus::kInProgress},
    {"completed", RefreshStatus::kCompleted},
    {"complete", RefreshStatus::kCompleted},
    {"success", RefreshStatus::kCompleted},
    {"successful", RefreshStatus::kCompleted},
    {"failed", RefreshStatus::kFailed},
    {"failure", RefreshStatus::kFailed},
    {"error", RefreshStatus::kFailed},
    {"partially_completed", RefreshStatus::kPartial},
    {"completed_with_errors", RefreshStatus::kPartial},
    {"partial", RefreshStatus::kPartial},
    {"cancelled", RefreshStatus::kCancelled},
    {"canceled", RefreshStatus::kCancelled},
    {"aborted", RefreshStatus::kCancelled},
}};

constexpr std::array<Spelling<RunStatus>, 17> kRunSpellings = {{
    {"scheduled", RunStatus::kScheduled},
    {"pending", RunStatus::kScheduled},
    {"queued", RunStatus::kScheduled},
    {"in_progress", RunStatus::kInProgress},
    {"running", RunStatus::kInProgress},
    {"started", RunStatus::kInProgress},
    {"completed", RunStatus::kCompleted},
    {"complete", RunStatus::kCompleted},
    {"success", RunStatus::kCompleted},
    {"successful", RunStatus::kCompleted},
    {"succeeded", RunStatus::kCompleted},
    {"failed", RunStatus::kFailed},
    {"failure", RunStatus::kFailed},
    {"error", RunStatus::kFailed},
    {"aborted", RunStatus::kAborted},
    {"cancelled", RunStatus::kAborted},
    {"canceled", RunStatus::kAborted},
}};

// What a domain is when its text does not say success, indexed by RefreshStatus.
struct DomainRule {
  DomainStatus without_text;
  DomainStatus with_failure;
  DomainStatus with_other_text;
};

constexpr std::array<DomainRule, kRefreshStatusNames.size()> kDomainRules = {{
    // in_progress
    {DomainStatus::kInProgress, DomainStatus::kInProgress, DomainStatus::kInProgress},
    // completed
    {DomainStatus::kCompleted, DomainStatus::kFailed, DomainStatus::kUnknown},
    // partial
    {DomainStatus::kUnknown, DomainStatus::kFailed, DomainStatus::kFailed},
    // failed
    {DomainStatus::kFailed, DomainStatus::kFailed, DomainStatus::kFailed},
    // cancelled
    {DomainStatus::kCancelled, DomainStatus::kCancelled, DomainStatus::kCancelled},
    // not_found
    {DomainStatus::kUnknown, DomainStatus::kUnknown, DomainStatus::kUnknown},
    // unknown
    {DomainStatus::kUnknown, DomainStatus::kUnknown, DomainStatus::kUnknown},
}};

constexpr char ToSpellingCharacter(char c) { return c == ' ' || c == '-' ? '_' : ToLower(c); }

template <typename Status>
Status FindSpelling(std::string_view text, std::span<const Spelling<Status>> spellings) {
  const auto found = std::ranges::find_if(spellings, [text](const Spelling<Status>& spelling) {
    return IsSpelledAs(text, spelling.word);
  });
  return found == spellings.end() ? Status::kUnknown : found->status;
}

}  // namespace

bool IsSpelledAs(std::string_view text, std::string_view word) {
  return std::ranges::equal(Trim(text), word, {}, ToSpellingCharacter);
}

RefreshStatus ReadOverallStatus(std::string_view text) {
  return FindSpelling<RefreshStatus>(text, kRefreshSpellings);
}

RunStatus ReadRunStatus(std::string_view text) {
  return FindSpelling<RunStatus>(text, kRunSpellings);
}

RefreshStatus ApplyAbort(RefreshStatus status, bool abort_requested) {
  return abort_requested && status == RefreshStatus::kCompleted ? RefreshStatus::kCancelled
                                                                : status;
}

DomainStatus StatusOfDomain(DomainText text, RefreshStatus refresh_status) {
  const DomainRule& rule = kDomainRules[static_cast<std::size_t>(refresh_status)];
  switch (text) {
    case DomainText::kNone:
      return rule.without_text;
    case DomainText::kSuccess:
      return DomainStatus::kCompleted;
    case DomainText::kFailure:
      return rule.with_failure;
    case DomainText::kOther:
      break;
  }
  return rule.with_other_text;
}

RefreshStatus ApplyDomains(RefreshStatus status, std::span<const DomainRefresh> domains) {
  if (status != RefreshStatus::kCompleted) return status;
  const auto failed = std::ranges::count(domains, DomainStatus::kFailed, &DomainRefresh::status);
  if (failed == 0) return RefreshStatus::kCompleted;
  return failed == std::ssize(domains) ? RefreshStatus::kFailed : RefreshStatus::kPartial;
}

}  // namespace cckm
