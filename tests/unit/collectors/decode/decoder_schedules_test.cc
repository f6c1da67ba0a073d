// The scheduler's lists: configurations and runs, as documented and as nobody would send them.

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/bounded_name.h"
#include "collectors/base/rfc3339.h"
#include "collectors/decode/decoder.h"

namespace cckm {
namespace {

using Texts = std::vector<std::string>;

std::string Page(const std::string& entries) {
  return R"({"skip":0,"limit":100,"total":7,"resources":[)" + entries + "]}";
}

std::string Schedule(const std::string& members) {
  return Page(R"({"id":"s1","operation":"cckm_synchronization",)" + members + "}");
}

std::string ScheduleOf(const std::string& parameters) {
  return Schedule(R"("job_config_params":)" + parameters);
}

WallTime Time(std::string_view text) { return ParseRfc3339(text).time; }

RefreshSchedule OnlySchedule(const std::string& body, std::optional<WallTime> latest_time = {}) {
  const auto page = Decoder().DecodeSchedules(body, latest_time);
  EXPECT_TRUE(page && page->schedules.size() == 1) << body;
  return page && page->schedules.size() == 1 ? page->schedules[0] : RefreshSchedule{};
}

ScheduleRun OnlyRun(const std::string& entry, std::optional<WallTime> latest_time = {}) {
  const auto page = Decoder().DecodeScheduleRuns(Page(entry), latest_time);
  EXPECT_TRUE(page && page->runs.size() == 1) << entry;
  return page && page->runs.size() == 1 ? page->runs[0] : ScheduleRun{};
}

TEST(DecoderSchedulesTest, ADocumentedConfigurationIsRead) {
  const auto page = Decoder().DecodeSchedules(Page(R"({
      "id":"6d1ab4f8","uri":"kylo:kylo:scheduler:job_configs:x","account":"kylo:kylo:admin",
      "createdAt":"2024-01-02T03:04:05.5Z","updatedAt":"2024-02-02T03:04:05Z","name":"nightly",
      "description":"","operation":"cckm_synchronization","run_at":"0 3 * * mon-fri","run_on":"any",
      "disabled":true,"start_date":"2024-03-01T00:00:00Z","end_date":"2030-01-01T00:00:00+01:00",
      "job_config_params":{"cloud_name":"AzureCloud","synchronize_all":false,
                           "key_vaults":["v1","v2"],"kms":null}})"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->frame.skip, 0U);
  EXPECT_EQ(page->frame.total, 7U);
  EXPECT_EQ(page->unusable.count, 0U);
  const RefreshSchedule expected = {.id = "6d1ab4f8",
                                    .name = "nightly",
                                    .family = FindFamily("azure"),
                                    .run_at = "0 3 * * mon-fri",
                                    .is_disabled = true,
                                    .starts_at = Time("2024-03-01T00:00:00Z"),
                                    .ends_at = Time("2029-12-31T23:00:00Z"),
                                    .created_at = Time("2024-01-02T03:04:05.5Z"),
                                    .updated_at = Time("2024-02-02T03:04:05Z"),
                                    .covers_all = false,
                                    .units = {"v1", "v2"}};
  ASSERT_EQ(page->schedules.size(), 1U);
  EXPECT_EQ(page->schedules[0], expected);
}

TEST(DecoderSchedulesTest, OnlySynchronizationsAreSchedules) {
  const auto page = Decoder().DecodeSchedules(Page(R"(
      {"id":"a","operation":"CCKM-Synchronization "}, {"id":"b","operation":"cckm synchronization"},
      {"id":"c","operation":"key_rotation"}, {"id":"d"}, {"id":"e","operation":7})"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->schedules.size(), 2U);
  EXPECT_EQ(page->other_operations, 3U);
  EXPECT_EQ(page->unusable.count, 0U);
}

TEST(DecoderSchedulesTest, AConfigurationOfWhichNothingIsToldIsEmpty) {
  for (const char* members :
       {R"("x":1)", R"("name":7,"run_at":[],"disabled":"no","start_date":null)",
        R"("start_date":"0001-01-01T00:00:00Z","end_date":"","updatedAt":null)",
        R"("job_config_params":null,"disabled":null)", R"("job_config_params":[1])",
        R"("job_config_params":{"cloud_name":3,"synchronize_all":1,"kms":{"a":"b"},"groups":7})"}) {
    EXPECT_EQ(OnlySchedule(Schedule(members)), RefreshSchedule{.id = "s1"}) << members;
  }
}

TEST(DecoderSchedulesTest, TimesThatCannotBeReadAreUnsetAndNamed) {
  struct Case {
    const char* members;
    std::vector<std::string_view> names;
  };
  const Case cases[] = {
      {R"("start_date":5,"end_date":{},"createdAt":true,"updatedAt":"yesterday")",
       {"start_date", "end_date", "createdAt", "updatedAt"}},
      {R"("end_date":"31.12.2030")", {"end_date"}},
      {R"("end_date":"9999-99-31T00:00:00Z")", {"end_date"}},
      {R"("createdAt":"2025-01-01T00:00:01Z")", {"createdAt"}},
      {R"("end_date":"9999-12-31T00:00:00Z","start_date":"0001-01-01T00:00:00Z")", {}},
  };
  for (const Case& one : cases) {
    const auto schedule = OnlySchedule(Schedule(one.members), Time("2025-01-01T00:00:00Z"));
    EXPECT_EQ(schedule.unreadable_times, one.names) << one.members;
  }
  EXPECT_TRUE(OnlySchedule(Schedule(R"("start_date":5)")).HasUnreadableSpan());
  EXPECT_TRUE(OnlySchedule(Schedule(R"("end_date":5)")).HasUnreadableSpan());
  EXPECT_FALSE(OnlySchedule(Schedule(R"("createdAt":5,"updatedAt":5)")).HasUnreadableSpan());
}

TEST(DecoderSchedulesTest, AFlagMayBeABooleanOrItsText) {
  for (const char* flag : {"true", R"("true")", R"(" TRUE")"}) {
    EXPECT_TRUE(OnlySchedule(Schedule(R"("disabled":)" + std::string(flag))).is_disabled) << flag;
    const std::string parameters = R"({"synchronize_all":)" + std::string(flag) + "}";
    EXPECT_TRUE(OnlySchedule(ScheduleOf(parameters)).covers_all) << flag;
  }
  for (const char* flag : {"false", R"("false")", "null", "1", R"("yes")", "[true]"}) {
    EXPECT_FALSE(OnlySchedule(Schedule(R"("disabled":)" + std::string(flag))).is_disabled) << flag;
  }
}

TEST(DecoderSchedulesTest, UnitsAreTextsOfAListOrPartsOfAText) {
  struct Case {
    const char* parameters;
    Texts units;
  };
  const Case cases[] = {
      {R"({"kms":["a","b"],"domains":["c"]})", {"a", "b", "c"}},
      {R"({"oci_vaults":"a, b ,,c,","partitions":""})", {"a", "b", "c"}},
      {R"({"organizations":["a",7,null,["b"],"","  "]})", {"a"}},
      {R"({"key_vaults":["a,b"]})", {"a,b"}},
      {R"({"key_rings":7,"groups":true,"domains":{"a":"b"}})", {}},
      {R"({"key_rings":["k"],"groups":["g"],"others":["o"]})", {"g", "k"}},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(OnlySchedule(ScheduleOf(one.parameters)).units, one.units) << one.parameters;
  }
}

TEST(DecoderSchedulesTest, UnitsAreBoundedInNumberAndLength) {
  std::string list;
  std::string text;
  for (int i = 0; i < 10'001; ++i) {
    list += (i == 0 ? "\"" : ",\"") + std::to_string(i) + '"';
    text += std::to_string(i) + ',';
  }
  const auto many = OnlySchedule(ScheduleOf(R"({"domains":[)" + list + R"(],"groups":["one"]})"));
  EXPECT_EQ(many.units.size(), 10'000U);
  EXPECT_EQ(many.units.back(), "9999");
  EXPECT_EQ(OnlySchedule(ScheduleOf(R"({"domains":")" + text + "\"}")).units, many.units);
  const auto blanks =
      OnlySchedule(ScheduleOf(R"({"domains":")" + std::string(100'000, ',') + "\"}"));
  EXPECT_TRUE(blanks.units.empty());

  const std::string longest(kMaxName, 'x');
  const auto bounded = OnlySchedule(ScheduleOf(R"({"domains":[")" + longest + R"(","y)" + longest +
                                               R"(","z)" + longest + R"("]})"));
  ASSERT_EQ(bounded.units.size(), 3U);
  EXPECT_EQ(bounded.units[0], longest);
  EXPECT_LE(bounded.units[1].size(), kMaxName);
  EXPECT_NE(bounded.units[1], bounded.units[2]);
}

