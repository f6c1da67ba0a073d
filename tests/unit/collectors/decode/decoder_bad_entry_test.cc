// One entry of a list that cannot be read, among others that can.

#include <gtest/gtest.h>

#include <string>

#include "collectors/decode/decoder.h"
#include "collectors/decode/list_pieces.h"
#include "tests/support/fixtures/refresh_text.h"

namespace cckm {
namespace {

std::string Job(const std::string& id) {
  return R"({"id":")" + id + R"(","overall_status":"completed","domains":["d"]})";
}

std::string ListWith(const std::string& bad) {
  return R"({"skip":0,"limit":10,"total":3,"resources":[)" + Job("a") + ",\n " + bad + " , " +
         Job("b") + "]}";
}

std::string IdsOf(const RefreshPage& page) {
  std::string ids;
  for (const Refresh& refresh : page.refreshes) ids += refresh.id + " ";
  return ids;
}

const char* const kNoJson[] = {
    R"({"id":"x","overall_status":"completed","detailed_status":{"d":"\ud800"}})",
    "{\"id\":\"x\",\"overall_status\":\"completed\",\"detailed_status\":{\"d\":\"\xFF\"}}",
    "{\"id\":\"x\",\"overall_status\":\"completed\",\"detailed_status\":{\"d\":\"a\nb\"}}",
    R"({"id":"x","overall_status":"completed","count":01})",
    R"({"id":"x","overall_status":completed})",
    R"({"id":"x" "overall_status":"completed"})",
    R"({"id":"x","overall_status":"completed",})",
    R"({"id":"x","text":"\q"})",
    R"(nonsense)",
    R"({"id":"x","text":"],[}{,\"","n":tru})",
};

TEST(DecoderBadEntryTest, AnEntryThatIsNoJsonTakesNothingFromTheOthers) {
  Decoder decoder;
  for (const char* bad : kNoJson) {
    const auto page = decoder.DecodeRefreshList(ListWith(bad), {*FindFamily("dsm")});
    ASSERT_EQ(FailureOf(page), "usable") << bad;
    EXPECT_EQ(IdsOf(*page), "a b ") << bad;
    EXPECT_EQ(page->unusable.count, 1U) << bad;
    ASSERT_TRUE(page->unusable.first) << bad;
    EXPECT_EQ(page->unusable.first->kind, ErrorKind::kJson) << bad;
    EXPECT_TRUE(page->unusable.anomalies.empty()) << bad;
    EXPECT_EQ(page->frame.total, 3U) << bad;
  }
}

TEST(DecoderBadEntryTest, ADoubledKeyIsAnAnomalyOfItsOwnEntryAlone) {
  Decoder decoder;
  const auto page = decoder.DecodeRefreshList(
      ListWith(R"({"id":"x","overall_status":"completed","overall_status":"failed"})"),
      {*FindFamily("dsm")});
  ASSERT_EQ(FailureOf(page), "usable");
  EXPECT_EQ(IdsOf(*page), "a b ");
  EXPECT_EQ(page->unusable.count, 1U);
  ASSERT_EQ(page->unusable.anomalies.size(), 1U);
  EXPECT_EQ(page->unusable.anomalies[0].told_id, "x");
  EXPECT_EQ(page->unusable.anomalies[0].anomaly, Anomaly::kDuplicateKey);
}

TEST(DecoderBadEntryTest, AnEntryWithTwoIdsTellsNone) {
  const auto page = Decoder().DecodeRefreshList(
      ListWith(R"({"id":"a","id":"x","overall_status":"completed"})"), {*FindFamily("dsm")});
  ASSERT_EQ(FailureOf(page), "usable");
  EXPECT_EQ(page->unusable.count, 1U);
  EXPECT_TRUE(page->unusable.anomalies.empty());
}

TEST(DecoderBadEntryTest, AHugeNumberInAnEntryIsNoFaultEvenBesideABadOne) {
  const auto page = Decoder().DecodeRefreshList(
      ListWith(R"({"id":"x","n":1e999,"overall_status":"completed"},{"bad":tru})"),
      {*FindFamily("dsm")});
  ASSERT_EQ(FailureOf(page), "usable");
  EXPECT_EQ(IdsOf(*page), "a x b ");
  EXPECT_EQ(page->unusable.count, 1U);
}

TEST(DecoderBadEntryTest, TheRefreshAskedForIsFoundBesideABadEntry) {
  Decoder decoder;
  for (const char* bad : kNoJson) {
    const auto refresh = decoder.DecodeRefresh(ListWith(bad), {*FindFamily("dsm")}, "b");
    ASSERT_EQ(FailureOf(refresh), "usable") << bad;
    EXPECT_EQ(refresh->told_id, "b");
    EXPECT_EQ(
        FailureOf(decoder.DecodeRefresh(ListWith(bad), {*FindFamily("dsm")}, "x")).find("json"), 0U)
        << bad;
  }
}

TEST(DecoderBadEntryTest, ADomainThatCannotBeReadTakesNothingFromTheOthers) {
  const auto page = Decoder().DecodeDomainList(
      R"({"total":3,"resources":[{"id":"d1","name":"n"},{"id":"d2","name":"\ud800"},{"id":"d3"}]})",
      *FindFamily("dsm"));
  ASSERT_EQ(FailureOf(page), "usable");
  ASSERT_EQ(page->domains.size(), 2U);
  EXPECT_EQ(page->domains[1].id, "d3");
  EXPECT_EQ(page->unusable.count, 1U);
}

TEST(DecoderBadEntryTest, AJobIsNoDomain) {
  const auto page = Decoder().DecodeDomainList(
      R"({"resources":[{"id":"r1","overall_status":"completed"},{"id":"d1"}]})",
      *FindFamily("dsm"));
  ASSERT_EQ(FailureOf(page), "usable");
  ASSERT_EQ(page->domains.size(), 1U);
  EXPECT_EQ(page->domains[0].id, "d1");
}

