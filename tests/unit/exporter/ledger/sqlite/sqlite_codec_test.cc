#include "exporter/ledger/sqlite/codec.h"

#include <gtest/gtest.h>

namespace cckm {
namespace {

const BucketBounds& Bounds() {
  static const BucketBounds bounds({1, 60});
  return bounds;
}

DurationHistogram HistogramOf(const std::vector<Nanoseconds>& durations) {
  DurationHistogram histogram(Bounds());
  for (const Nanoseconds duration : durations) histogram.Observe(duration, {});
  return histogram;
}

TEST(SqliteCodecTest, AHistogramComesBackToTheLastBit) {
  for (const auto& durations : std::vector<std::vector<Nanoseconds>>{
           {},
           {Nanoseconds(0)},
           {Nanoseconds(1), Nanoseconds(333'333'333), Nanoseconds(60'000'000'001)},
           std::vector<Nanoseconds>(200, Nanoseconds(100'000'000)),
           {Nanoseconds::max()}}) {
    const DurationHistogram histogram = HistogramOf(durations);
    const auto unpacked = UnpackHistogram(PackHistogram(histogram), Bounds());
    ASSERT_TRUE(unpacked);
    EXPECT_EQ(unpacked->Save(), histogram.Save());
  }
}

TEST(SqliteCodecTest, EveryHistogramOfACollectorIsItsOwn) {
  RefreshDurations durations = EmptyRefreshDurations(Bounds());
  durations[1].Observe(std::chrono::seconds(7), {});
  durations[3].Observe(std::chrono::seconds(70), {});
  const auto unpacked = UnpackRefreshDurations(PackRefreshDurations(durations), Bounds());
  ASSERT_TRUE(unpacked);
  for (std::size_t i = 0; i < durations.size(); ++i) {
    EXPECT_EQ((*unpacked)[i].Save(), durations[i].Save()) << i;
  }
}

FailureStreak StreakOf(int failures) {
  FailureStreak streak;
  streak.TakeOther(FailureStreak::PlaceOf(WallTime(std::chrono::seconds(-7)), "before"));
  for (int i = 0; i < failures; ++i) {
    streak.TakeFailure(FailureStreak::PlaceOf(WallTime(std::chrono::seconds(i)), "r"));
  }
  return streak;
}

TEST(SqliteCodecTest, FailuresInARowComeBack) {
  EXPECT_EQ(PackFailures(FailureStreak()), "");
  for (const int failures : {0, 1, 32, 33, 1'000}) {
    EXPECT_EQ(UnpackFailures(PackFailures(StreakOf(failures))), StreakOf(failures)) << failures;
  }
}

TEST(SqliteCodecTest, RefusesFailuresThatCannotBe) {
  const std::string sound = PackFailures(StreakOf(2));
  for (std::size_t size = 1; size < sound.size(); ++size) {
    EXPECT_FALSE(UnpackFailures(sound.substr(0, size))) << size;
  }
  EXPECT_FALSE(UnpackFailures(sound + '\0'));
  EXPECT_FALSE(UnpackFailures(std::string("\0\x21\0", 3))) << "more than are remembered";
  EXPECT_FALSE(UnpackFailures(std::string("\0\x02\0\x02\0\0\0", 7))) << "out of order";
  EXPECT_FALSE(UnpackFailures(std::string("\0\x01\0\0\xFF\xFF\xFF\xFF\x1F", 9))) << "a long hash";
}

TEST(SqliteCodecTest, RefusesANativeBucketWhoseIndexOverflows) {
  const std::string sound = PackHistogram(HistogramOf({std::chrono::seconds(2)}));
  const std::string head = sound.substr(0, 15);
  const std::string farthest = "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01";
  EXPECT_FALSE(UnpackHistogram(head + farthest + "\x01", Bounds()));
  std::string two = sound;
  two[14] = 2;
  EXPECT_FALSE(UnpackHistogram(two + farthest + "\x01", Bounds()));
}

// Layout: the number of buckets, a count each, the sum as eight bytes, the time of the first
// observation, the native zero bucket, the number of native buckets, and for each of them how far
// it is from the one before and its count.  Signed numbers are doubled, negative ones less one.
TEST(SqliteCodecTest, RefusesAHistogramThatCannotBe) {
  const std::string sound = PackHistogram(HistogramOf({std::chrono::seconds(2)}));
  constexpr std::size_t kSumEnd = 12;
  ASSERT_EQ(sound, std::string("\x03\0\x01\0\0\0\0\0\0\0\0\x40\0\0\x01\x10\x01", 17));
  for (std::size_t size = 0; size < sound.size(); ++size) {
    EXPECT_FALSE(UnpackHistogram(sound.substr(0, size), Bounds())) << size;
  }
  EXPECT_FALSE(UnpackHistogram(sound + '\0', Bounds()));
  EXPECT_FALSE(UnpackHistogram(std::string(1, '\0') + sound, Bounds()));
  EXPECT_FALSE(UnpackHistogram(sound, BucketBounds({1}))) << "other buckets";
  for (const char* sum : {"\xBF", "\x7F\xF0", "\x7F\xF8"}) {  // negative, infinite, not a number
    std::string damaged = sound;
    for (std::size_t i = 0; sum[i] != '\0'; ++i) damaged[kSumEnd - 1 - i] = sum[i];
    EXPECT_FALSE(UnpackHistogram(damaged, Bounds()));
  }
  std::string far_bucket = sound.substr(0, sound.size() - 2) + "\xFF\xFF\x7F\x01";
  EXPECT_FALSE(UnpackHistogram(far_bucket, Bounds())) << "no double is that large";
  std::string many_buckets = sound;
  many_buckets[sound.size() - 3] = '\x7F';
  EXPECT_FALSE(UnpackHistogram(many_buckets, Bounds())) << "more buckets than bytes";
}

TEST(SqliteCodecTest, TheTimeOfTheFirstObservationComesBack) {
  const WallTime counted_at(std::chrono::nanoseconds(1'700'000'000'123'456'789));
  DurationHistogram histogram(Bounds());
  histogram.Observe(std::chrono::seconds(1), {.counted_at = counted_at});
  histogram.Observe(std::chrono::seconds(2), {.counted_at = counted_at + std::chrono::hours(1)});
  const auto unpacked = UnpackHistogram(PackHistogram(histogram), Bounds());
  ASSERT_TRUE(unpacked);
  EXPECT_EQ(unpacked->Save().created_at, counted_at);
}

TEST(SqliteCodecTest, DomainsComeBackInTheirOrder) {
  StoredDomains all{.domains = {}, .left_out = {0, 70'000, 0, 0, 1}};
  for (const std::int64_t id : {1, 15, 16, 1'000'000'000}) {
    for (std::size_t status = 0; status < kDomainStatusNames.size(); ++status) {
      all.domains.push_back({id, static_cast<DomainStatus>(status)});
    }
  }
  EXPECT_EQ(UnpackDomains(PackDomains(all)), all);
  EXPECT_EQ(UnpackDomains(""), StoredDomains());
}

TEST(SqliteCodecTest, RefusesDomainsThatCannotBe) {
  EXPECT_FALSE(UnpackDomains("\x09\x80")) << "cut";
  EXPECT_FALSE(UnpackDomains("\x0D")) << "a state that there is not";
  EXPECT_FALSE(UnpackDomains("\x01")) << "the number of those left out is missing";
  EXPECT_FALSE(UnpackDomains("\x01\xFF\xFF\xFF\xFF\x10")) << "more than can be left out";
  EXPECT_FALSE(UnpackDomains(std::string(11, '\x80'))) << "longer than a number can be";
}

TEST(SqliteCodecTest, OtherBoundsArePackedOtherwise) {
  EXPECT_EQ(PackBounds(BucketBounds({1, 2})), PackBounds(BucketBounds({1, 2})));
  EXPECT_NE(PackBounds(BucketBounds({1, 2})), PackBounds(BucketBounds({1, 3})));
  EXPECT_NE(PackBounds(BucketBounds({1, 2})), PackBounds(BucketBounds({1})));
}

// Stored fingerprints have to mean the same for ever: SHA-256 of "abc" begins with ba7816bf8f01cfea
// (FIPS 180-2, appendix B.1).
TEST(SqliteCodecTest, AFingerprintIsTheBeginningOfTheSha256) {
  EXPECT_EQ(static_cast<std::uint64_t>(Fingerprint("abc")), 0xBA78'16BF'8F01'CFEAU);
}

}  // namespace
}  // namespace cckm