TEST(DecoderSchedulesTest, EveryTextIsCutAndASecretTakenOutBefore) {
  const std::string hostile = std::string(230, '.') + "hunter2-hunter2" + std::string(300, '\x7F');
  Decoder decoder([](std::string& text) {
    for (auto at = text.find("hunter2"); at != std::string::npos; at = text.find("hunter2")) {
      text.replace(at, 7, "<secret>");
    }
  });
  const auto schedules = decoder.DecodeSchedules(Page(
      R"({"operation":"cckm_synchronization","id":")" + hostile + R"(","name":")" + hostile +
      R"(","run_at":")" + hostile + R"(","job_config_params":{"kms":[")" + hostile + R"("]}})"));
  ASSERT_TRUE(schedules && schedules->schedules.size() == 1);
  const auto runs = decoder.DecodeScheduleRuns(Page(R"({"id":")" + hostile + R"(","name":")" +
                                                    hostile + R"(","job_config_id":")" + hostile +
                                                    R"(","createdAt":"2024-01-01T00:00:00Z"})"));
  ASSERT_TRUE(runs && runs->runs.size() == 1);
  const RefreshSchedule& schedule = schedules->schedules[0];
  const ScheduleRun& run = runs->runs[0];
  for (const std::string& text : {schedule.id, schedule.name, schedule.run_at, schedule.units.at(0),
                                  run.id, run.schedule_id, run.schedule_name}) {
    EXPECT_LE(text.size(), kMaxName);
    EXPECT_EQ(text.find("hunter"), std::string::npos) << text;
    EXPECT_EQ(text.find('\x7F'), std::string::npos) << text;
  }
  EXPECT_EQ(schedule.id, run.schedule_id);
}

