// Pages of a list of which some entries are known from before.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

#include "collectors/decode/decoder.h"

namespace cckm {
namespace {

// Knows the entries of these ids, in whatever order they come.
class FakeKnownEntries final : public KnownEntries {
 public:
  explicit FakeKnownEntries(std::map<std::uint32_t, std::string> texts)
      : texts_(std::move(texts)) {}

  std::optional<Known> Take(std::string_view text) override {
    for (const auto& [number, known] : texts_) {
      if (text.starts_with(known)) return Known{number, known.size()};
    }
    return std::nullopt;
  }
  void TakeOther(std::string_view id) override { others.append(id).append(" "); }

  std::string others;

 private:
  const std::map<std::uint32_t, std::string> texts_;
};

const std::string kFirst = R"({"id":"a","overall_status":"queued"})";
const std::string kSecond = R"({"id":"b","overall_status":"failed","note":"]}\",["})";

class KnownEntriesTest : public testing::Test {
 protected:
  Decoded<RefreshPage> Decode(std::string_view body, KnownEntries* known) {
    return decoder_.DecodeRefreshList(body, {*FindFamily("dsm")}, known);
  }
  static std::string EntriesOf(const RefreshPage& page) {
    std::string text;
    for (const PageEntry& entry : page.entries) {
      text += entry.known ? std::to_string(*entry.known) : page.refreshes[entry.position].id;
      text += ' ';
    }
    return text;
  }

  Decoder decoder_;
  FakeKnownEntries known_{{{7, kFirst}, {9, kSecond}}};
};

TEST_F(KnownEntriesTest, AreNotReadAndKeepTheirPlaceAmongTheOthers) {
  const auto page =
      Decode(R"({"skip":3, "total":12, "resources" : [ {"id":"x","overall_status":"failed"} ,
      )" + kFirst +
                 " , " + kSecond + R"(,{"id":"y","overall_status":"failed"}], "limit":4})",
             &known_);
  ASSERT_TRUE(page);
  EXPECT_EQ(EntriesOf(*page), "x 7 9 y ");
  EXPECT_EQ(page->refreshes.size(), 2U);
  EXPECT_EQ(known_.others, "x y ");
  EXPECT_EQ(page->frame.skip, 3U);
  EXPECT_EQ(page->frame.total, 12U);
}

TEST_F(KnownEntriesTest, OthersComeWithTheFingerprintOfTheirText) {
  const std::string entry = R"({ "id":"x","overall_status":"failed" })";
  const auto page = Decode("{\"resources\":[ " + entry + "\n]}", &known_);
  ASSERT_TRUE(page && page->entries.size() == 1);
  EXPECT_EQ(page->entries[0].fingerprint, FingerprintOf(entry));
}

// Whatever is wrong with a body is judged as if no entry were known.
TEST_F(KnownEntriesTest, HideNoFault) {
  const std::string bodies[] = {
      "",
      "[]",
      R"({"resources":[]})",
      R"({"resources":null})",
      R"({"resources":[)" + kFirst + "]",
      R"({"resources":[)" + kFirst + "}}",
      R"({"resources":[)" + kFirst + ",]}",
      R"({"resources":[)" + kFirst + "x]}",
      R"({"resources":[)" + kFirst + kSecond + "]}",
      R"({"resources":[,)" + kFirst + "]}",
      R"({"resources":[)" + kFirst + R"(,{"id":"x"}]})",
      R"({"resources":[)" + kFirst + R"(,{"id":"x","overall_status":"failed","id":"x"}]})",
      R"({"resources":[)" + kFirst + R"(,{"id":"x","overall_status":"fai]})",
      R"({"resources":[)" + kFirst + R"(,{"id":"x","overall_status":[}]})",
      R"({"resources":[)" + kFirst + R"(,5,"text",null]})",
      R"({"resources":[)" + kFirst + R"(],"resources":[]})",
      R"({"resources":[)" + kFirst + R"(],"total":-1})",
      R"({"resources":[)" + kFirst + R"(],"codeDesc":"NCERRForbidden: no"})",
      R"({"resources":[)" + kFirst + R"(]} {})",
      R"({"other":[)" + kFirst + "]}",
      kFirst,
  };
  for (const std::string& body : bodies) {
    const auto plain = Decode(body, nullptr);
    const auto page = Decode(body, &known_);
    ASSERT_EQ(page.has_value(), plain.has_value()) << body;
    if (!plain) {
      EXPECT_EQ(page.error().error.message, plain.error().error.message) << body;
      continue;
    }
    EXPECT_EQ(page->entries.size(), plain->entries.size()) << body;
    EXPECT_EQ(page->unusable.count, plain->unusable.count) << body;
    EXPECT_EQ(page->unusable.anomalies.size(), plain->unusable.anomalies.size()) << body;
    EXPECT_EQ(page->is_single_job, plain->is_single_job) << body;
    EXPECT_EQ(page->frame.total, plain->frame.total) << body;
  }
}

}  // namespace
}  // namespace cckm
