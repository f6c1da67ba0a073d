// What a job object means, sentence by sentence of deploy/docs/payload.md.

#include <gtest/gtest.h>

#include <string>

#include "collectors/decode/decoder.h"
#include "collectors/model/family.h"
#include "tests/support/fixtures/refresh_text.h"

namespace cckm {
namespace {

Refresh DecodeJob(const std::string& fields, std::string_view family) {
  Decoder decoder;
  auto decoded = decoder.DecodeRefresh("{\"id\":\"r\"," + fields + "}", {*FindFamily(family)}, "r");
  EXPECT_EQ(FailureOf(decoded), "usable") << fields;
  return decoded.value_or(Refresh{});
}

struct StateCase {
  const char* fields;
  const char* states;
};

void ExpectStates(std::string_view family, const StateCase& c) {
  EXPECT_EQ(StatesOf(DecodeJob(c.fields, family)), c.states) << family << ": " << c.fields;
}

TEST(DecoderRefreshTableTest, TheStateFollowsTheAppliancesWordThenTheDomains) {
  const StateCase cases[] = {
      // A running refresh.
      {R"("overall_status":"in progress","domains":["a","b"])",
       "in_progress a=in_progress b=in_progress"},
      {R"("overall_status":"queued","domains":["a","b"],
          "detailed_status":{"a":"domain synchronized successfully","b":"connection refused"})",
       "in_progress a=completed b=in_progress"},
      // A completed one without abort.
      {R"("overall_status":"completed")", "completed"},
      {R"("overall_status":"completed","domains":["a","b"])", "completed a=completed b=completed"},
      {R"("overall_status":"Completed","detailed_status":{"a":"Domain Synchronized Successfully."})",
       "completed a=completed"},
      {R"("overall_status":"completed","domains":["a","b"],
          "detailed_status":{"a":"domain synchronized successfully"})",
       "completed a=completed b=completed"},
      {R"("overall_status":"completed","domains":["a","b"],
          "detailed_status":{"a":"domain synchronized successfully","b":"connection refused"})",
       "partial a=completed b=failed"},
      {R"("overall_status":"completed","domains":["a","b"],"detailed_status":{"b":"in_progress"})",
       "partial a=completed b=failed"},
      {R"("overall_status":"completed","detailed_status":{"a":"x","b":"y"})",
       "failed a=failed b=failed"},
      // Empty text and null are no text.
      {R"("overall_status":"completed","detailed_status":{"a":"","b":null})",
       "completed a=completed b=completed"},
      {R"("overall_status":"running","detailed_status":{"a":"","b":null})",
       "in_progress a=in_progress b=in_progress"},
      // Failed stays failed.
      {R"("overall_status":"failed","domains":["c"],
          "detailed_status":{"a":"domain synchronized successfully","b":"connection refused"})",
       "failed c=failed a=completed b=failed"},
      {R"("overall_status":"error","detailed_status":{"a":"domain synchronized successfully"})",
       "failed a=completed"},
      // Partial as the appliance says it.
      {R"("overall_status":"completed with errors","domains":["c"],
          "detailed_status":{"a":"domain synchronized successfully","b":"connection refused"})",
       "partial c=unknown a=completed b=failed"},
      {R"("overall_status":"partial","detailed_status":{"a":"x","b":null})",
       "partial a=failed b=unknown"},
      {R"("overall_status":"partial","detailed_status":{"a":"x"})", "partial a=failed"},
      // Cancelled as the appliance says it.
      {R"("overall_status":"canceled","domains":["c"],
          "detailed_status":{"a":"domain synchronized successfully","b":"in_progress"})",
       "cancelled c=cancelled a=completed b=cancelled"},
      // A word that is not known.
      {R"("overall_status":"QUEUED_V2","domains":["c"],
          "detailed_status":{"a":"domain synchronized successfully","b":"in_progress"})",
       "unknown c=unknown a=completed b=unknown"},
  };
  for (const StateCase& c : cases) ExpectStates("dsm", c);
}

TEST(DecoderRefreshTableTest, AbortCancelsOnlyWhatIsCompleted) {
  const std::string details =
      R"(,"detailed_status":{"a":"domain synchronized successfully","b":"in_progress"})";
  struct Case {
    const char* word;
    const char* states;
  };
  const Case cases[] = {
      {"completed", "cancelled a=completed b=cancelled"},
      {"in_progress", "in_progress a=completed b=in_progress"},
      {"failed", "failed a=completed b=failed"},
      {"partial", "partial a=completed b=failed"},
      {"cancelled", "cancelled a=completed b=cancelled"},
      {"whatever", "unknown a=completed b=unknown"},
  };
  for (const Case& c : cases) {
    const std::string fields = "\"overall_status\":\"" + std::string(c.word) + "\"" + details;
    const Refresh refresh = DecodeJob(fields + ",\"abort\":true", "dsm");
    EXPECT_EQ(StatesOf(refresh), c.states);
  }
  const StateCase without_text = {
      R"("overall_status":"completed","abort":true,"domains":["a","b"])",
      "cancelled a=cancelled b=cancelled"};
  ExpectStates("dsm", without_text);
}

TEST(DecoderRefreshTableTest, AbortThatIsFalseNullOrMissingIsNoAbort) {
  for (const char* abort : {"", R"(,"abort":false)", R"(,"abort":null)"}) {
    const Refresh refresh =
        DecodeJob(std::string(R"("overall_status":"completed")") + abort, "dsm");
    EXPECT_EQ(refresh.status, RefreshStatus::kCompleted) << abort;
  }
}

