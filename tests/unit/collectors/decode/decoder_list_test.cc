// The answers to GET <path> (pages of jobs), and the bodies of errors.

#include <gtest/gtest.h>

#include <string>

#include "collectors/decode/decoder.h"
#include "collectors/model/family.h"
#include "tests/support/fixtures/fixture.h"
#include "tests/support/fixtures/refresh_text.h"

namespace cckm {
namespace {

Decoded<RefreshPage> DecodeList(std::string_view body, std::string_view family = "dsm") {
  return Decoder().DecodeRefreshList(body, {*FindFamily(family)});
}

std::string IdsOf(const RefreshPage& page) {
  std::string ids;
  for (const Refresh& refresh : page.refreshes) ids += (ids.empty() ? "" : " ") + refresh.id;
  return ids;
}

TEST(DecoderListTest, ReadsTheSampleList) {
  const auto page = DecodeList(ReadFixture("samples/dsm_refresh_list.json"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->frame.skip, 0U);
  EXPECT_EQ(page->frame.total, 1U);
  EXPECT_EQ(page->unusable.count, 0U);
  const auto single =
      Decoder().DecodeRefresh(ReadFixture("samples/dsm_refresh_completed.json"),
                              {*FindFamily("dsm")}, "8155fe39-570a-4132-92ca-e40b7640c7dc");
  ASSERT_TRUE(single);
  EXPECT_EQ(page->refreshes, std::vector<Refresh>{*single});
}

struct ListCase {
  const char* body;
  const char* ids;
  std::size_t unusable_entries;
};

const ListCase kLists[] = {
    {R"({"resources":[]})", "", 0},
    {R"({"skip":0,"limit":10,"total":0,"resources":null})", "", 0},
    {R"({"resources":[{"id":"b","overall_status":"failed"},{"id":"a","overall_status":"queued"}]})",
     "b a", 0},
    {R"({"application/json":{"resources":[{"id":"a","overall_status":"queued"}]}})", "a", 0},
    {R"({"resources":[{"id":"a","overall_status":"queued"},{"id":"a","overall_status":"failed"}]})",
     "a a", 0},
    // A single job is a list of one.
    {R"({"id":"a","overall_status":"failed"})", "a", 0},
    {R"({"id":"a","overall_status":"failed","resources":null})", "a", 0},
    {R"({"id":"a","overall_status":"failed","resources":{}})", "a", 0},
    {R"({"application/json":{"id":"a","overall_status":"failed"}})", "a", 0},
    {R"({"overall_status":"failed"})", "", 1},
    {R"({"id":"a","overall_status":3})", "", 1},
    // Entries that are no readable job.
    {R"({"resources":[null,3,"x",[],{},{"id":"a","overall_status":"failed"}]})", "a", 5},
    {R"({"resources":[{"id":"a"},{"id":"b","overall_status":"failed"}]})", "b", 1},
    {R"({"resources":[{"id":"a","overall_status":"failed","abort":3}]})", "", 1},
    {R"({"resources":[{"id":"a","overall_status":"failed","domains":[3]}]})", "", 1},
    {R"({"resources":[{"id":"a","overall_status":"failed","detailed_status":3}]})", "", 1},
    {R"({"resources":[{"id":"..","overall_status":"failed"}]})", "", 1},
    {R"({"resources":[{"code":5,"codeDesc":"NCERRForbidden"}]})", "", 1},
    // Entries without an id that may name a refresh.
    {R"({"resources":[{"overall_status":"failed"},{"id":null,"overall_status":"failed"},
        {"id":7,"overall_status":"failed"},{"id":"","overall_status":"failed"},
        {"id":"a b","overall_status":"failed"},{"id":"../a","overall_status":"failed"},
        {"id":"a\u0000","overall_status":"failed"},{"id":"a%0d","overall_status":"failed"}]})",
     "", 8},
};

TEST(DecoderListTest, TakesEveryReadableEntryInTheOrderOfTheBody) {
  for (const ListCase& c : kLists) {
    const auto page = DecodeList(c.body);
    ASSERT_EQ(FailureOf(page), "usable") << c.body;
    EXPECT_EQ(IdsOf(*page), c.ids) << c.body;
    EXPECT_EQ(page->unusable.count, c.unusable_entries) << c.body;
  }
}

TEST(DecoderListTest, AnIdOf128CharactersIsUsableAndALongerOneIsNot) {
  const auto body = [](std::size_t length) {
    return "{\"resources\":[{\"id\":\"" + std::string(length, 'x') +
           "\",\"overall_status\":\"failed\"}]}";
  };
  EXPECT_EQ(DecodeList(body(128))->refreshes.size(), 1U);
  EXPECT_EQ(DecodeList(body(129))->unusable.count, 1U);
}

TEST(DecoderListTest, EntriesDoNotInfluenceEachOther) {
  const auto page = DecodeList(
      R"({"resources":[
          {"id":"a","overall_status":"odd","createdAt":3,"domains":["x"],"abort":true},
          {"id":"b","overall_status":"completed","domains":["x",3]},
          {"id":"c","overall_status":"completed","domains":["y"]}]})");
  ASSERT_TRUE(page);
  ASSERT_EQ(IdsOf(*page), "a c");
  EXPECT_EQ(StatesOf(page->refreshes[0]), "unknown x=unknown");
  EXPECT_EQ(NamesOf(page->refreshes[0].anomalies), "bad_timestamp unknown_status");
  EXPECT_EQ(StatesOf(page->refreshes[1]), "completed y=completed");
  EXPECT_TRUE(page->refreshes[1].anomalies.empty());
}

