// What reaches the log, line by line.

#include "exporter/app/event_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "tests/support/fakes/fake_clock.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class EventLogTest : public ::testing::Test {
 protected:
  EventLogTest()
      : file_(std::tmpfile(), std::fclose),
        log_(std::make_unique<Log>(file_.get(), LogLevel::kDebug, LogFormat::kLogfmt, clock)),
        events(*log_, clock) {}

  // Everything that was logged, without the times; nothing can be logged afterwards.
  std::string Logged() {
    log_.reset();
    std::rewind(file_.get());
    std::string text;
    for (int c = std::fgetc(file_.get()); c != EOF; c = std::fgetc(file_.get())) {
      text += static_cast<char>(c);
    }
    std::string lines;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      const std::size_t level = text.find("level=", begin);
      lines += text.substr(level, end + 1 - level);
      begin = end + 1;
    }
    return lines;
  }

  static PollUpdate Update(std::string_view family = "dsm") {
    PollUpdate update;
    update.target = "cm";
    update.family = FindFamily(family);
    return update;
  }

  static PollUpdate WithFault(ErrorKind kind, std::string message,
                              std::string_view family = "dsm") {
    PollUpdate update = Update(family);
    update.errors.push_back({kind, std::move(message)});
    return update;
  }

  static PollUpdate Ended(bool up) {
    PollUpdate update = Update();
    update.ended = PollSummary{.up = up};
    return update;
  }

  static RefreshAnswer FinalAnswer(std::string id, RefreshStatus status) {
    RefreshAnswer answer;
    answer.kind = RefreshAnswer::Kind::kRefresh;
    answer.refresh.id = std::move(id);
    answer.refresh.status = status;
    answer.is_final = true;
    return answer;
  }

  FakeClock clock;

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::unique_ptr<Log> log_;

 protected:
  EventLog events;
};

TEST_F(EventLogTest, FaultsOfTheSchedulerAreLoggedAndTheirEnd) {
  ScheduleUpdate update;
  update.target = "cm";
  update.errors = {{ErrorKind::kForbidden, "the account may not do this"}};
  events.OnSchedules(update);
  events.OnSchedules(update);
  update.errors.clear();
  update.reading = ScheduleReading{};
  events.OnSchedules(update);
  events.OnSchedules(update);
  events.OnUnreadableSchedule(update, {.schedule_id = "s", .reason = "what"});
  const std::string logged = Logged();
  for (const char* line : {"Reading the scheduler met a fault", "Scheduler can be read again",
                           "Part of a schedule cannot be read"}) {
    const std::size_t first = logged.find(line);
    EXPECT_NE(first, std::string::npos) << line;
    EXPECT_EQ(logged.find(line, first + 1), std::string::npos) << line;
  }
}

