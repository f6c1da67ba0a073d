// What says the same again is not handed over again, and what does not is, over a fake network and
// clock.

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/collectors/poll/poller_discovery_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;
using Kind = RefreshAnswer::Kind;

const std::string kAll = "r1 r2 r3 r4 r5 r6 r7 r8 ";

std::string Entry(const std::string& id, const std::string& more = "") {
  return R"({"id":")" + id +
         R"(","createdAt":"2020-01-01T00:00:00Z","overall_status":"in_progress")" + more + "}";
}

class RepeatedAnswersTest : public PollerDiscoveryTest {
 protected:
  class Wanting final : public PollListener {
   public:
    explicit Wanting(PollListener& next) : next_(next) {}
    void OnUpdate(PollUpdate update) override { next_.OnUpdate(std::move(update)); }
    void OnLogin(const LoginUpdate& update) override { next_.OnLogin(update); }
    std::vector<std::string> TakeWanted(std::string_view, const Family&) override {
      return std::exchange(wanted, {});
    }
    std::vector<std::string> wanted;

   private:
    PollListener& next_;
  };

  RepeatedAnswersTest() {
    appliance_.fault = [this](const std::string& path) {
      const std::string id = path.substr(path.rfind('/') + 1);
      if (path.find('?') == std::string::npos) {
        if (fails_by_id_) return FakeAppliance::MaybeAnswer(StatusAnswer(500));
        return FakeAppliance::MaybeAnswer(Dated(JsonAnswer(entries_.at(id))));
      }
      std::string body;
      for (const std::string& listed : order_) {
        body += (body.empty()
                     ? R"({"skip":0,"total":)" + std::to_string(order_.size()) + R"(,"resources":[)"
                     : ",") +
                entries_.at(listed);
      }
      return FakeAppliance::MaybeAnswer(Dated(JsonAnswer(body + "]}")));
    };
    Plan().discovery.enabled = false;
    for (int i = 1; i <= 8; ++i) List("r" + std::to_string(i));
  }

  void List(const std::string& id) {
    entries_[id] = Entry(id);
    order_.push_back(id);
    Plan().refresh_ids.push_back(id);
  }
  HttpResponse Dated(HttpResponse answer) const {
    answer.date = std::chrono::floor<std::chrono::seconds>(clock_.Now() + skew_);
    return answer;
  }

  // Polls once: "r1 r2": the ids handed over with an answer, each with `!` if it is of none.
  std::string Answered() {
    listener_.updates.clear();
    if (!poller_) {
      poller_ = std::make_unique<Poller>(plan_, client_, token_, clock_, random_, wanting_);
    }
    RunFor(listener_.updates.empty() && !polled_ ? Nanoseconds(1) : Nanoseconds(15s));
    polled_ = true;
    std::string ids;
    repeated_.clear();
    for (const PollUpdate& update : listener_.updates) {
      for (const RefreshAnswer& answer : update.answers) {
        ids += answer.refresh.id + (answer.kind == Kind::kRefresh ? " " : "! ");
      }
      for (const std::string_view id : update.repeated) repeated_.append(id).append(" ");
    }
    return ids;
  }

  std::map<std::string, std::string> entries_;
  std::vector<std::string> order_;
  Nanoseconds skew_{};
  bool fails_by_id_ = false;
  std::string repeated_;
  bool polled_ = false;
  Wanting wanting_{stop_at_};
};

TEST_F(RepeatedAnswersTest, AnEntryOfTheListThatSaysTheSameIsOnlySaidToRepeat) {
  EXPECT_EQ(Answered(), kAll);
  for (int poll = 0; poll < 3; ++poll) {
    EXPECT_EQ(Answered(), "");
    EXPECT_EQ(repeated_, kAll);
  }
  EXPECT_EQ(Count("/r1"), 0U);
}

