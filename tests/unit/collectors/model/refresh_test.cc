#include "collectors/model/refresh.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cckm {
namespace {

TEST(RefreshTest, AnIdOfAllowedCharactersIsValid) {
  for (const std::string& id :
       {std::string("8155fe39-570a-4132-92ca-e40b7640c7dc"), std::string("a"), std::string("Z"),
        std::string("0"), std::string("..."), std::string("a.b_c:d-E9"), std::string(128, 'x')}) {
    EXPECT_TRUE(IsValidRefreshId(id)) << id;
  }
}

TEST(RefreshTest, AnIdOfAnotherShapeIsNotValid) {
  using std::string_literals::operator""s;
  for (const std::string& id : {""s,       "."s,    ".."s,   std::string(129, 'x'),
                                "a b"s,    "a/b"s,  "../x"s, "a%20"s,
                                "a\r\nb"s, "a\0b"s, "\0"s,   "caf\xC3\xA9"s,
                                "a?b"s,    "a#b"s,  "a\"b"s, "a~b"s,
                                "a@b"s,    "a[b"s,  "a`b"s,  "a{b"s,
                                "a,b"s}) {
    EXPECT_FALSE(IsValidRefreshId(id)) << id;
  }
}

TEST(RefreshTest, EveryByteIsEitherInTheAllowedSetOrRefused) {
  const std::string allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    EXPECT_EQ(IsValidRefreshId(std::string(1, c)), c != '.' && allowed.find(c) != std::string::npos)
        << byte;
  }
}

TEST(RefreshTest, ExactlyFourStatesEndARefresh) {
  const std::set<std::string_view> finished = {"completed", "partial", "failed", "cancelled"};
  for (std::size_t i = 0; i < kRefreshStatusNames.size(); ++i) {
    EXPECT_EQ(IsFinished(static_cast<RefreshStatus>(i)), finished.contains(kRefreshStatusNames[i]))
        << kRefreshStatusNames[i];
  }
}

TEST(RefreshTest, NamesBelongToTheirStates) {
  EXPECT_EQ(RefreshStatusName(RefreshStatus::kInProgress), "in_progress");
  EXPECT_EQ(RefreshStatusName(RefreshStatus::kNotFound), "not_found");
  EXPECT_EQ(RefreshStatusName(RefreshStatus::kUnknown), "unknown");
  EXPECT_EQ(DomainStatusName(DomainStatus::kInProgress), "in_progress");
  EXPECT_EQ(DomainStatusName(DomainStatus::kUnknown), "unknown");
}

TEST(AnomalySetTest, HoldsWhatWasAddedAndNothingElse) {
  for (std::size_t added = 0; added < kAnomalyNames.size(); ++added) {
    AnomalySet anomalies;
    anomalies.Add(static_cast<Anomaly>(added));
    for (std::size_t asked = 0; asked < kAnomalyNames.size(); ++asked) {
      EXPECT_EQ(anomalies.Has(static_cast<Anomaly>(asked)), added == asked);
    }
  }
}

TEST(AnomalySetTest, AddsAndRemovesWholeSets) {
  AnomalySet times;
  times.Add(Anomaly::kBadTimestamp);
  times.Add(Anomaly::kNegativeDuration);
  AnomalySet all = times;
  all.Add(Anomaly::kUnknownStatus);
  AnomalySet merged;
  merged.Add(Anomaly::kUnknownStatus);
  merged.Add(times);
  EXPECT_EQ(merged, all);
  merged.Remove(times);
  EXPECT_TRUE(merged.Has(Anomaly::kUnknownStatus));
  EXPECT_FALSE(merged.Has(Anomaly::kBadTimestamp));
  EXPECT_NE(merged, all);
  merged.Remove(all);
  EXPECT_TRUE(merged.empty());
  EXPECT_EQ(merged, AnomalySet{});
}

TEST(AnomalySetTest, AddingTwiceIsAddingOnce) {
  AnomalySet once;
  once.Add(Anomaly::kIdMismatch);
  AnomalySet twice = once;
  twice.Add(Anomaly::kIdMismatch);
  EXPECT_EQ(once, twice);
}

TEST(DurationOfTest, IsTheDifferenceWhereBothTimesAreKnown) {
  struct Case {
    std::optional<WallTime> created_at;
    std::optional<WallTime> completed_at;
    std::optional<Nanoseconds> duration;
  };
  const auto at = [](int nanoseconds) { return WallTime(Nanoseconds(nanoseconds)); };
  const Case cases[] = {
      {at(1'000), at(5'000), Nanoseconds(4'000)}, {at(5'000), at(5'000), Nanoseconds(0)},
      {at(5'000), at(4'999), Nanoseconds(-1)},    {std::nullopt, at(5'000), std::nullopt},
      {at(5'000), std::nullopt, std::nullopt},    {std::nullopt, std::nullopt, std::nullopt},
  };
  for (const Case& c : cases) {
    Refresh refresh;
    refresh.created_at = c.created_at;
    refresh.completed_at = c.completed_at;
    refresh.updated_at = at(9'000);
    EXPECT_EQ(DurationOf(refresh), c.duration);
  }
}

}  // namespace
}  // namespace cckm
