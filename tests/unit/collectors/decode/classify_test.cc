#include "collectors/decode/classify.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cckm {
namespace {

struct Spelling {
  const char* text;
  RefreshStatus status;
};

const Spelling kSpellings[] = {
    {"in_progress", RefreshStatus::kInProgress},
    {"in progress", RefreshStatus::kInProgress},
    {"in-progress", RefreshStatus::kInProgress},
    {"In Progress", RefreshStatus::kInProgress},
    {"running", RefreshStatus::kInProgress},
    {"pending", RefreshStatus::kInProgress},
    {"queued", RefreshStatus::kInProgress},
    {"started", RefreshStatus::kInProgress},
    {"completed", RefreshStatus::kCompleted},
    {"Completed", RefreshStatus::kCompleted},
    {"COMPLETED", RefreshStatus::kCompleted},
    {"completed ", RefreshStatus::kCompleted},
    {"\tcompleted\r\n", RefreshStatus::kCompleted},
    {"complete", RefreshStatus::kCompleted},
    {"success", RefreshStatus::kCompleted},
    {"successful", RefreshStatus::kCompleted},
    {"failed", RefreshStatus::kFailed},
    {"failure", RefreshStatus::kFailed},
    {"error", RefreshStatus::kFailed},
    {"Error", RefreshStatus::kFailed},
    {"partially_completed", RefreshStatus::kPartial},
    {"Partially-Completed", RefreshStatus::kPartial},
    {"completed_with_errors", RefreshStatus::kPartial},
    {"Completed with errors", RefreshStatus::kPartial},
    {"completed-with errors", RefreshStatus::kPartial},
    {"partial", RefreshStatus::kPartial},
    {"cancelled", RefreshStatus::kCancelled},
    {"canceled", RefreshStatus::kCancelled},
    {"aborted", RefreshStatus::kCancelled},
    {"", RefreshStatus::kUnknown},
    {" ", RefreshStatus::kUnknown},
    {"QUEUED_V2", RefreshStatus::kUnknown},
    {"in  progress", RefreshStatus::kUnknown},
    {"inprogress", RefreshStatus::kUnknown},
    {"in\tprogress", RefreshStatus::kUnknown},
    {"_completed", RefreshStatus::kUnknown},
    {"completed.", RefreshStatus::kUnknown},
    {"not completed", RefreshStatus::kUnknown},
    {"completedx", RefreshStatus::kUnknown},
    {"complet", RefreshStatus::kUnknown},
    {"not_found", RefreshStatus::kUnknown},
    {"unknown", RefreshStatus::kUnknown},
    {"terminé", RefreshStatus::kUnknown},
};

TEST(ClassifyTest, OverallStatusIsReadBySpelling) {
  for (const Spelling& spelling : kSpellings) {
    EXPECT_EQ(ReadOverallStatus(spelling.text), spelling.status) << spelling.text;
  }
}

TEST(ClassifyTest, OverallStatusWithAnEmbeddedNulIsUnknown) {
  EXPECT_EQ(ReadOverallStatus(std::string_view("completed\0", 10)), RefreshStatus::kUnknown);
}

TEST(ClassifyTest, AbortTurnsOnlyACompletedRefreshIntoACancelledOne) {
  for (std::size_t i = 0; i < kRefreshStatusNames.size(); ++i) {
    const auto status = static_cast<RefreshStatus>(i);
    const bool completed = status == RefreshStatus::kCompleted;
    EXPECT_EQ(ApplyAbort(status, true), completed ? RefreshStatus::kCancelled : status);
    EXPECT_EQ(ApplyAbort(status, false), status);
  }
}

// Columns: a text of success, of failure, another one, none.
struct DomainCase {
  RefreshStatus refresh;
  DomainStatus with_success;
  DomainStatus with_failure;
  DomainStatus with_other;
  DomainStatus without_text;
};

const DomainCase kDomainCases[] = {
    {RefreshStatus::kInProgress, DomainStatus::kCompleted, DomainStatus::kInProgress,
     DomainStatus::kInProgress, DomainStatus::kInProgress},
    {RefreshStatus::kCompleted, DomainStatus::kCompleted, DomainStatus::kFailed,
     DomainStatus::kUnknown, DomainStatus::kCompleted},
    {RefreshStatus::kPartial, DomainStatus::kCompleted, DomainStatus::kFailed,
     DomainStatus::kFailed, DomainStatus::kUnknown},
    {RefreshStatus::kFailed, DomainStatus::kCompleted, DomainStatus::kFailed, DomainStatus::kFailed,
     DomainStatus::kFailed},
    {RefreshStatus::kCancelled, DomainStatus::kCompleted, DomainStatus::kCancelled,
     DomainStatus::kCancelled, DomainStatus::kCancelled},
    {RefreshStatus::kNotFound, DomainStatus::kCompleted, DomainStatus::kUnknown,
     DomainStatus::kUnknown, DomainStatus::kUnknown},
    {RefreshStatus::kUnknown, DomainStatus::kCompleted, DomainStatus::kUnknown,
     DomainStatus::kUnknown, DomainStatus::kUnknown},
};

TEST(ClassifyTest, ADomainIsReadByItsTextAndTheWordOnItsRefresh) {
  for (const DomainCase& c : kDomainCases) {
    const auto name = RefreshStatusName(c.refresh);
    EXPECT_EQ(StatusOfDomain(DomainText::kSuccess, c.refresh), c.with_success) << name;
    EXPECT_EQ(StatusOfDomain(DomainText::kFailure, c.refresh), c.with_failure) << name;
    EXPECT_EQ(StatusOfDomain(DomainText::kOther, c.refresh), c.with_other) << name;
    EXPECT_EQ(StatusOfDomain(DomainText::kNone, c.refresh), c.without_text) << name;
  }
}

std::vector<DomainRefresh> DomainsOf(const std::vector<DomainStatus>& statuses) {
  std::vector<DomainRefresh> domains;
  for (const DomainStatus status : statuses) domains.push_back({"d", status, ""});
  return domains;
}

TEST(ClassifyTest, ACompletedRefreshIsAsGoodAsItsDomains) {
  constexpr auto kGood = DomainStatus::kCompleted;
  constexpr auto kBad = DomainStatus::kFailed;
  struct Case {
    std::vector<DomainStatus> domains;
    RefreshStatus status;
  };
  const Case cases[] = {
      {{}, RefreshStatus::kCompleted},
      {{kGood}, RefreshStatus::kCompleted},
      {{kGood, kGood}, RefreshStatus::kCompleted},
      {{kGood, kBad}, RefreshStatus::kPartial},
      {{kBad, kGood}, RefreshStatus::kPartial},
      {{kBad, kBad, kGood}, RefreshStatus::kPartial},
      {{kBad}, RefreshStatus::kFailed},
      {{kBad, kBad}, RefreshStatus::kFailed},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ApplyDomains(RefreshStatus::kCompleted, DomainsOf(c.domains)), c.status);
  }
}

TEST(ClassifyTest, EveryOtherRefreshKeepsItsStateWhateverItsDomainsAre) {
  const auto mixed = DomainsOf({DomainStatus::kCompleted, DomainStatus::kFailed});
  const auto all_completed = DomainsOf({DomainStatus::kCompleted});
  const auto all_failed = DomainsOf({DomainStatus::kFailed});
  for (std::size_t i = 0; i < kRefreshStatusNames.size(); ++i) {
    const auto status = static_cast<RefreshStatus>(i);
    if (status == RefreshStatus::kCompleted) continue;
    EXPECT_EQ(ApplyDomains(status, mixed), status);
    EXPECT_EQ(ApplyDomains(status, all_completed), status);
    EXPECT_EQ(ApplyDomains(status, all_failed), status);
  }
}

}  // namespace
}  // namespace cckm