TEST(DecoderBadEntryTest, AListWhoseEntriesCannotBeToldApartMayBeReadInSmallerPages) {
  Decoder decoder;
  for (const char* bad :
       {R"({"id":"x)", R"({"id":"x"]})", R"({"id":["x"})", R"({"id":"x"}},)", ","}) {
    const auto page = decoder.DecodeRefreshList(ListWith(bad), {*FindFamily("dsm")});
    ASSERT_FALSE(page) << bad;
    EXPECT_TRUE(page.error().may_be_one_entry) << bad;
  }
  for (const char* body : {"<html>", "", R"({"id":"a","overall_status":tru})"}) {
    const auto page = decoder.DecodeRefreshList(body, {*FindFamily("dsm")});
    ASSERT_FALSE(page) << body;
    EXPECT_FALSE(page.error().may_be_one_entry) << body;
  }
}

TEST(DecoderBadEntryTest, AListAfterABadOneIsReadAsIfNothingHadBeen) {
  Decoder decoder;
  ASSERT_TRUE(decoder.DecodeRefreshList(ListWith(kNoJson[0]), {*FindFamily("dsm")}));
  const auto page = decoder.DecodeRefreshList(ListWith(Job("x")), {*FindFamily("dsm")});
  ASSERT_TRUE(page);
  EXPECT_EQ(IdsOf(*page), "a x b ");
  EXPECT_EQ(page->unusable.count, 0U);
}

TEST(DecoderBadEntryTest, AValueThatIsNoTextLeavesItsDomainUnknownAndTheOthersAsTheyAre) {
  const auto refresh = Decoder().DecodeRefresh(
      R"({"id":"r","overall_status":"completed",
          "detailed_status":{"a":"domain synchronized successfully","b":{"x":1},"c":7}})",
      {*FindFamily("dsm")}, "r");
  ASSERT_EQ(FailureOf(refresh), "usable");
  EXPECT_EQ(StatesOf(*refresh), "completed a=completed b=unknown c=unknown");
  EXPECT_EQ(NamesOf(refresh->anomalies), "unknown_domain_text");
}

TEST(DecoderBadEntryTest, AnUnknownTextOfACompletedRefreshIsAnAnomalyWhereTextsAreNotDocumented) {
  const std::string body =
      R"({"id":"r","overall_status":"completed","detailed_status":{"a":"23 keys","b":"refused"}})";
  const auto azure = Decoder().DecodeRefresh(body, {*FindFamily("azure")}, "r");
  ASSERT_TRUE(azure);
  EXPECT_EQ(StatesOf(*azure), "partial a=unknown b=failed");
  EXPECT_EQ(NamesOf(azure->anomalies), "unknown_domain_text");
  for (const char* family : {"dsm", "external-cm", "aws", "google"}) {
    const auto strict = Decoder().DecodeRefresh(body, {*FindFamily(family)}, "r");
    ASSERT_TRUE(strict);
    EXPECT_EQ(StatesOf(*strict), "failed a=failed b=failed") << family;
    EXPECT_TRUE(strict->anomalies.empty()) << family;
  }
}

TEST(DecoderBadEntryTest, AnUnknownTextOfARefreshThatRunsIsNoAnomaly) {
  const auto refresh = Decoder().DecodeRefresh(
      R"({"id":"r","overall_status":"running","detailed_status":{"a":"23 keys"}})",
      {*FindFamily("azure")}, "r");
  ASSERT_TRUE(refresh);
  EXPECT_EQ(StatesOf(*refresh), "in_progress a=in_progress");
  EXPECT_TRUE(refresh->anomalies.empty());
}

TEST(ListPiecesTest, OnlyTheListOfTheRootIsTheList) {
  for (const char* body :
       {R"({"x":{"resources":[1,2]}})", R"([{"resources":[1,2]}])", R"({"resources":{"a":[1,2]}})",
        R"({"x":"resources","y":[1,2]})", R"({"resources":1,"x":[2]})", R"("resources":[1])",
        R"({"x":{"application/json":{"resources":[1]}}})", "{", "", R"({"resources")"}) {
    EXPECT_FALSE(SplitList(body)) << body;
  }
}

TEST(ListPiecesTest, TellsEntriesApartByBracketsCommasAndQuotationMarks) {
  struct Row {
    const char* body;
    const char* frame;
    std::size_t entries;
  };
  const Row rows[] = {
      {R"({"resources":[]})", R"({"resources":[]})", 0},
      {R"({"resources": [ ] ,"total":1})", R"({"resources": [] ,"total":1})", 0},
      {R"({"total":2,"resources":[{"a":[1,2]},"x,y"]})", R"({"total":2,"resources":[]})", 2},
      {R"({"application/json":{"resources":[{},[],3]}})",
       R"({"application/json":{"resources":[]}})", 3},
      {R"({"x":["resources"],"resources":["\"]"]})", R"({"x":["resources"],"resources":[]})", 1},
  };
  for (const Row& row : rows) {
    const auto pieces = SplitList(row.body);
    ASSERT_TRUE(pieces) << row.body;
    EXPECT_EQ(pieces->frame, row.frame);
    EXPECT_EQ(pieces->entries.size(), row.entries) << row.body;
  }
}

TEST(ListPiecesTest, NestingThatIsTooDeepIsNoList) {
  const std::string deep = R"({"resources":[)" + std::string(100'000, '[');
  EXPECT_FALSE(SplitList(deep + "]}"));
  EXPECT_FALSE(SplitList(deep + std::string(100'000, ']') + "]}"));
}

}  // namespace
}  // namespace cckm
