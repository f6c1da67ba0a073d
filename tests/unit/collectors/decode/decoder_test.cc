// The shapes of an answer to GET <path>/{id}: envelopes, ids, times, wrong types and captured
// bodies.

#include "collectors/decode/decoder.h"

#include <gtest/gtest.h>

#include <string>

#include "collectors/base/rfc3339.h"
#include "collectors/model/family.h"
#include "tests/support/fixtures/fixture.h"
#include "tests/support/fixtures/refresh_text.h"

namespace cckm {
namespace {

Decoded<Refresh> Decode(std::string_view body, std::string_view asked_id = "r",
                        std::string_view family = "dsm") {
  return Decoder().DecodeRefresh(body, {*FindFamily(family)}, asked_id);
}

std::optional<WallTime> At(std::string_view text) { return ParseRfc3339(text).time; }

TEST(DecoderTest, ReadsTheCompletedSample) {
  const auto decoded = Decode(ReadFixture("samples/dsm_refresh_completed.json"),
                              "8155fe39-570a-4132-92ca-e40b7640c7dc");
  ASSERT_TRUE(decoded);
  Refresh expected;
  expected.id = "8155fe39-570a-4132-92ca-e40b7640c7dc";
  expected.told_id = expected.id;
  expected.status = RefreshStatus::kCompleted;
  expected.created_at = At("2021-03-03T06:10:52.128836Z");
  expected.updated_at = At("2021-03-03T06:10:54.097262Z");
  expected.completed_at = At("2021-03-03T06:10:54.097116Z");
  expected.domains = {{"89c49e63-b5c9-46be-9371-0d8b0649e289", DomainStatus::kCompleted,
                       "domain synchronized successfully"}};
  expected.units = decoded->units;  // a hash
  EXPECT_EQ(*decoded, expected);
  EXPECT_EQ(DurationOf(*decoded), Nanoseconds(1'968'280'000));
}

TEST(DecoderTest, ReadsTheCancellingSample) {
  const auto decoded = Decode(ReadFixture("samples/dsm_refresh_cancelling.json"),
                              "b0301a8a-45a6-4c0f-9a5e-3f6a1e8f7c10");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(StatesOf(*decoded), "in_progress 89c49e63-b5c9-46be-9371-0d8b0649e289=in_progress");
  EXPECT_EQ(decoded->completed_at, std::nullopt);
}

TEST(DecoderTest, ReadsTheWrappedExternalSample) {
  const auto decoded = Decode(ReadFixture("samples/external_cm_refresh_in_progress.json"),
                              "bf27cde1-e2ed-4244-9d5a-8a4e12ad1837", "external-cm");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(StatesOf(*decoded),
            "in_progress 3e732d57-5ea1-491f-b238-9f4a39a9566f=in_progress "
            "c4e5bd34-af39-4027-9058-6f1a4bb3519d=in_progress");
  EXPECT_EQ(decoded->created_at, At("2020-08-06T09:49:34.605578452Z"));
  EXPECT_TRUE(decoded->anomalies.empty());
}

struct FamilyCase {
  const char* family;
  const char* states;
};

const FamilyCase kFamilyCases[] = {
    {"hsm-luna",
     "partial 35e54407-9d57-567c-b6e7-24dcdc777d58=completed "
     "dadc0b92-8e47-5611-adcb-28ac868541b8=failed"},
    {"hsm-luna-sync", "in_progress 35e54407-9d57-567c-b6e7-24dcdc777d58=in_progress"},
    {"aws", "completed 123456789012/ap-south-1=completed 123456789012/eu-west-1=completed"},
    {"aws-custom-key-stores", "failed 123456789012/us-east-1=failed"},
    {"azure", "partial vault-north::0a1b2c3d=completed vault-south::0a1b2c3d=failed"},
    {"azure-certificates", "failed vault-north::0a1b2c3d=completed vault-south::0a1b2c3d=failed"},
    {"azure-secrets", "in_progress"},
    {"google", "cancelled projects/example/locations/europe-west3/keyRings/ring-one=cancelled"},
    {"oci", "failed ocid1.vault.oc1.eu-frankfurt-1.example=failed"},
    {"sap", "completed 5fafa0c9-b0d3-5fdd-ba60-d765e5817404=completed"},
    {"sfdc-keys", "failed 86576df4-5e9e-5544-af54-4e3d8e9523a5=failed"},
    {"sfdc-certificates",
     "in_progress 86576df4-5e9e-5544-af54-4e3d8e9523a5=completed 00D5f000000abcd=in_progress"},
};

TEST(DecoderTest, ReadsTheJobOfEveryOtherFamily) {
  for (const FamilyCase& c : kFamilyCases) {
    const std::string body = ReadFixture(std::string("families/") + c.family + ".json");
    const auto decoded = Decode(body, "asked", c.family);
    ASSERT_EQ(FailureOf(decoded), "usable") << c.family;
    EXPECT_EQ(StatesOf(*decoded), c.states) << c.family;
    EXPECT_EQ(decoded->created_at, At("2024-05-14T08:00:00.25Z")) << c.family;
    EXPECT_EQ(decoded->completed_at.has_value(), IsFinished(decoded->status)) << c.family;
    EXPECT_EQ(NamesOf(decoded->anomalies), "id_mismatch") << c.family;
  }
}

TEST(DecoderTest, TheJobIsFoundInEveryEnvelope) {
  const char* bodies[] = {
      R"({"id":"r","overall_status":"failed"})",
      R"({"application/json":{"id":"r","overall_status":"failed"}})",
      R"({"skip":0,"limit":10,"total":1,"resources":[{"id":"r","overall_status":"failed"}]})",
      R"({"application/json":{"resources":[{"id":"r","overall_status":"failed"}]}})",
      R"({"resources":[{"id":"x","overall_status":"queued"},{"id":"r","overall_status":"failed"}]})",
      R"({"resources":[7,null,{"overall_status":"queued"},{"id":"r","overall_status":"failed"}]})",
      R"({"id":"r","overall_status":"failed","application/json":{"overall_status":"queued"}})",
      R"({"id":"r","overall_status":"failed","resources":[{"id":"r","overall_status":"queued"}]})",
      R"({"id":"r","overall_status":"failed","later":{"added":[1,{"field":null}]},"error":"x"})",
  };
  for (const char* body : bodies) {
    const auto decoded = Decode(body);
    ASSERT_EQ(FailureOf(decoded), "usable") << body;
    EXPECT_EQ(decoded->status, RefreshStatus::kFailed) << body;
    EXPECT_EQ(decoded->id, "r") << body;
    EXPECT_TRUE(decoded->anomalies.empty()) << body;
  }
}

TEST(DecoderTest, TheIdAskedForNamesTheRefreshWhateverTheBodySays) {
  struct Case {
    const char* body;
    bool mismatch;
  };
  const Case cases[] = {
      {R"({"id":"r","overall_status":"failed"})", false},
      {R"({"overall_status":"failed"})", false},
      {R"({"id":null,"overall_status":"failed"})", false},
      {R"({"id":7,"overall_status":"failed"})", false},
      {R"({"id":["r"],"overall_status":"failed"})", false},
      {R"({"id":"","overall_status":"failed"})", true},
      {R"({"id":"R","overall_status":"failed"})", true},
      {R"({"id":"r ","overall_status":"failed"})", true},
      {R"({"id":"../x","overall_status":"failed"})", true},
      {R"({"resources":[{"id":"other","overall_status":"failed"}]})", true},
      {R"({"resources":[{"overall_status":"failed"}]})", false},
      {R"({"application/json":{"id":"other","overall_status":"failed"}})", true},
  };
  for (const Case& c : cases) {
    const auto decoded = Decode(c.body);
    ASSERT_EQ(FailureOf(decoded), "usable") << c.body;
    EXPECT_EQ(decoded->id, "r") << c.body;
    EXPECT_EQ(NamesOf(decoded->anomalies), c.mismatch ? "id_mismatch" : "") << c.body;
  }
}

struct RefusedCase {
  const char* body;
  const char* failure;
};

const RefusedCase kRefused[] = {
    // No object.
    {"[]", "schema: the body is not a JSON object"},
    {"null", "schema: the body is not a JSON object"},
    {"3", "schema: the body is not a JSON object"},
    {R"([{"id":"r","overall_status":"failed"}])", "schema: the body is not a JSON object"},
    {R"({"application/json":[]})", "schema: the body is not a JSON object"},
    // The wrapper counts only once, alone and in its own spelling.
    {R"({"application/json":{"overall_status":"failed"},"x":1})",
     "schema: overall_status is missing or not a string"},
    {R"({"Application/JSON":{"overall_status":"failed"}})",
     "schema: overall_status is missing or not a string"},
    {R"({"application/json":{"application/json":{"overall_status":"failed"}}})",
     "schema: overall_status is missing or not a string"},
    // overall_status.
    {"{}", "schema: overall_status is missing or not a string"},
    {R"({"overall_status":null})", "schema: overall_status is missing or not a string"},
    {R"({"overall_status":3})", "schema: overall_status is missing or not a string"},
    {R"({"overall_status":["failed"]})", "schema: overall_status is missing or not a string"},
    {R"({"Overall_Status":"failed"})", "schema: overall_status is missing or not a string"},
    {R"({"status":"failed"})", "schema: overall_status is missing or not a string"},
    // detailed_status.
    {R"({"overall_status":"failed","detailed_status":[]})",
     "schema: detailed_status is not an object"},
    {R"({"overall_status":"failed","detailed_status":"x"})",
     "schema: detailed_status is not an object"},
    // Domain arrays.
    {R"({"overall_status":"failed","domains":"a"})", "schema: domains is not an array"},
    {R"({"overall_status":"failed","domains":{}})", "schema: domains is not an array"},
    {R"({"overall_status":"failed","domains":["a",1]})",
     "schema: domains has an entry that is not a string"},
    {R"({"overall_status":"failed","domains":[null]})",
     "schema: domains has an entry that is not a string"},
    // abort.
    {R"({"overall_status":"failed","abort":"true"})", "schema: abort is not a boolean"},
    {R"({"overall_status":"failed","abort":1})", "schema: abort is not a boolean"},
    // Lists that do not tell which entry it is.
    {R"({"resources":[]})", "schema: the list does not hold the refresh asked for"},
    {R"({"resources":[7]})", "schema: the list does not hold the refresh asked for"},
    {R"({"resources":[{"id":"x","overall_status":"failed"},{"id":"y","overall_status":"failed"}]})",
     "schema: the list does not hold the refresh asked for"},
    {R"({"total":"1","resources":[{"id":"r","overall_status":"failed"}]})",
     "schema: total is not a whole number from 0 upwards"},
    {R"({"resources":{}})", "schema: overall_status is missing or not a string"},
    {R"({"resources":[{"id":"r"}]})", "schema: overall_status is missing or not a string"},
    // Error bodies of a successful answer.
    {R"({"code":16,"codeDesc":"NCERRResourceNotFound: Resource not found"})",
     "schema: a successful answer holds the error 16 \"NCERRResourceNotFound: Resource not "
     "found\""},
    {R"({"code":5,"codeDesc":"NCERRUnauthorizedAccess","message":"m"})",
     "auth: a successful answer holds the error 5 \"NCERRUnauthorizedAccess\""},
    {R"({"codeDesc":"[NCERRUnauthorizedAccess]: Token has been revoked"})",
     "auth: a successful answer holds the error 0 \"[NCERRUnauthorizedAccess]: Token has been "
     "revoked\""},
    {R"({"code":"x","codeDesc":"NCERRForbidden: no"})",
     "forbidden: a successful answer holds the error 0 \"NCERRForbidden: no\""},
    {R"({"application/json":{"code":1,"codeDesc":"NCERRForbidden"}})",
     "forbidden: a successful answer holds the error 1 \"NCERRForbidden\""},
    {R"({"id":"r","overall_status":"failed","codeDesc":null})",
     "schema: a successful answer holds the error 0 \"\""},
    {R"({"codeDesc":"a\nb\u00e9"})", "schema: a successful answer holds the error 0 \"a?b?\""},
};

TEST(DecoderTest, RefusesEveryOtherShapeAndNamesTheField) {
  for (const RefusedCase& c : kRefused) {
    const auto decoded = Decode(c.body);
    EXPECT_EQ(FailureOf(decoded), c.failure) << c.body;
    ASSERT_FALSE(decoded) << c.body;
    EXPECT_EQ(decoded.error().anomaly, std::nullopt) << c.body;
  }
}

TEST(DecoderTest, QuotesAtMost200CharactersOfAnErrorBody) {
  const auto decoded = Decode("{\"codeDesc\":\"" + std::string(5'000, 'x') + "\"}");
  EXPECT_EQ(FailureOf(decoded),
            "schema: a successful answer holds the error 0 \"" + std::string(200, 'x') + "\"");
}

TEST(DecoderTest, NamesThePartitionsOfAnotherFamilyWhereTheyAreWrong) {
  const auto decoded = Decode(R"({"overall_status":"failed","partitions":3})", "r", "hsm-luna");
  EXPECT_EQ(FailureOf(decoded), "schema: partitions is not an array");
}

struct TimeCase {
  const char* value;  // JSON, or empty: the field is missing
  const char* instant;
  bool anomaly;
};

const TimeCase kTimeCases[] = {
    {R"("2021-03-03T06:10:54.097116Z")", "2021-03-03T06:10:54.097116Z", false},
    {R"("2021-03-03T11:40:54+05:30")", "2021-03-03T06:10:54Z", false},
    {"", nullptr, false},
    {"null", nullptr, false},
    {R"("")", nullptr, false},
    {R"("0001-01-01T00:00:00Z")", nullptr, false},
    {R"("2021-03-03_06:10:54Z")", nullptr, true},
    {R"("2021-03-03T06:10:54")", nullptr, true},
    {R"("yesterday")", nullptr, true},
    {R"(" ")", nullptr, true},
    {"1614751854", nullptr, true},
    {"false", nullptr, true},
    {"{}", nullptr, true},
    {R"(["2021-03-03T06:10:54Z"])", nullptr, true},
};

std::string JobWithTime(const std::string& status, const std::string& field,
                        const std::string& value) {
  const std::string member = value.empty() ? "" : ",\"" + field + "\":" + value;
  return "{\"overall_status\":\"" + status + "\"" + member + "}";
}

TEST(DecoderTest, ReadsEveryTimeOrLeavesItUnset) {
  struct Field {
    const char* name;
    std::optional<WallTime> Refresh::*member;
  };
  const Field fields[] = {{"createdAt", &Refresh::created_at},
                          {"updatedAt", &Refresh::updated_at},
                          {"completed_at", &Refresh::completed_at}};
  for (const Field& field : fields) {
    for (const TimeCase& c : kTimeCases) {
      const auto decoded = Decode(JobWithTime("completed", field.name, c.value));
      ASSERT_EQ(FailureOf(decoded), "usable") << field.name << " " << c.value;
      const auto expected = c.instant == nullptr ? std::nullopt : At(c.instant);
      EXPECT_EQ((*decoded).*field.member, expected) << field.name << " " << c.value;
      EXPECT_EQ(NamesOf(decoded->anomalies), c.anomaly ? "bad_timestamp" : "")
          << field.name << " " << c.value;
    }
  }
}

TEST(DecoderTest, IgnoresNumbersThatNothingCanHold) {
  for (const char* number : {"1e400", "-1e400", "36893488147419103232", "-9223372036854775809"}) {
    Decoder decoder;
    const std::string body = std::string(R"({"overall_status":"failed","x":)") + number + "}";
    const auto refresh = decoder.DecodeRefresh(body, {*FindFamily("dsm")}, "r");
    ASSERT_TRUE(refresh) << number;
    EXPECT_EQ(refresh->status, RefreshStatus::kFailed);
  }
}

TEST(DecoderTest, IgnoresTheCompletionOfARefreshThatIsNotFinished) {
  for (const char* status : {"in_progress", "whatever"}) {
    for (const TimeCase& c : kTimeCases) {
      const auto decoded = Decode(JobWithTime(status, "completed_at", c.value));
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->completed_at, std::nullopt) << c.value;
      EXPECT_FALSE(decoded->anomalies.Has(Anomaly::kBadTimestamp)) << c.value;
    }
  }
}

TEST(DecoderTest, ADurationBelowZeroIsAnAnomalyOfAFinishedRefresh) {
  struct Case {
    const char* status;
    const char* completed_at;
    bool anomaly;
  };
  const Case cases[] = {
      {"completed", "2021-03-03T06:10:52.128835999Z", true},
      {"failed", "2021-03-03T05:10:52.128836Z", true},
      {"partial", "2021-03-03T05:10:52.128836Z", true},
      {"cancelled", "2021-03-03T05:10:52.128836Z", true},
      {"completed", "2021-03-03T06:10:52.128836Z", false},
      {"completed", "2021-03-03T07:10:52.128836+01:00", false},
      {"completed", "0001-01-01T00:00:00Z", false},
      {"in_progress", "2021-03-03T05:10:52.128836Z", false},
  };
  for (const Case& c : cases) {
    const auto decoded =
        Decode("{\"createdAt\":\"2021-03-03T06:10:52.128836Z\",\"overall_status\":\"" +
               std::string(c.status) + "\",\"completed_at\":\"" + c.completed_at + "\"}");
    ASSERT_TRUE(decoded);
    EXPECT_EQ(NamesOf(decoded->anomalies), c.anomaly ? "negative_duration" : "")
        << c.status << " " << c.completed_at;
  }
}

TEST(DecoderTest, WhatIsMissingAtTheEndIsNotTheDecodersBusiness) {
  const auto decoded = Decode(
      R"({"overall_status":"completed","createdAt":"2021-03-03T06:10:52Z",
          "updatedAt":"2021-03-03T06:10:54Z"})");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->completed_at, std::nullopt);
  EXPECT_TRUE(decoded->anomalies.empty());
}

TEST(DecoderTest, SeveralOdditiesAreAllReported) {
  const auto decoded =
      Decode(R"({"id":"x","overall_status":"odd","createdAt":3,"updatedAt":"soon"})");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(NamesOf(decoded->anomalies), "id_mismatch bad_timestamp unknown_status");
}

}  // namespace
}  // namespace cckm
