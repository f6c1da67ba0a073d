// The queue of a poll, and what becomes of its refreshes while none is open.

#include "collectors/poll/pending_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/fakes.h"

namespace cckm {
namespace {

using ::testing::ElementsAre;

class PendingRequestsTest : public ::testing::Test {
 protected:
  // "a", "b" and "c", which are due and taken.
  PendingRequestsTest() {
    for (const char* id : {"a", "b", "c"}) watched_.Add(id, true);
    static_cast<void>(watched_.TakeDue(clock_.SteadyNow()));
    pending_.Open();
  }

  // What was given back since, which is due at the next tick.
  std::vector<RefreshIndex> GivenBack() {
    clock_.Advance(std::chrono::seconds(1));
    return watched_.TakeDue(clock_.SteadyNow()).refreshes;
  }

  FakeClock clock_;
  FakeRandom random_;
  Watchlist watched_{{.poll_interval = std::chrono::seconds(1)}, clock_.SteadyNow(), random_};
  PendingRequests pending_{watched_, clock_};
};

TEST_F(PendingRequestsTest, ComeOutInTheirOrderButForTheFirst) {
  pending_.AddRefresh(1);
  pending_.AddHeartbeat();
  pending_.AddFirst({.is_repetition = true, .refresh = 2});
  EXPECT_EQ(pending_.Next(), (RequestTag{.is_repetition = true, .refresh = 2}));
  EXPECT_EQ(pending_.Next(), RequestTag{.refresh = 1});
  EXPECT_EQ(pending_.Next(), RequestTag{.kind = RequestTag::Kind::kHeartbeat});
  EXPECT_EQ(pending_.Next(), std::nullopt);
}

TEST_F(PendingRequestsTest, WhatNobodyWatchesAnyMoreIsPassedOver) {
  pending_.AddRefresh(0);
  pending_.AddRefresh(1);
  watched_.Remove(0);
  EXPECT_EQ(pending_.Next(), RequestTag{.refresh = 1});
  EXPECT_EQ(watched_.Add("new", true), 0U) << "its place is free";
}

TEST_F(PendingRequestsTest, GiveBackWhatComesWhileNoPollIsOpen) {
  pending_.Close();
  pending_.AddRefresh(1);
  pending_.AddFirst({.refresh = 2});
  pending_.AddFirst({.kind = RequestTag::Kind::kHeartbeat});
  EXPECT_TRUE(pending_.empty());
  EXPECT_THAT(GivenBack(), ElementsAre(1, 2));
}

TEST_F(PendingRequestsTest, GiveBackAllOrLeaveThatToWhoTakesThem) {
  pending_.AddRefresh(0);
  pending_.AddHeartbeat();
  pending_.GiveBackAll();
  EXPECT_TRUE(pending_.empty());
  EXPECT_THAT(GivenBack(), ElementsAre(0));
  pending_.AddRefresh(1);
  EXPECT_THAT(pending_.TakeAll(), ElementsAre(RequestTag{.refresh = 1}));
  EXPECT_TRUE(pending_.empty());
  EXPECT_TRUE(GivenBack().empty());
}

}  // namespace
}  // namespace cckm