TEST(DecoderSchedulesTest, OnlyWhatLiesInThePastMayNotBeLaterThanTheBound) {
  const WallTime now = Time("2025-01-01T00:00:00Z");
  const std::string times =
      R"("createdAt":"2025-01-01T00:00:01Z","updatedAt":"2025-01-02T00:00:00Z",
      "start_date":"2025-02-01T00:00:00Z","end_date":"2025-03-01T00:00:00Z")";
  const auto schedule = OnlySchedule(Schedule(times), now);
  EXPECT_FALSE(schedule.created_at);
  EXPECT_FALSE(schedule.updated_at);
  EXPECT_EQ(schedule.starts_at, Time("2025-02-01T00:00:00Z"));
  EXPECT_EQ(schedule.ends_at, Time("2025-03-01T00:00:00Z"));
  const std::string run = R"({"name":"n","createdAt":"2025-01-01T00:00:00)";
  EXPECT_EQ(OnlyRun(run + "Z\"}", now).created_at, now);
  EXPECT_FALSE(OnlyRun(run + ".000000001Z\"}", now).created_at);
}

TEST(DecoderSchedulesTest, ABeginOrEndPastTheRangeOfTimesIsItsEnd) {
  for (const char* time :
       {"9999-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "2264-02-29T00:00:00.5+01:00"}) {
    const std::string quoted = '"' + std::string(time) + '"';
    const auto schedule =
        OnlySchedule(Schedule(R"("start_date":)" + quoted + R"(,"end_date":)" + quoted));
    EXPECT_EQ(schedule.starts_at, WallTime::max()) << time;
    EXPECT_EQ(schedule.ends_at, WallTime::max()) << time;
  }
  for (const char* time : {"9999", "never", "9999-13-01T00:00:00Z", "99990-01-01T00:00:00Z", "x",
                           "1900-01-01T00:00:00Z"}) {
    EXPECT_FALSE(OnlySchedule(Schedule(R"("start_date":")" + std::string(time) + '"')).starts_at)
        << time;
  }
}

// Whatever a damaged byte makes of it: an answer, and never more entries than were sent.
TEST(DecoderSchedulesTest, DamageAnywhereIsAnsweredAndMakesNothingUp) {
  const std::string whole = Page(R"({"id":"s","name":"n","operation":"cckm_synchronization",
      "run_at":"0 3 * * *","disabled":"false","createdAt":"2024-01-02T03:04:05Z",
      "job_config_params":{"cloud_name":"gcp","kms":["a"],"groups":"b,c"}},{"name":"r"})");
  Decoder decoder;
  const auto expect_bounded = [&decoder](const std::string& body) {
    const auto schedules = decoder.DecodeSchedules(body);
    EXPECT_LE(schedules ? schedules->schedules.size() : 0, 1U) << body;
    const auto runs = decoder.DecodeScheduleRuns(body);
    EXPECT_LE(runs ? runs->runs.size() : 0, 2U) << body;
  };
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const auto cut = decoder.DecodeSchedules(whole.substr(0, i));
    EXPECT_FALSE(cut) << i;
    for (const char damage : {'\0', '"', '{', ']', ',', '\\', '9', '\xFF'}) {
      std::string damaged = whole;
      damaged[i] = damage;
      expect_bounded(damaged);
    }
  }
}

TEST(DecoderSchedulesTest, EntriesWithoutAnIdOrOfAnotherShapeAreCountedAndLeftOut) {
  const std::string operation = R"("operation":"cckm_synchronization"})";
  const auto page = Decoder().DecodeSchedules(
      Page("{" + operation + R"(,{"id":"",)" + operation + R"(,{"id":5,)" + operation +
           R"(,7,null,[],{"id":"a","id":"b",)" + operation + R"(,{"id":"s",)" + operation));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->schedules.size(), 1U);
  EXPECT_EQ(page->unusable.count, 7U);
}