std::size_t CountOf(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST_F(EventLogTest, AChangeOfTheAddressInUseIsLoggedOnceInFiveMinutes) {
  PollUpdate first = Update();
  first.observation.addresses = {{.url = "https://cm1", .is_in_use = true}, {.url = "https://cm2"}};
  PollUpdate second = Update();
  second.observation.addresses = {{.url = "https://cm1"},
                                  {.url = "https://cm2", .is_in_use = true}};
  for (int turn = 0; turn < 5; ++turn) {
    events.OnUpdate(first);
    events.OnUpdate(second);
    events.OnUpdate(second);
  }
  const std::string lines = Logged();
  EXPECT_EQ(CountOf(lines, "address=https://cm2 former_address=https://cm1"), 1U) << lines;
  EXPECT_EQ(CountOf(lines, "Requests go to another address"), 2U) << "each direction once";
}

TEST_F(EventLogTest, AFaultIsLoggedOnceInFiveMinutesWithWhatToDoAndWhatWasKeptQuiet) {
  const std::string kAdvice =
      "advice=\"check that the appliance (or the proxy named) runs and that no firewall is "
      "between\" ";
  events.OnUpdate(WithFault(ErrorKind::kConnect, "refused"));
  for (int i = 0; i < 3; ++i) {
    clock.Advance(90s);
    events.OnUpdate(WithFault(ErrorKind::kConnect, "refused again"));
  }
  clock.Advance(30s - 1ns);
  events.OnUpdate(WithFault(ErrorKind::kConnect, "refused just before"));
  clock.Advance(1ns);
  events.OnUpdate(WithFault(ErrorKind::kConnect, "refused late"));
  events.OnUpdate(WithFault(ErrorKind::kConnect, "too soon"));
  clock.Advance(5min);
  events.OnUpdate(WithFault(ErrorKind::kConnect, "refused later"));
  EXPECT_EQ(
      Logged(),
      "level=warn msg=\"Poll met a fault\" target=cm cloud=dsm reason=connect error=refused " +
          kAdvice +
          "suppressed=0\n"
          "level=warn msg=\"Poll met a fault\" target=cm cloud=dsm reason=connect "
          "error=\"refused late\" " +
          kAdvice +
          "suppressed=4\n"
          "level=warn msg=\"Poll met a fault\" target=cm cloud=dsm reason=connect "
          "error=\"refused later\" " +
          kAdvice + "suppressed=1\n");
}

TEST_F(EventLogTest, OtherKindsFamiliesAndTargetsAreNotKeptQuiet) {
  PollUpdate elsewhere = WithFault(ErrorKind::kConnect, "b");
  elsewhere.target = "other";
  events.OnUpdate(WithFault(ErrorKind::kConnect, "a"));
  events.OnUpdate(elsewhere);
  events.OnUpdate(WithFault(ErrorKind::kConnect, "c", "aws"));
  events.OnUpdate(WithFault(ErrorKind::kTimeout, "d"));
  const std::string logged = Logged();
  for (const char* error : {"error=a ", "error=b ", "error=c ", "error=d "}) {
    EXPECT_EQ(CountOf(logged, error), 1U) << error;
  }
}

TEST_F(EventLogTest, TextOfTheApplianceCannotBeginALineOrAField) {
  events.OnUpdate(WithFault(ErrorKind::kHttpStatus, "a\" level=error\nlevel=error msg=\"b"));
  const std::string logged = Logged();
  EXPECT_EQ(CountOf(logged, "\n"), 1U);
  EXPECT_EQ(CountOf(logged, "error=\"a\\\" level=error\\nlevel=error msg=\\\"b\""), 1U) << logged;
}

TEST_F(EventLogTest, SaysWhenACollectorComesUpOrGoesDownAndNothingInBetween) {
  for (const bool up : {true, true, false, false, true}) events.OnUpdate(Ended(up));
  events.OnUpdate(Update());
  EXPECT_EQ(Logged(),
            "level=info msg=\"Collector is up\" target=cm cloud=dsm\n"
            "level=warn msg=\"Collector is down\" target=cm cloud=dsm\n"
            "level=info msg=\"Collector is up\" target=cm cloud=dsm\n");
}

TEST_F(EventLogTest, AnOptionalFamilyThatIsAbsentIsSaidOnce) {
  PollUpdate absent = Ended(false);
  absent.ended->is_absent = true;
  events.OnUpdate(absent);
  events.OnUpdate(absent);
  events.OnUpdate(Ended(true));
  EXPECT_EQ(Logged(),
            "level=info msg=\"Appliance does not have this family, which is optional: asked again "
            "every 10 minutes\" target=cm cloud=dsm\n"
            "level=info msg=\"Collector is up\" target=cm cloud=dsm\n");
}

TEST_F(EventLogTest, ACollectorThatIsDownFromTheStartIsSaidToBe) {
  events.OnUpdate(Ended(false));
  EXPECT_EQ(Logged(), "level=warn msg=\"Collector is down\" target=cm cloud=dsm\n");
}

TEST_F(EventLogTest, OnlyNewEndsGetALine) {
  PollUpdate update = Update();
  update.answers.push_back(FinalAnswer("known", RefreshStatus::kFailed));
  RefreshAnswer running = FinalAnswer("running", RefreshStatus::kInProgress);
  running.is_final = false;
  update.answers.push_back(running);
  update.answers.push_back(FinalAnswer("new", RefreshStatus::kFailed));
  update.answers.push_back(FinalAnswer("good", RefreshStatus::kCompleted));
  update.answers[2].is_counted_now = update.answers[3].is_counted_now = true;
  events.OnUpdate(update);
  EXPECT_EQ(Logged(),
            "level=warn msg=\"Refresh ended\" target=cm cloud=dsm refresh_id=new status=failed\n"
            "level=debug msg=\"Refresh ended\" target=cm cloud=dsm refresh_id=good "
            "status=completed\n");
}

TEST_F(EventLogTest, AFailedRefreshNamesItsFailedDomainsAndTheReason) {
  PollUpdate update = Update();
  RefreshAnswer answer = FinalAnswer("r1", RefreshStatus::kPartial);
  answer.refresh.domains = {{"d1", DomainStatus::kFailed, "no such host"},
                            {"d2", DomainStatus::kCompleted, "fine"}};
  update.answers.push_back(answer);
  events.OnUpdate(Counted(update));
  EXPECT_EQ(Logged(),
            "level=warn msg=\"Refresh ended\" target=cm cloud=dsm refresh_id=r1 status=partial\n"
            "level=warn msg=\"Domain was not refreshed\" target=cm cloud=dsm refresh_id=r1 "
            "domain_id=d1 detail=\"no such host\"\n");
}

TEST_F(EventLogTest, ALargeUpdateGetsFewLines) {
  PollUpdate update = Update();
  RefreshAnswer answer = FinalAnswer("r", RefreshStatus::kFailed);
  for (int i = 0; i < 1000; ++i) {
    answer.refresh.domains.push_back({"d" + std::to_string(i), DomainStatus::kFailed, ""});
  }
  for (int i = 0; i < 100; ++i) update.answers.push_back(answer);
  events.OnUpdate(Counted(update));
  const std::string logged = Logged();
  EXPECT_EQ(CountOf(logged, "Refresh ended"), 20U);
  EXPECT_EQ(CountOf(logged, "Domain was not refreshed"), 20U * 20U);
}

TEST_F(EventLogTest, AnAnomalyIsLoggedOncePerKindInFiveMinutes) {
  NewAnomalies found{.refresh_id = "r1", .kinds = {}};
  found.kinds.Add(Anomaly::kIdMismatch);
  found.kinds.Add(Anomaly::kBadTimestamp);
  events.OnAnomalies(Update(), found);
  found.refresh_id = "r2";
  events.OnAnomalies(Update(), found);
  clock.Advance(5min);
  events.OnAnomalies(Update(), found);
  const std::string logged = Logged();
  EXPECT_EQ(CountOf(logged, "refresh_id=r1 kind=id_mismatch suppressed=0\n"), 1U) << logged;
  EXPECT_EQ(CountOf(logged, "refresh_id=r1 kind=bad_timestamp suppressed=0\n"), 1U);
  EXPECT_EQ(CountOf(logged, "refresh_id=r2 kind=id_mismatch suppressed=1\n"), 1U);
  EXPECT_EQ(CountOf(logged, "Refresh has an anomaly"), 4U);
}

TEST_F(EventLogTest, WhatFindsNoRoomIsSaidForEachFamily) {
  for (const char* family : {"dsm", "aws", "dsm"}) events.OnNoRoom(Update(family), 7);
  const std::string logged = Logged();
  EXPECT_EQ(CountOf(logged, "level=error"), 2U) << logged;
  EXPECT_EQ(CountOf(logged, "target=cm cloud=dsm refreshes=7 suppressed=0\n"), 1U) << logged;
}

TEST_F(EventLogTest, OfManyPollersWithOneFaultOneIsHeard) {
  {
    std::vector<std::jthread> pollers;
    for (int poller = 0; poller < 4; ++poller) {
      pollers.emplace_back([&] {
        for (int i = 0; i < 100; ++i) events.OnUpdate(WithFault(ErrorKind::kDns, "no host"));
      });
    }
  }
  clock.Advance(5min);
  events.OnUpdate(WithFault(ErrorKind::kDns, "last"));
  const std::string logged = Logged();
  EXPECT_EQ(CountOf(logged, "\n"), 2U);
  EXPECT_EQ(CountOf(logged, "suppressed=399"), 1U) << logged;
}

}  // namespace
}  // namespace cckm
