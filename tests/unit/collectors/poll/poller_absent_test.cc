// Families that the appliance does not have, and 404s that nobody knows the reason of.

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/unit/collectors/poll/poller_discovery_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class PollerAbsentTest : public PollerDiscoveryTest {
 protected:
  void AnswerAll(Result<HttpResponse> answer) {
    appliance_.fault = [answer](const std::string&) { return FakeAppliance::MaybeAnswer(answer); };
  }
  void NothingIsThere() { AnswerAll(NotFoundAnswer()); }

  std::uint64_t Errors(ErrorKind kind) const {
    std::uint64_t errors = 0;
    for (const PollUpdate& update : listener_.updates) {
      errors += update.error_counts[static_cast<std::size_t>(kind)];
    }
    return errors;
  }
  PollSummary LastEnd() const { return listener_.Ends().back(); }
};

TEST_F(PollerAbsentTest, AListThatIsNotFoundIsAnErrorAndTakesTheCollectorDown) {
  NothingIsThere();
  RunFor(1ms);
  EXPECT_FALSE(LastEnd().up);
  EXPECT_FALSE(LastEnd().is_absent);
  EXPECT_EQ(Errors(ErrorKind::kNotFound), 1U);
  EXPECT_EQ(listener_.updates.back().errors.back().kind, ErrorKind::kNotFound);
}

TEST_F(PollerAbsentTest, AHeartbeatThatIsNotFoundTakesTheCollectorDown) {
  Plan().discovery.enabled = false;
  Plan().refresh_ids = {"r1"};
  appliance_.jobs = {{.id = "r1", .completed = clock_.Now()}};
  RunFor(1ms);
  EXPECT_TRUE(LastEnd().up);
  NothingIsThere();
  RunFor(1min);
  EXPECT_FALSE(LastEnd().up);
  EXPECT_EQ(Errors(ErrorKind::kNotFound), 1U);
}

TEST_F(PollerAbsentTest, AfterNothingBut404sTheListDecides) {
  Plan().discovery.enabled = false;
  Plan().refresh_ids = {"gone1", "gone2"};
  RunFor(1ms);
  EXPECT_TRUE(LastEnd().up) << "the list is there";
  EXPECT_EQ(Count("?skip=0&limit=1"), 1U);
  EXPECT_EQ(Errors(ErrorKind::kNotFound), 0U);
  NothingIsThere();
  RunFor(15s);
  EXPECT_FALSE(LastEnd().up);
  EXPECT_EQ(Errors(ErrorKind::kNotFound), 1U);
  RunFor(15s);
  EXPECT_FALSE(LastEnd().up);
}

TEST_F(PollerAbsentTest, AListThatFailsAfterNothingBut404sTakesTheCollectorDown) {
  Plan().discovery.enabled = false;
  Plan().refresh_ids = {"gone1"};
  appliance_.fault = [](const std::string& path) {
    return path.find('?') == std::string::npos ? FakeAppliance::MaybeAnswer()
                                               : FakeAppliance::MaybeAnswer(StatusAnswer(503));
  };
  RunFor(1ms);
  EXPECT_FALSE(LastEnd().up);
  EXPECT_EQ(Errors(ErrorKind::kHttpStatus), 1U);
}

TEST_F(PollerAbsentTest, OneRefreshThatIsThereNeedsNoList) {
  Plan().discovery.enabled = false;
  Plan().refresh_ids = {"gone1", "r1"};
  appliance_.jobs = {{.id = "r1"}};
  RunFor(1ms);
  EXPECT_TRUE(LastEnd().up);
  EXPECT_EQ(Count("?"), 0U);
}

TEST_F(PollerAbsentTest, ASlowAnswerDoesNotHoldUpTheListThatDecides) {
  Plan().discovery.enabled = false;
  Plan().refresh_ids = {"gone1", "slow"};
  client_.SetLatency([](const std::string& path) { return path.ends_with("slow") ? 10min : 1ms; });
  RunFor(31s);
  ASSERT_FALSE(listener_.Ends().empty());
  EXPECT_TRUE(listener_.Ends().front().up);
}

TEST_F(PollerAbsentTest, A404OfAProxyIsNoAnswerAtAll) {
  HttpResponse page = StatusAnswer(404, "<html>no such page</html>");
  page.content_type = "text/html";
  for (const HttpResponse& answer :
       {page, StatusAnswer(404, "<html>"), StatusAnswer(404, "{}"), StatusAnswer(404, "[]"),
        StatusAnswer(404, R"({"code":404,"message":"no Route matched"})"),
        StatusAnswer(404, R"({"codeDesc":""})"), StatusAnswer(404, R"({"codeDesc":3})")}) {
    poller_.reset();
    listener_.updates.clear();
    Plan().discovery.enabled = false;
    Plan().refresh_ids = {"r1"};
    AnswerAll(answer);
    RunFor(1ms);
    EXPECT_FALSE(LastEnd().up) << answer.body;
    EXPECT_EQ(Errors(ErrorKind::kHttpStatus), 1U) << answer.body;
    EXPECT_EQ(listener_.updates.at(0).answers.at(0).kind, RefreshAnswer::Kind::kNoUsableAnswer);
    poller_.reset();
    listener_.updates.clear();
    Plan().discovery.enabled = true;
    Plan().refresh_ids.clear();
    RunFor(1ms);
    EXPECT_FALSE(LastEnd().up) << answer.body;
    EXPECT_EQ(Errors(ErrorKind::kHttpStatus), 1U) << answer.body;
    EXPECT_EQ(Errors(ErrorKind::kNotFound), 0U) << answer.body;
  }
}