TEST(DecoderListTest, TheFrameIsOptional) {
  struct Case {
    const char* body;
    std::optional<std::uint64_t> skip;
    std::optional<std::uint64_t> total;
  };
  const Case cases[] = {
      {R"({"skip":20,"limit":10,"total":35,"resources":[]})", 20, 35},
      {R"({"resources":[]})", {}, {}},
      {R"({"skip":null,"limit":null,"total":null,"resources":[]})", {}, {}},
      {R"({"skip":0,"limit":-1,"total":0,"resources":[]})", 0, 0},
      {R"({"total":0,"resources":[{"id":"a","overall_status":"failed"}]})", {}, 0},
      {R"({"total":18446744073709551615,"resources":[]})", {}, 18446744073709551615U},
      {R"({"id":"a","overall_status":"failed"})", 0, 1},
  };
  for (const Case& c : cases) {
    const auto page = DecodeList(c.body);
    ASSERT_EQ(FailureOf(page), "usable") << c.body;
    EXPECT_EQ(page->frame.skip, c.skip) << c.body;
    EXPECT_EQ(page->frame.total, c.total) << c.body;
  }
}

TEST(DecoderListTest, RefusesAFrameOfTheWrongTypes) {
  for (const std::string name : {"skip", "limit", "total"}) {
    for (const char* value : {"\"10\"", "-1", "1.0", "1e1", "true", "[]", "{}"}) {
      if (name == "limit" && value == std::string_view("-1")) continue;
      const auto page = DecodeList("{\"resources\":[],\"" + name + "\":" + value + "}");
      EXPECT_EQ(FailureOf(page), "schema: " + name + " is not a whole number from 0 upwards")
          << value;
    }
  }
}

TEST(DecoderListTest, RefusesABodyThatIsNeitherListNorJob) {
  struct Case {
    const char* body;
    const char* failure;
  };
  const Case cases[] = {
      {"{}", "schema: resources is missing or not an array"},
      {R"({"resources":{}})", "schema: resources is missing or not an array"},
      {R"({"resources":"x","total":1})", "schema: resources is missing or not an array"},
      {R"({"id":"a"})", "schema: resources is missing or not an array"},
      {"[]", "schema: the body is not a JSON object"},
      {R"({"code":5,"codeDesc":"NCERRUnauthorizedAccess","resources":[]})",
       "auth: a successful answer holds the error 5 \"NCERRUnauthorizedAccess\""},
      {R"({"codeDesc":"NCERRForbidden"})",
       "forbidden: a successful answer holds the error 0 \"NCERRForbidden\""},
      {R"({"codeDesc":"NCERRBadRequest"})",
       "schema: a successful answer holds the error 0 \"NCERRBadRequest\""},
  };
  for (const Case& c : cases) EXPECT_EQ(FailureOf(DecodeList(c.body)), c.failure) << c.body;
}

TEST(DecoderListTest, ALongListIsReadWhole) {
  std::string entries;
  for (int i = 0; i < 20'000; ++i) {
    entries += (i == 0 ? "" : ",") + std::string("{\"id\":\"r") + std::to_string(i) +
               "\",\"overall_status\":\"completed\",\"domains\":[\"d\"]}";
  }
  const auto page = DecodeList("{\"total\":20000,\"resources\":[" + entries + "]}");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->refreshes.size(), 20'000U);
  EXPECT_EQ(page->refreshes.back().id, "r19999");
}

struct ErrorCase {
  const char* body;
  std::int64_t code;
  const char* code_description;
};

const ErrorCase kErrors[] = {
    {R"({"code":16,"codeDesc":"NCERRResourceNotFound: Resource not found"})", 16,
     "NCERRResourceNotFound: Resource not found"},
    {R"({"code":5,"codeDesc":"d","message":"m","requestID":"x"})", 5, "d"},
    {R"({"application/json":{"code":5,"codeDesc":"d","message":"m"}})", 5, "d"},
    {R"({"code":-3,"codeDesc":null,"message":3})", -3, ""},
    {R"({"code":"5","codeDesc":"d"})", 0, "d"},
    {R"({"code":1.5,"codeDesc":7,"message":"m"})", 0, ""},
    {R"({"code":18446744073709551615,"codeDesc":"d"})", 0, "d"},
    {R"({"code":5,"codeDesc":"d","code":6})", 0, ""},
    {"{}", 0, ""},
    {"[]", 0, ""},
    {"null", 0, ""},
    {"", 0, ""},
    {"<html>Bad Gateway</html>", 0, ""},
    {"{\"code\":5", 0, ""},
};

TEST(DecoderErrorTest, ReadsWhatAnErrorBodySaysAndNothingFromAnyOther) {
  Decoder decoder;
  for (const ErrorCase& c : kErrors) {
    const ApiError error = decoder.DecodeError(c.body);
    EXPECT_EQ(error.code, c.code) << c.body;
    EXPECT_EQ(error.code_description, c.code_description) << c.body;
  }
}

TEST(DecoderErrorTest, ReadsTheSamples) {
  Decoder decoder;
  const ApiError not_found = decoder.DecodeError(ReadFixture("samples/error_not_found.json"));
  EXPECT_EQ(not_found.code, 16);
  EXPECT_EQ(not_found.code_description, "NCERRResourceNotFound: Resource not found");
  const ApiError rejected = decoder.DecodeError(ReadFixture("samples/error_unauthorized.json"));
  EXPECT_EQ(rejected.code, 5);
  EXPECT_EQ(rejected.code_description, "NCERRUnauthorizedAccess");
}

TEST(DecoderErrorTest, CutsItsTextTo200Characters) {
  const std::string endless(1'000, 'x');
  const ApiError error = Decoder().DecodeError("{\"codeDesc\":\"" + endless + "\"}");
  EXPECT_EQ(error.code_description, std::string(200, 'x'));
}

}  // namespace
}  // namespace cckm