TEST_F(RepeatedAnswersTest, AnAnswerByIdThatSaysTheSameIsOnlySaidToRepeat) {
  Plan().refresh_ids = {"r1"};
  EXPECT_EQ(Answered(), "r1 ");
  EXPECT_EQ(Answered(), "");
  EXPECT_EQ(repeated_, "r1 ");
  EXPECT_EQ(Count("?"), 0U);
  entries_["r1"] += ' ';
  EXPECT_EQ(Answered(), "r1 ");
}

TEST_F(RepeatedAnswersTest, WhateverChangesInAnEntryIsHandedOver) {
  Answered();
  for (const char* more :
       {R"(,"abort":true)", R"(,"updatedAt":"2020-01-01T00:00:01Z")", R"(,"domains":["d"])",
        R"(,"domains":["e"])", R"(,"detailed_status":{"e":"running"})",
        R"(,"detailed_status":{"e":"Running"})", R"(,"kms":["k"])", R"(,"note":1)", " ", ""}) {
    entries_["r2"] = Entry("r2", more);
    EXPECT_EQ(Answered(), "r2 ") << more;
    EXPECT_EQ(repeated_, "r1 r3 r4 r5 r6 r7 r8 ") << more;
    EXPECT_EQ(Answered(), "") << more;
  }
}

TEST_F(RepeatedAnswersTest, ARefreshThatEndsIsHandedOverThoughItsTimeIsMissingFirst) {
  Answered();
  entries_["r3"].replace(entries_["r3"].find("in_progress"), 11, "completed");
  EXPECT_EQ(Answered(), "r3 ");
  EXPECT_EQ(Answered(), "r3 ");  // final, without a time
  EXPECT_EQ(Answered(), "");
  EXPECT_EQ(repeated_, "r1 r2 r4 r5 r6 r7 r8 ");
}

TEST_F(RepeatedAnswersTest, EntriesAreKnownInAnyOrderAndAmongOthers) {
  Answered();
  order_ = {"r8", "r7", "r6", "r5", "r4", "r3", "r2", "r1"};
  Answered();
  Answered();  // where one begins where the other ended
  EXPECT_EQ(Answered(), "");
  entries_["new"] = Entry("new");
  order_ = {"new", "r8", "r7", "r6", "new", "r5", "r4", "r3", "r2", "r1"};
  EXPECT_EQ(Answered(), "");
  EXPECT_EQ(repeated_, "r8 r7 r6 r5 r4 r3 r2 r1 ");
  order_ = {"r8", "r7", "r5", "r4", "r3", "r2", "r1"};
  EXPECT_EQ(Answered(), "r5 ");  // whose place it is not
  EXPECT_EQ(repeated_, "r8 r7 r4 r3 r2 r1 r6 ");
  EXPECT_EQ(Answered(), "");
}

TEST_F(RepeatedAnswersTest, AnOddEntryIsReadEveryTime) {
  entries_["r1"] = Entry("r1", R"(,"updatedAt":"soon")");
  for (int poll = 0; poll < 3; ++poll) {
    EXPECT_EQ(Answered(), poll == 0 ? kAll : "r1 ");
  }
}

TEST_F(RepeatedAnswersTest, ATimeOfTheFutureIsReadUntilItHasCome) {
  entries_["r1"] = R"({"id":"r1","createdAt":")" + TimeText(clock_.Now() + 5min + 20s) +
                   R"(","overall_status":"in_progress"})";
  const auto is_known = [this] {
    return listener_.updates.front().answers.front().refresh.created_at.has_value();
  };
  Answered();
  EXPECT_FALSE(is_known());
  EXPECT_EQ(Answered(), "r1 ");
  EXPECT_FALSE(is_known());
  EXPECT_EQ(Answered(), "r1 ");
  EXPECT_TRUE(is_known());
  EXPECT_EQ(Answered(), "");
}