TEST_F(PollerAbsentTest, AnOptionalFamilyThatIsAbsentIsNoErrorAndAskedForEveryTenMinutes) {
  Plan().optional = true;
  Plan().refresh_ids = {"r1"};
  NothingIsThere();
  RunFor(1ms);
  EXPECT_FALSE(LastEnd().up);
  EXPECT_TRUE(LastEnd().is_absent);
  const std::size_t requests = client_.paths().size();
  const SteadyTime before = clock_.SteadyNow();
  RunFor(1min);  // and until something was told
  EXPECT_GE(clock_.SteadyNow() - before, Nanoseconds(10min)) << "asked again after so long";
  EXPECT_EQ(client_.paths().size(), requests + 1);
  EXPECT_EQ(client_.paths().back(), "/api/v1/cckm/dsm/refresh?skip=0&limit=1");
  EXPECT_TRUE(LastEnd().is_absent);
  for (const PollUpdate& update : listener_.updates) {
    EXPECT_EQ(update.error_counts, ErrorCounts{});
  }
}

TEST_F(PollerAbsentTest, AnOptionalFamilyThatComesIsPolledFromThenOn) {
  Plan().optional = true;
  NothingIsThere();
  RunFor(1ms);
  AddJobs("r", 1);
  appliance_.fault = [](const std::string&) { return FakeAppliance::MaybeAnswer(); };
  RunFor(11min);
  EXPECT_TRUE(LastEnd().up);
  EXPECT_FALSE(LastEnd().is_absent);
  EXPECT_GE(Count("/r0"), 3U);
}

TEST_F(PollerAbsentTest, AnAbsentFamilyWhoseApplianceDoesNotAnswerIsDown) {
  Plan().optional = true;
  NothingIsThere();
  RunFor(1ms);
  AnswerAll(Fail(ErrorKind::kTimeout, "no answer"));
  RunFor(10min);
  EXPECT_FALSE(LastEnd().is_absent);
  EXPECT_GE(Errors(ErrorKind::kTimeout), 1U);
}

TEST_F(PollerAbsentTest, AnAbsentFamilyThatCannotBeAskedForIsDownAndAskedForInItsTime) {
  Plan().optional = true;
  NothingIsThere();
  RunFor(1ms);
  token_.Take({ErrorKind::kAuth, "the token file is gone"});
  RunFor(11min);
  EXPECT_FALSE(LastEnd().is_absent);
  EXPECT_LE(listener_.Ends().size(), 10U);
}

TEST_F(PollerAbsentTest, OfAnAbsentFamilyNothingElseIsRequested) {
  Plan().optional = true;
  Plan().refresh_ids = {"id-a", "id-b"};
  plan_.max_connections = 1;
  NothingIsThere();
  RunFor(1ms);
  EXPECT_TRUE(LastEnd().is_absent);
  EXPECT_EQ(Count("/id-"), 0U);
}

TEST_F(PollerAbsentTest, OneStray404OfTheListMakesNoFamilyAbsent) {
  Plan().optional = true;
  AddJobs("r", 3);
  appliance_.fault = [left = 1](const std::string& path) mutable {
    if (path.find('?') == std::string::npos || left-- <= 0) return FakeAppliance::MaybeAnswer();
    return FakeAppliance::MaybeAnswer(NotFoundAnswer());
  };
  RunFor(1ms);
  EXPECT_TRUE(LastEnd().up);
  EXPECT_EQ(LastListing().refresh_ids.size(), 3U);
}

TEST_F(PollerAbsentTest, AListOfDomainsThatIsNotFoundIsAnErrorAndTakesNobodyDown) {
  Plan().domain_names = true;
  AddJobs("r", 1);
  appliance_.fault = [](const std::string& path) {
    return path.find("domains?") == std::string::npos
               ? FakeAppliance::MaybeAnswer()
               : FakeAppliance::MaybeAnswer(NotFoundAnswer());
  };
  RunFor(9min);
  EXPECT_TRUE(LastEnd().up);
  EXPECT_EQ(Errors(ErrorKind::kNotFound), 1U) << "asked for again after ten minutes";
}

}  // namespace
}  // namespace cckm
