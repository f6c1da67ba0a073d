// The way through lists that are not what they say.

#include "collectors/poll/paginator.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <string>
#include <vector>

namespace cckm {
namespace {

using Total = std::optional<std::uint64_t>;

// The numbers of "/l?skip=7&limit=100".
std::pair<std::uint64_t, std::uint64_t> SkipAndLimit(const std::string& path) {
  const std::size_t skip = path.find("skip=") + 5;
  const std::size_t limit = path.find("limit=") + 6;
  return {std::stoull(path.substr(skip)), std::stoull(path.substr(limit))};
}

// A list and its oddities.
struct List {
  std::vector<int> entries = {};
  Total total = {};
  std::uint64_t most_in_page = 1'000'000;
  bool ignores_limit = false;
  bool ignores_skip = false;
};

List Of(int size, Total total) {
  List list{.entries = std::vector<int>(static_cast<std::size_t>(size)), .total = total};
  std::iota(list.entries.begin(), list.entries.end(), 0);
  return list;
}

struct Outcome {
  std::size_t seen = 0;
  std::size_t requests = 0;
  bool repeats = false;
  bool is_complete = false;
};

// Takes the next page; false if there is none.
bool TakeOne(Paginator& pages, const List& list, Outcome& outcome) {
  const auto page = pages.NextPage();
  if (!page) return false;
  ++outcome.requests;
  auto [skip, limit] = SkipAndLimit(page->path);
  if (list.ignores_skip) skip = 0;
  limit = list.ignores_limit ? list.entries.size() : std::min(limit, list.most_in_page);
  std::size_t count = 0;
  for (std::uint64_t i = skip; i < list.entries.size() && count < limit; ++i, ++count) {
    if (pages.See(std::to_string(list.entries[i]))) ++outcome.seen;
  }
  if (!pages.TakePage(list.total, count)) outcome.repeats = true;
  return true;
}

Outcome ReadList(const List& list) {
  Paginator pages("/l");
  Outcome outcome;
  while (outcome.requests < 5000 && TakeOne(pages, list, outcome)) {
  }
  EXPECT_TRUE(pages.IsOver());
  outcome.is_complete = pages.IsComplete();
  return outcome;
}

struct Case {
  const char* what;
  List list;
  std::size_t requests;
  bool is_complete;
};

TEST(PaginatorTest, SeesEverythingWhateverTheListSaysOfItself) {
  List at_once = Of(1000, 1000);
  at_once.ignores_limit = true;
  List few = Of(95, 95);
  few.most_in_page = 10;
  List few_without_total = Of(95, {});
  few_without_total.most_in_page = 10;
  List few_with_zero = Of(95, 0);
  few_with_zero.most_in_page = 10;
  List without_paging = Of(50, {});
  without_paging.ignores_limit = without_paging.ignores_skip = true;
  constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();
  const Case cases[] = {
      {"as documented", Of(250, 250), 3, true},
      {"empty", Of(0, 0), 1, true},
      {"a full last page", Of(200, 200), 3, true},
      {"limit ignored", at_once, 2, true},
      {"fewer than asked", few, 10, true},
      {"fewer than asked, without total", few_without_total, 11, true},
      {"fewer than asked, total 0", few_with_zero, 11, true},
      {"total missing", Of(250, {}), 4, true},
      {"total 0", Of(250, 0), 4, true},
      {"total too small", Of(250, 120), 4, true},
      {"total too large", Of(250, 1'000'000'000), 4, false},
      {"largest total", Of(250, kLargest), 4, false},
      {"neither limit nor skip nor total", without_paging, 2, true},
  };
  for (const Case& one : cases) {
    const Outcome outcome = ReadList(one.list);
    EXPECT_EQ(outcome.seen, one.list.entries.size()) << one.what;
    EXPECT_LE(outcome.requests, one.requests) << one.what;
    EXPECT_EQ(outcome.is_complete, one.is_complete) << one.what;
    EXPECT_FALSE(outcome.repeats) << one.what;
  }
}

TEST(PaginatorTest, TheSameFullPageForEverEndsAsAFault) {
  List list = Of(100, 1000);
  list.ignores_skip = true;
  const Outcome outcome = ReadList(list);
  EXPECT_TRUE(outcome.repeats);
  EXPECT_FALSE(outcome.is_complete);
  EXPECT_LE(outcome.requests, 3U);
}

TEST(PaginatorTest, APageThatIsEmptyInTheMiddleEndsAWalkThatIsNotComplete) {
  Paginator pages("/l");
  Outcome outcome;
  TakeOne(pages, Of(250, 250), outcome);
  TakeOne(pages, Of(0, 250), outcome);
  EXPECT_TRUE(pages.IsOver());
  EXPECT_FALSE(pages.IsComplete());
}

TEST(PaginatorTest, AListThatGrowsOrShrinksWhileBeingReadIsNotComplete) {
  for (const int size : {251, 249}) {
    Paginator pages("/l");
    Outcome outcome;
    TakeOne(pages, Of(250, 250), outcome);
    const List changed = Of(size, size);
    while (TakeOne(pages, changed, outcome)) {
    }
    EXPECT_FALSE(pages.IsComplete());
  }
}

TEST(PaginatorTest, OneThatMovedToTheHeadMeanwhileMakesTheWalkIncomplete) {
  Paginator pages("/l");
  List list = Of(250, 250);
  Outcome outcome;
  TakeOne(pages, list, outcome);
  std::rotate(list.entries.begin(), list.entries.end() - 1, list.entries.end());
  while (TakeOne(pages, list, outcome)) {
  }
  EXPECT_EQ(outcome.seen, 249U);
  EXPECT_FALSE(pages.IsComplete());
}

TEST(PaginatorTest, UnusableEntriesAreNoReasonToCallAListIncomplete) {
  Paginator pages("/l");
  pages.NextPage();
  pages.See("a");
  ASSERT_TRUE(pages.TakePage(3, 3));
  EXPECT_TRUE(pages.IsOver());
  EXPECT_TRUE(pages.IsComplete());
}

TEST(PaginatorTest, EntriesThatTheCallerRemembersAreSeenToo) {
  for (const bool third_is_new : {false, true}) {
    Paginator pages("/l");
    pages.NextPage();
    EXPECT_TRUE(pages.See("a"));
    EXPECT_TRUE(pages.Take(true));
    EXPECT_EQ(pages.Take(third_is_new), third_is_new);
    ASSERT_TRUE(pages.TakePage(3, 3));
    EXPECT_EQ(pages.IsComplete(), third_is_new);
  }
}

TEST(PaginatorTest, APageThatCannotBeReadHalvesTheLimitDownToOneEntryAndPassesItOver) {
  Paginator pages("/l");
  std::vector<std::uint64_t> limits;
  auto detour = Paginator::Detour::kSmaller;
  while (detour == Paginator::Detour::kSmaller) {
    limits.push_back(SkipAndLimit(pages.NextPage()->path).second);
    detour = pages.TakeUnreadable();
  }
  EXPECT_EQ(limits, std::vector<std::uint64_t>({100, 50, 25, 12, 6, 3, 1}));
  EXPECT_EQ(detour, Paginator::Detour::kSkippedEntry);
  EXPECT_EQ(SkipAndLimit(pages.NextPage()->path),
            std::make_pair(std::uint64_t{1}, std::uint64_t{100}));
}

TEST(PaginatorTest, AListOfWhichNothingCanBeReadIsGivenUp) {
  Paginator pages("/l");
  std::size_t requests = 0;
  auto detour = Paginator::Detour::kSmaller;
  while (detour != Paginator::Detour::kGaveUp && ++requests < 1000) {
    ASSERT_TRUE(pages.NextPage());
    detour = pages.TakeUnreadable();
  }
  EXPECT_LE(requests, 30U);
}

TEST(PaginatorTest, APageThatBeginsElsewhereIsAskedForOnANewConnectionAndBelievedThen) {
  Paginator pages("/l");
  EXPECT_FALSE(pages.NextPage()->on_new_connection);
  EXPECT_EQ(pages.OriginOf(std::nullopt), Paginator::Origin::kThisPage);
  EXPECT_EQ(pages.OriginOf(0), Paginator::Origin::kThisPage);
  EXPECT_EQ(pages.OriginOf(100), Paginator::Origin::kRequestedAgain);
  const auto again = pages.NextPage();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->on_new_connection);
  EXPECT_EQ(pages.OriginOf(100), Paginator::Origin::kThisPage);
  EXPECT_EQ(pages.OriginOf(200), Paginator::Origin::kAnother);
}

TEST(PaginatorTest, ARefusedPageIsAskedForOnceMoreAsItWas) {
  Paginator pages("/l");
  Outcome outcome;
  TakeOne(pages, Of(250, 250), outcome);
  const std::string path = pages.NextPage()->path;
  EXPECT_FALSE(pages.NextPage());
  pages.Repeat();
  const auto again = pages.NextPage();
  EXPECT_EQ(again->path, path);
  EXPECT_TRUE(again->is_repetition);
  pages.Repeat();
}

TEST(PaginatorTest, PagesLeftNeverOverflows) {
  Paginator pages("/l");
  pages.NextPage();
  pages.See("a");
  ASSERT_TRUE(pages.TakePage(std::numeric_limits<std::uint64_t>::max(), 1));
  EXPECT_GT(pages.PagesLeft(), 1'000'000U);
}

// How many pages of a list without an end are requested.
int RequestsUntilEnd(std::uint64_t known, std::size_t entries, std::size_t bytes) {
  Paginator pages("/l", known);
  std::uint64_t id = 0;
  int requests = 0;
  while (pages.NextPage() && requests < 5000) {
    ++requests;
    for (std::size_t i = 0; i < entries; ++i) pages.See(std::to_string(++id));
    EXPECT_TRUE(pages.TakePage(std::nullopt, entries, bytes));
  }
  EXPECT_FALSE(pages.IsComplete());
  return requests;
}

TEST(PaginatorTest, NoListIsFollowedThroughMoreThanSoManyBytes) {
  EXPECT_EQ(RequestsUntilEnd(0, 100, std::size_t{8} << 20U), 64);
  EXPECT_EQ(RequestsUntilEnd(200'000, 100, std::size_t{8} << 20U), 128) << "for as many more";
}

TEST(PaginatorTest, NoListIsFollowedForEver) {
  EXPECT_EQ(RequestsUntilEnd(0, 100, 0), 2000);
  EXPECT_EQ(RequestsUntilEnd(100'000, 100, 0), 3000) << "those known to be in it come on top";
}

}  // namespace
}  // namespace cckm