TEST(DecoderRefreshTableTest, DomainsAreThoseOfTheArraysAndOfDetailedStatusEachOnce) {
  const StateCase cases[] = {
      {R"("overall_status":"running","domains":["b","a"],"detailed_status":{"c":"","a":""})",
       "in_progress b=in_progress a=in_progress c=in_progress"},
      {R"("detailed_status":{"c":"","a":""},"domains":["b","a"],"overall_status":"running")",
       "in_progress c=in_progress a=in_progress b=in_progress"},
      {R"("overall_status":"running","domains":["a","a","b","a"])",
       "in_progress a=in_progress b=in_progress"},
      {R"("overall_status":"running","domains":["","a"],"detailed_status":{"":"x"})",
       "in_progress a=in_progress"},
      {R"("overall_status":"running","domains":null,"detailed_status":null)", "in_progress"},
      {R"("overall_status":"running","domains":[],"detailed_status":{})", "in_progress"},
      {R"("overall_status":"completed","domains":["a"],
          "detailed_status":{"a":"connection refused"})",
       "failed a=failed"},
      {R"("overall_status":"completed","detailed_status":{"a":"connection refused"},
          "domains":["a"])",
       "failed a=failed"},
      // Arrays of other families are not domains, and neither is a field with an empty name.
      {R"("overall_status":"running","partitions":["p"],"kms":["k"],"":["e"],"domains":["a"])",
       "in_progress a=in_progress"},
  };
  for (const StateCase& c : cases) {
    ExpectStates("dsm", c);
    ExpectStates("external-cm", c);
  }
}

TEST(DecoderRefreshTableTest, LunaRefreshesNameTheirDomainsInEitherArrayOrBoth) {
  const StateCase cases[] = {
      {R"("overall_status":"running","partitions":["p","q"])",
       "in_progress p=in_progress q=in_progress"},
      {R"("overall_status":"running","domains":["p"])", "in_progress p=in_progress"},
      {R"("overall_status":"running","partitions":["p","q"],"domains":["q","r"],
          "detailed_status":{"s":"partition synchronized successfully"})",
       "in_progress p=in_progress q=in_progress r=in_progress s=completed"},
  };
  for (const StateCase& c : cases) ExpectStates("hsm-luna", c);
}

TEST(DecoderRefreshTableTest, OtherFamiliesTakeTheirDomainsFromDetailedStatusAlone) {
  const StateCase c = {
      R"("overall_status":"completed","domains":["a"],"partitions":[1],"kms":["k"],"":["e"],
         "regions":"not an array","detailed_status":{"1234/eu":"region synchronized successfully"})",
      "completed 1234/eu=completed"};
  for (const Family& family : Families()) {
    if (family.domain_arrays[0].empty()) ExpectStates(family.name, c);
  }
}

TEST(DecoderRefreshTableTest, ManyDomainsKeepTheOrderOfTheBody) {
  std::string array;
  std::string details;
  std::string expected = "completed";
  for (int i = 5'000; i > 0; --i) {
    const std::string id = "\"d" + std::to_string(i) + "\"";
    array += (array.empty() ? "" : ",") + id;
    details += (details.empty() ? "" : ",") + id + ":\"domain synchronized successfully\"";
    expected += " d" + std::to_string(i) + "=completed";
  }
  const std::string fields = "\"overall_status\":\"completed\",\"domains\":[" + array +
                             "],\"detailed_status\":{" + details + "}";
  ExpectStates("dsm", {fields.c_str(), expected.c_str()});
}

TEST(DecoderRefreshTableTest, TheTextOfADomainIsKeptAndCutTo200Characters) {
  const auto detail_of = [](const std::string& text) {
    const Refresh refresh =
        DecodeJob(R"("overall_status":"failed","detailed_status":{"a":")" + text + "\"}", "dsm");
    return refresh.domains.at(0).detail;
  };
  EXPECT_EQ(detail_of("connection \\\"refused\\\"\\n"), "connection \"refused\"\n");
  EXPECT_EQ(detail_of(""), "");
  std::string wide;
  for (int i = 0; i < 200; ++i) wide += "\xE2\x82\xAC";
  EXPECT_EQ(detail_of(wide), wide);
  EXPECT_EQ(detail_of(wide + "!"), wide);
}

TEST(DecoderRefreshTableTest, TheEndingOfALongTextStillCounts) {
  const std::string text = std::string(500, 'x') + " synchronized successfully";
  const std::string fields =
      R"("overall_status":"completed","detailed_status":{"a":")" + text + "\"}";
  ExpectStates("dsm", {fields.c_str(), "completed a=completed"});
}

TEST(DecoderRefreshTableTest, AnUnknownWordIsKeptAndCounted) {
  const Refresh unknown = DecodeJob(R"("overall_status":"QUEUED_V2 ","abort":true)", "dsm");
  EXPECT_EQ(unknown.unknown_status, "QUEUED_V2 ");
  EXPECT_EQ(NamesOf(unknown.anomalies), "unknown_status");
  EXPECT_FALSE(IsFinished(unknown.status));

  const Refresh empty = DecodeJob(R"("overall_status":"")", "dsm");
  EXPECT_EQ(empty.status, RefreshStatus::kUnknown);
  EXPECT_EQ(NamesOf(empty.anomalies), "unknown_status");

  const Refresh known = DecodeJob(R"("overall_status":"completed")", "dsm");
  EXPECT_EQ(known.unknown_status, "");
  EXPECT_TRUE(known.anomalies.empty());

  const Refresh endless = DecodeJob("\"overall_status\":\"" + std::string(300, 'x') + "\"", "dsm");
  EXPECT_EQ(endless.unknown_status, std::string(200, 'x'));
}

}  // namespace
}  // namespace cckm
