// Bodies that are damaged, hostile or no JSON at all.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "collectors/decode/decoder.h"
#include "collectors/model/family.h"
#include "tests/support/fixtures/fixture.h"
#include "tests/support/fixtures/refresh_text.h"

namespace cckm {
namespace {

using std::string_literals::operator""s;

constexpr std::string_view kAskedId = "8155fe39-570a-4132-92ca-e40b7640c7dc";
const std::string kJob = R"({"id":"r","overall_status":"failed"})";

std::string Golden() { return ReadFixture("samples/dsm_refresh_completed.json"); }

std::string Nested(const std::string& open, const std::string& close, std::size_t levels) {
  std::string text = R"({"overall_status":"failed","x":)";
  for (std::size_t i = 0; i < levels; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < levels; ++i) text += close;
  return text + "}";
}

ErrorKind KindOf(const std::string& body) {
  const auto decoded = Decoder().DecodeRefresh(body, {*FindFamily("dsm")}, "r");
  EXPECT_FALSE(decoded) << body.substr(0, 200);
  return decoded ? ErrorKind::kDns : decoded.error().error.kind;
}

TEST(DecoderDamageTest, WhatIsNoJsonDocumentIsRefusedAsSuch) {
  const std::string bodies[] = {
      "",
      " ",
      "<html></html>",
      "\xEF\xBB\xBF" + kJob,
      "\xFF\xFE{\0}\0"s,
      kJob + "x",
      kJob + kJob,
      kJob + "\0"s,
      kJob + ",",
      "\0"s + kJob,
      R"({"overall_status":"failed","x":NaN})",
      R"({"overall_status":"failed","x":Infinity})",
      R"({"overall_status":"failed","x":-Infinity})",
      R"({"overall_status":"failed","x":01})",
      R"({"overall_status":"failed","x":.5})",
      R"({"overall_status":"failed","x":tru})",
      R"({"overall_status":"failed","x":TRUE})",
      R"({"overall_status":"failed",})",
      R"({"overall_status":"failed" "x":1})",
      R"({'overall_status':'failed'})",
      R"({overall_status:"failed"})",
      R"({"overall_status":"failed"/**/})",
      "{\"overall_status\":\"fai\nled\"}",
      "{\"overall_status\":\"fai\0led\"}"s,
      R"({"overall_status":"\x"})",
      R"({"overall_status":"\ud800"})",
      R"({"overall_status":"\udc00x"})",
      R"({"overall_status":"\u12"})",
      "{\"overall_status\":\"\xFF\"}",
      "{\"overall_status\":\"\xC0\xAF\"}",
      "{\"overall_status\":\"\xED\xA0\x80\"}",
      "{\"overall_status\":\"\xE2\x82\"}",
      "{\"overall_status\":\"\xF4\x90\x80\x80\"}",
      Nested("[", "]", 1'100),
      Nested("{\"k\":", "}", 1'100),
      Nested("[", "]", 100'000),
      std::string(100'000, '['),
  };
  for (const std::string& body : bodies) {
    EXPECT_EQ(KindOf(body), ErrorKind::kJson) << body.substr(0, 200);
  }
}

TEST(DecoderDamageTest, RefusesAByteOrderMarkItselfAndDoesNotLeaveItToTheLibrary) {
  const auto decoded = Decoder().DecodeRefresh("\xEF\xBB\xBF" + kJob, {*FindFamily("dsm")}, "r");
  EXPECT_EQ(FailureOf(decoded), "json: the body starts with a byte order mark");
}

TEST(DecoderDamageTest, DeepButAllowedNestingOfUnknownFieldsIsFine) {
  for (const std::string& body : {Nested("[", "]", 1'000), Nested("{\"k\":", "}", 1'000)}) {
    const auto decoded = Decoder().DecodeRefresh(body, {*FindFamily("dsm")}, "r");
    EXPECT_EQ(FailureOf(decoded), "usable");
  }
}

TEST(DecoderDamageTest, EscapedTextIsDecoded) {
  const auto decoded = Decoder().DecodeRefresh(
      R"({"overall_st\u0061tus":"fail\u0065d","domains":["a\u0000\ud83d\udd11\"\n"]})",
      {*FindFamily("dsm")}, "r");
  ASSERT_EQ(FailureOf(decoded), "usable");
  EXPECT_EQ(decoded->status, RefreshStatus::kFailed);
  EXPECT_EQ(decoded->domains.at(0).domain_id, "a\0\xF0\x9F\x94\x91\"\n"s);
}

struct DuplicateCase {
  const char* body;
  const char* key;
};

const DuplicateCase kDuplicates[] = {
    {R"({"overall_status":"failed","overall_status":"completed"})", "overall_status"},
    {R"({"overall_status":"failed","overall_status":"failed"})", "overall_status"},
    {R"({"overall_status":"failed","overall_st\u0061tus":"completed"})", "overall_status"},
    {R"({"overall_status":"failed","detailed_status":{"a":"x","b":"y","a":"z"}})", "a"},
    {R"({"overall_status":"failed","x":1,"y":2,"x":null})", "x"},
    {R"({"overall_status":"failed","later":[[{"in":{"k":1,"k":1}}]]})", "k"},
    {R"({"overall_status":"failed","":1,"":2})", ""},
    {R"({"application/json":{"overall_status":"failed"},"application/json":{}})",
     "application/json"},
    {R"({"application/json":{"x":1,"overall_status":"failed","x":2}})", "x"},
    {R"({"resources":[],"resources":[]})", "resources"},
    {R"({"total":1,"resources":[{"id":"r","overall_status":"failed"}],"total":1})", "total"},
    {R"({"codeDesc":"NCERRForbidden","codeDesc":"NCERRForbidden"})", "codeDesc"},
    {R"({"caf\u00e9\n":1,"caf\u00e9\n":2})", "caf??"},
};

TEST(DecoderDamageTest, RefusesAnObjectWithADuplicateKeyWhereverItIs) {
  Decoder decoder;
  for (const DuplicateCase& c : kDuplicates) {
    const std::string failure =
        "schema: an object has the key \"" + std::string(c.key) + "\" twice";
    const auto decoded = decoder.DecodeRefresh(c.body, {*FindFamily("dsm")}, "r");
    EXPECT_EQ(FailureOf(decoded), failure) << c.body;
    ASSERT_FALSE(decoded) << c.body;
    EXPECT_EQ(decoded.error().anomaly, Anomaly::kDuplicateKey) << c.body;
    const auto list = decoder.DecodeRefreshList(c.body, {*FindFamily("dsm")});
    EXPECT_EQ(FailureOf(list), failure) << c.body;
    ASSERT_FALSE(list) << c.body;
    EXPECT_EQ(list.error().anomaly, Anomaly::kDuplicateKey) << c.body;
  }
}

TEST(DecoderDamageTest, TheSameKeyInDifferentObjectsOrAnotherCaseIsNoDuplicate) {
  const auto decoded = Decoder().DecodeRefresh(
      R"({"id":"r","overall_status":"failed","ID":1,"a":{"id":1},"b":[{"id":1},{"id":1}]})",
      {*FindFamily("dsm")}, "r");
  EXPECT_EQ(FailureOf(decoded), "usable");
}

TEST(DecoderDamageTest, FindsADuplicateKeyInObjectsOfEverySize) {
  Decoder decoder;
  for (std::size_t keys = 1; keys <= 40; ++keys) {
    std::string details;
    for (std::size_t i = 0; i < keys; ++i) details += "\"k" + std::to_string(i) + "\":\"\",";
    const auto body = [&](const std::string& last) {
      return R"({"overall_status":"failed","detailed_status":{)" + details + "\"" + last +
             "\":\"\"}}";
    };
    EXPECT_EQ(FailureOf(decoder.DecodeRefresh(body("other"), {*FindFamily("dsm")}, "r")), "usable");
    for (const std::size_t repeated : {std::size_t{0}, keys / 2, keys - 1}) {
      const std::string key = "k" + std::to_string(repeated);
      const auto decoded = decoder.DecodeRefresh(body(key), {*FindFamily("dsm")}, "r");
      EXPECT_EQ(FailureOf(decoded), "schema: an object has the key \"" + key + "\" twice");
    }
  }
}

TEST(DecoderDamageTest, ALongDuplicateKeyIsCutInTheMessage) {
  const std::string key = "\"" + std::string(5'000, 'k') + "\"";
  const auto decoded =
      Decoder().DecodeRefresh("{" + key + ":1," + key + ":2}", {*FindFamily("dsm")}, "r");
  EXPECT_EQ(FailureOf(decoded),
            "schema: an object has the key \"" + std::string(200, 'k') + "\" twice");
}

TEST(DecoderDamageTest, ATruncatedBodyIsNeverUsable) {
  const std::string golden = Golden();
  const std::size_t end = golden.find_last_of('}') + 1;
  Decoder decoder;
  for (std::size_t length = 0; length <= golden.size(); ++length) {
    // A copy of its own, so that the address sanitizer sees a read beyond the end.
    const std::string body(golden, 0, length);
    const auto decoded = decoder.DecodeRefresh(body, {*FindFamily("dsm")}, kAskedId);
    const bool whole = length >= end;
    EXPECT_TRUE(FailureOf(decoded).starts_with(whole ? "usable" : "json: ")) << length;
  }
}

// What holds for every refresh that the decoder makes, whatever the body.
void ExpectInvariants(const Refresh& refresh) {
  EXPECT_EQ(refresh.id, kAskedId);
  EXPECT_NE(refresh.status, RefreshStatus::kNotFound);
  const bool unknown = refresh.status == RefreshStatus::kUnknown;
  EXPECT_EQ(refresh.anomalies.Has(Anomaly::kUnknownStatus), unknown);
  EXPECT_TRUE(unknown || refresh.unknown_status.empty());
  EXPECT_TRUE(IsFinished(refresh.status) || !refresh.completed_at);
  const auto duration = DurationOf(refresh);
  EXPECT_EQ(refresh.anomalies.Has(Anomaly::kNegativeDuration),
            duration && *duration < Nanoseconds::zero());
  EXPECT_FALSE(refresh.anomalies.Has(Anomaly::kDuplicateKey));
  std::set<std::string> ids;
  for (const DomainRefresh& domain : refresh.domains) {
    EXPECT_FALSE(domain.domain_id.empty());
    EXPECT_TRUE(ids.insert(domain.domain_id).second);
    EXPECT_LE(domain.detail.size(), 800U);
    const bool failed = domain.status == DomainStatus::kFailed;
    EXPECT_FALSE(failed && refresh.status == RefreshStatus::kCompleted);
  }
}

void ExpectInvariants(const DecodeFailure& failure) {
  const ErrorKind kind = failure.error.kind;
  EXPECT_TRUE(kind == ErrorKind::kJson || kind == ErrorKind::kSchema);
  EXPECT_EQ(failure.anomaly.has_value(), failure.error.message.find("twice") != std::string::npos);
  EXPECT_FALSE(failure.error.message.empty());
  EXPECT_FALSE(failure.error.message.ends_with('.'));
  for (const char c : failure.error.message) EXPECT_TRUE(c >= ' ' && c <= '~');
}

TEST(DecoderDamageTest, ABodyWithOneOtherByteKeepsTheInvariants) {
  const std::string golden = Golden();
  Decoder decoder;
  for (std::size_t position = 0; position < golden.size(); ++position) {
    for (int change = 1; change < 256; ++change) {
      std::string body = golden;
      body[position] = static_cast<char>(body[position] ^ change);
      const auto decoded = decoder.DecodeRefresh(body, {*FindFamily("dsm")}, kAskedId);
      if (decoded) {
        ExpectInvariants(*decoded);
      } else {
        ExpectInvariants(decoded.error());
      }
      ASSERT_FALSE(HasFailure()) << "byte " << position << " xor " << change;
    }
  }
}

TEST(DecoderDamageTest, ADecoderForgetsTheBodyBefore) {
  const std::string golden = Golden();
  const auto expected = Decoder().DecodeRefresh(golden, {*FindFamily("dsm")}, kAskedId);
  ASSERT_TRUE(expected);
  Decoder decoder;
  const std::string others[] = {"",
                                "{",
                                Nested("[", "]", 1'100),
                                std::string(1 << 20, ' ') + kJob,
                                R"({"a":1,"a":2})",
                                R"({"overall_status":"failed","domains":[1]})"};
  for (const std::string& other : others) {
    const auto ignored = decoder.DecodeRefresh(other, {*FindFamily("dsm")}, "r");
    EXPECT_EQ(ignored.has_value(), other.size() > (1U << 20));
    const auto decoded = decoder.DecodeRefresh(golden, {*FindFamily("dsm")}, kAskedId);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, *expected);
  }
}

TEST(DecoderDamageTest, AResultOutlivesBodyAndDecoder) {
  auto body = std::make_unique<std::string>(Golden());
  auto decoder = std::make_unique<Decoder>();
  const auto decoded = decoder->DecodeRefresh(*body, {*FindFamily("dsm")}, kAskedId);
  body.reset();
  decoder.reset();
  ASSERT_TRUE(decoded);
  EXPECT_EQ(StatesOf(*decoded), "completed 89c49e63-b5c9-46be-9371-0d8b0649e289=completed");
  EXPECT_EQ(decoded->domains.at(0).detail, "domain synchronized successfully");
}

}  // namespace
}  // namespace cckm
