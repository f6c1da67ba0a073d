// RequestTag: what comes back with an answer is what was sent.

#include "collectors/poll/request_tag.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace cckm {
namespace {

using Kind = RequestTag::Kind;

// Each field once at its largest value, and all of them together.
const RequestTag kTags[] = {
    {},
    {.kind = Kind::kHeartbeat},
    {.kind = Kind::kRefreshPage},
    {.kind = Kind::kDomainPage},
    {.kind = Kind::kLogin},
    {.is_repetition = true},
    {.collector = std::numeric_limits<std::uint16_t>::max()},
    {.refresh = std::numeric_limits<RefreshIndex>::max()},
    {.kind = Kind::kLogin,
     .is_repetition = true,
     .collector = std::numeric_limits<std::uint16_t>::max(),
     .refresh = std::numeric_limits<RefreshIndex>::max()},
};

TEST(RequestTagTest, ComesBackAsItWasSent) {
  for (const RequestTag& tag : kTags) EXPECT_EQ(RequestTag::Unpacked(tag.Packed()), tag);
}

TEST(RequestTagTest, DifferentRequestsHaveDifferentNumbers) {
  std::set<std::uint64_t> numbers;
  for (const RequestTag& tag : kTags) numbers.insert(tag.Packed());
  EXPECT_EQ(numbers.size(), std::size(kTags));
}

}  // namespace
}  // namespace cckm