TEST_F(RepeatedAnswersTest, ATimeThatIsOfTheFutureOnceTheClockIsSetBackIsReadAgain) {
  entries_["r1"] = R"({"id":"r1","createdAt":")" + TimeText(clock_.Now() - 1h) +
                   R"(","overall_status":"in_progress"})";
  entries_["r2"] = Entry("r2", R"(,"updatedAt":")" + TimeText(clock_.Now() - 1h) + '"');
  Answered();
  EXPECT_EQ(Answered(), "");
  skew_ = -2h;
  EXPECT_EQ(Answered(), "r1 r2 ");
  EXPECT_TRUE(listener_.updates.front().answers[0].refresh.anomalies.Has(Anomaly::kBadTimestamp));
}

TEST_F(RepeatedAnswersTest, AfterAnAnswerThatIsNoneTheNextIsHandedOver) {
  Plan().refresh_ids = {"r1"};
  Answered();
  fails_by_id_ = true;
  EXPECT_EQ(Answered(), "r1! ");
  fails_by_id_ = false;
  EXPECT_EQ(Answered(), "r1 ");
  EXPECT_EQ(Answered(), "");
}

TEST_F(RepeatedAnswersTest, ABodyThatTellsNoIdOfItsOwnIsReadEveryTime) {
  Plan().refresh_ids = {"r1"};
  entries_["r1"] = R"({"overall_status":"in_progress"})";
  for (int poll = 0; poll < 3; ++poll) {
    EXPECT_NE(Answered(), "");
    EXPECT_EQ(repeated_, "");
  }
}

TEST_F(RepeatedAnswersTest, WhatIsConfiguredAgainIsHandedOver) {
  Answered();
  poller_->SetRefreshIds(*FindFamily("dsm"), order_);
  EXPECT_EQ(Answered(), kAll);
}

TEST_F(RepeatedAnswersTest, WhatIsWantedIsHandedOver) {
  Answered();
  wanting_.wanted = {"r2", "gone"};
  EXPECT_EQ(Answered(), "");
  EXPECT_EQ(Answered(), "r2 ");
  EXPECT_EQ(Answered(), "");
}

TEST_F(RepeatedAnswersTest, EveryEntryIsReadOnceInFiveToTenMinutesAndNotAllAtOnce) {
  for (int i = 9; i < 60; ++i) List("r" + std::to_string(i));
  Answered();
  std::map<std::string, int> times;
  std::size_t most = 0;
  for (int poll = 0; poll < 41; ++poll) {  // ten minutes and a poll
    const std::string answered = Answered();
    for (const std::string& id : order_) {
      times[id] += (" " + answered).find(" " + id + " ") == std::string::npos ? 0 : 1;
    }
    most = std::max(most, answered.size());
    EXPECT_TRUE(poll >= 19 || answered.empty()) << answered;
  }
  for (const std::string& id : order_) {
    EXPECT_GE(times[id], 1) << id;
    EXPECT_LE(times[id], 2) << id;
  }
  EXPECT_LT(most, 120U);
}

TEST_F(RepeatedAnswersTest, ADiscoveredRefreshThatSaysTheSameIsStillListed) {
  Plan().discovery = {.enabled = true, .interval = 15s};
  Plan().refresh_ids.clear();
  EXPECT_EQ(Answered(), kAll);
  EXPECT_EQ(Answered(), kAll);
  EXPECT_EQ(Answered(), "");
  EXPECT_EQ(repeated_, kAll);
  EXPECT_EQ(LastListing().refresh_ids.size(), 8U);
  EXPECT_TRUE(LastListing().is_complete);
}

TEST_F(RepeatedAnswersTest, ADiscoveryIsTakenAlongByThePollThatReadsTheList) {
  Plan().discovery = {.enabled = true, .interval = 16s};
  Plan().refresh_ids.clear();
  RunFor(10min);
  EXPECT_LE(Count("?"), 42U);
  EXPECT_GE(Count("?"), 40U);
}

}  // namespace
}  // namespace cckm