TEST(DecoderSchedulesTest, AnEntryThatIsNoJsonTakesNothingFromTheOthers) {
  const auto runs =
      Decoder().DecodeScheduleRuns(Page(R"({"name":"a"},{"name":"b","status":bad},{"name":"c"})"));
  ASSERT_TRUE(runs);
  EXPECT_EQ(runs->runs.size(), 2U);
  EXPECT_EQ(runs->unusable.count, 1U);
}

TEST(DecoderSchedulesTest, AnotherShapeIsRefused) {
  for (const char* body :
       {"", "[]", "{}", R"({"resources":{}})", R"({"total":-1,"resources":[]})",
        R"({"code":5,"codeDesc":"NCERRUnauthorizedAccess","resources":[]})", R"({"id":1,"id":2})",
        R"({"id":"s","operation":"cckm_synchronization"})"}) {
    EXPECT_FALSE(Decoder().DecodeSchedules(body)) << body;
    EXPECT_FALSE(Decoder().DecodeScheduleRuns(body)) << body;
  }
  EXPECT_TRUE(Decoder().DecodeSchedules(R"({"resources":null})"));
  EXPECT_TRUE(Decoder().DecodeScheduleRuns(R"({"total":0,"resources":null})"));
}

TEST(DecoderScheduleRunsTest, ARunIsRead) {
  const ScheduleRun expected = {.id = "r1",
                                .schedule_id = "s1",
                                .schedule_name = "nightly",
                                .status = RunStatus::kCompleted,
                                .created_at = Time("2024-01-02T03:00:00Z")};
  EXPECT_EQ(OnlyRun(R"({"id":"r1","job_config_id":"s1","name":"nightly","status":"completed",
      "operation":"cckm_synchronization","createdAt":"2024-01-02T03:00:00Z","processing_node":"n"})"),
            expected);
}

