// The two payloads of the API's own pages, byte for byte, through the whole exporter to the whole
// exposition.

#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/fixtures/fixture.h"
#include "tests/unit/exporter/app/harness.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr const char* kRefreshId = "8155fe39-570a-4132-92ca-e40b7640c7dc";

Harness::Setup OneRefresh(std::string_view family) {
  return {.collectors = {{.family = FindFamily(family), .refresh_ids = {kRefreshId}}}};
}

TEST(DocumentedPayloadsTest, TheCompletedDsmRefreshGivesItsExposition) {
  Harness exporter(OneRefresh("dsm"));
  exporter.AnswerJson("dsm", kRefreshId, ReadFixture("samples/dsm_refresh_completed.json"));
  exporter.PollFor(1ms);
  ExpectGolden("dsm_refresh_completed.txt", exporter.Scrape());
}

TEST(DocumentedPayloadsTest, TheCompletedDsmRefreshIsObservedOnceHoweverOftenItIsPolled) {
  Harness::Setup setup = OneRefresh("dsm");
  setup.schedule.recheck_interval = 15s;
  Harness exporter(setup);
  exporter.AnswerJson("dsm", kRefreshId, ReadFixture("samples/dsm_refresh_completed.json"));
  exporter.PollFor(5min);
  ASSERT_GE(exporter.client().paths().size(), 10U);
  EXPECT_EQ(exporter.Scrape("cckm_domain_refresh_duration_seconds_sum"),
            "cckm_domain_refresh_duration_seconds_sum{target=\"cm\",cloud=\"dsm\",domain_id="
            "\"89c49e63-b5c9-46be-9371-0d8b0649e289\"} 1.96828\n");
  EXPECT_EQ(
      exporter.Scrape(
          "cckm_refresh_duration_seconds_count{target=\"cm\",cloud=\"dsm\",status=\"completed\"}"),
      "cckm_refresh_duration_seconds_count{target=\"cm\",cloud=\"dsm\",status=\"completed\"} 1\n");
}

TEST(DocumentedPayloadsTest, TheRunningExternalRefreshGivesItsExposition) {
  Harness exporter(OneRefresh("external-cm"));
  exporter.AnswerJson("external-cm", kRefreshId,
                      ReadFixture("samples/external_cm_refresh_in_progress.json"));
  exporter.PollFor(1ms);
  ExpectGolden("external_cm_refresh_in_progress.txt", exporter.Scrape());
}

TEST(DocumentedPayloadsTest, TheRunningExternalRefreshIsOneIdMismatchHoweverOftenItIsPolled) {
  Harness exporter(OneRefresh("external-cm"));
  exporter.AnswerJson("external-cm", kRefreshId,
                      ReadFixture("samples/external_cm_refresh_in_progress.json"));
  exporter.PollFor(5min);
  ASSERT_GE(exporter.client().paths().size(), 20U);
  const std::string anomalies = exporter.Scrape("cckm_refresh_anomalies_total");
  EXPECT_NE(anomalies.find("kind=\"id_mismatch\"} 1\n"), std::string::npos) << anomalies;
  EXPECT_EQ(exporter.Scrape("cckm_refresh_duration_seconds_count").find("} 1\n"),
            std::string::npos);
}

TEST(DocumentedPayloadsTest, TheCancellingDsmRefreshIsStillInProgress) {
  Harness exporter(OneRefresh("dsm"));
  exporter.AnswerJson("dsm", kRefreshId, ReadFixture("samples/dsm_refresh_cancelling.json"));
  exporter.PollFor(1ms);
  EXPECT_NE(exporter.Scrape("cckm_refresh_status").find("status=\"in_progress\"} 1\n"),
            std::string::npos);
  EXPECT_NE(exporter.Scrape("cckm_domain_refresh_status").find("status=\"in_progress\"} 1\n"),
            std::string::npos);
}

}  // namespace
}  // namespace cckm