TEST(DecoderScheduleRunsTest, ARunIsToldByItsScheduleOrItsName) {
  EXPECT_EQ(OnlyRun(R"({"job_config_id":"s1"})"), ScheduleRun{.schedule_id = "s1"});
  EXPECT_EQ(OnlyRun(R"({"name":"n","job_config_id":null})"), ScheduleRun{.schedule_name = "n"});
  const auto page = Decoder().DecodeScheduleRuns(Page(R"({"id":"r","status":"failed"},{})"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->runs.size(), 0U);
  EXPECT_EQ(page->unusable.count, 2U);
}

TEST(DecoderScheduleRunsTest, ACreationThatCannotBeReadIsUnsetAndSaid) {
  const WallTime now = Time("2025-01-01T00:00:00Z");
  for (const char* creation : {"\"soon\"", "5", "{}"}) {
    const auto run = OnlyRun(R"({"name":"n","createdAt":)" + std::string(creation) + "}", now);
    EXPECT_TRUE(run.has_unreadable_creation) << creation;
    EXPECT_FALSE(run.created_at) << creation;
  }
  for (const char* creation :
       {"null", "\"\"", "\"0001-01-01T00:00:00Z\"", "\"2025-01-01T00:00:01Z\""}) {
    const auto run = OnlyRun(R"({"name":"n","createdAt":)" + std::string(creation) + "}", now);
    EXPECT_FALSE(run.has_unreadable_creation) << creation;
  }
}

TEST(DecoderScheduleRunsTest, RunsOfOtherOperationsOnlyTellHowOldThePageIs) {
  const auto page = Decoder().DecodeScheduleRuns(Page(R"(
      {"name":"a","operation":"cckm_synchronization","createdAt":"2024-01-03T00:00:00Z"},
      {"name":"b","operation":"database_backup","createdAt":"2024-01-01T00:00:00Z"},
      {"name":"c","createdAt":"2024-01-02T00:00:00Z"}, {"name":"d","createdAt":"?"})"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->runs.size(), 3U);
  EXPECT_EQ(page->other_operations, 1U);
  EXPECT_EQ(page->oldest_created_at, Time("2024-01-01T00:00:00Z"));
}

TEST(DecoderScheduleRunsTest, AStatusIsReadInAnySpelling) {
  struct Case {
    const char* word;
    RunStatus status;
  };
  const Case cases[] = {
      {"scheduled", RunStatus::kScheduled},    {"Pending", RunStatus::kScheduled},
      {"queued", RunStatus::kScheduled},       {"In-Progress", RunStatus::kInProgress},
      {"IN PROGRESS", RunStatus::kInProgress}, {"running", RunStatus::kInProgress},
      {"Completed ", RunStatus::kCompleted},   {"success", RunStatus::kCompleted},
      {"FAILED", RunStatus::kFailed},          {"error", RunStatus::kFailed},
      {"aborted", RunStatus::kAborted},        {"canceled", RunStatus::kAborted},
      {"none", RunStatus::kUnknown},           {"", RunStatus::kUnknown},
      {"paused", RunStatus::kUnknown},         {"failed_over", RunStatus::kUnknown},
  };
  for (const Case& one : cases) {
    const std::string run = R"({"name":"n","status":")" + std::string(one.word) + "\"}";
    EXPECT_EQ(OnlyRun(run).status, one.status) << one.word;
  }
  EXPECT_EQ(OnlyRun(R"({"name":"n","status":7})").status, RunStatus::kUnknown);
}

}  // namespace
}  // namespace cckm
