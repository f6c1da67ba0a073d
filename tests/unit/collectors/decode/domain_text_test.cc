// What texts of detailed_status say: the tables of deploy/docs/payload.md.

#include "collectors/decode/domain_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cckm {
namespace {

constexpr auto kNone = DomainText::kNone;
constexpr auto kSuccess = DomainText::kSuccess;
constexpr auto kFailure = DomainText::kFailure;
constexpr auto kOther = DomainText::kOther;

struct Case {
  const char* text;
  DomainText
      elsewhere;  // in a family whose texts are not documented; where they are, kOther is kFailure
};

const Case kCases[] = {
    // No text.
    {"", kNone},
    {" \t\r\n", kNone},
    // The sentence that the API's pages show.
    {"synchronized successfully", kSuccess},
    {"domain synchronized successfully", kSuccess},
    {"Region Synchronized SUCCESSFULLY.", kSuccess},
    {" domain synchronized successfully. \r\n", kSuccess},
    {"3 of 9 keys were not synchronized successfully", kFailure},
    {"keys weren't synchronized successfully", kFailure},
    {"keys weren\xE2\x80\x99t synchronized successfully", kFailure},
    {"keys cannot be synchronized successfully", kFailure},
    {"keys were never synchronized successfully", kFailure},
    {"owners notified, keys synchronized successfully", kSuccess},
    {"knot: keys synchronized successfully", kSuccess},
    {"NOT synchronized successfully", kFailure},
    {"domain unsynchronized successfully", kOther},
    {"domain synchronized successfully..", kOther},
    {"domain synchronized successfully except 3 keys", kOther},
    {"domain synchronized  successfully", kOther},
    {"synchronised successfully", kOther},
    // Whole texts.
    {"success", kSuccess},
    {"Success", kSuccess},
    {"Success.", kSuccess},
    {"successful", kSuccess},
    {"SUCCEEDED", kSuccess},
    {"completed", kSuccess},
    {"complete", kSuccess},
    {"synchronized", kSuccess},
    {"partial success", kOther},
    {"success of 3 keys", kOther},
    {"successfully", kOther},
    {"not completed", kFailure},
    {"in_progress", kOther},
    {"23 keys", kOther},
    {".", kOther},
    {"\xE5\x90\x8C\xE6\xAD\xA5\xE5\xAE\x8C\xE6\x88\x90", kOther},
    // Words of failure.
    {"failed", kFailure},
    {"Failure: quota", kFailure},
    {"could fail", kFailure},
    {"error", kFailure},
    {"ERROR_CODE_17", kFailure},
    {"3 errors", kFailure},
    {"err: 5", kFailure},
    {"access denied", kFailure},
    {"AccessDeniedException: no policy", kFailure},
    {"connection refused", kFailure},
    {"403 Forbidden", kFailure},
    {"unauthorized", kFailure},
    {"un\xC2\xAD"
     "authorized",
     kFailure},
    {"un-authorized client", kFailure},
    {"f\xE2\x80\x8B"
     "ailed",
     kFailure},
    {"timeout", kFailure},
    {"request timed out", kFailure},
    {"time-out of the request", kFailure},
    {"unable to reach the vault", kFailure},
    {"cannot list keys", kFailure},
    {"could not list keys", kFailure},
    {"couldn't list keys", kFailure},
    {"couldn\xE2\x80\x99t list keys", kFailure},
    {"can't", kFailure},
    {"did not finish", kFailure},
    {"HTTPError 500", kFailure},
    {"InvalidParameterValue", kFailure},
    {"invalid client secret", kFailure},
    {"certificate has expired", kFailure},
    {"network is unreachable", kFailure},
    {"x509: certificate signed by unknown authority", kFailure},
    {"java.lang.NullPointerException", kFailure},
    {"(throttled)", kFailure},
    {"aborted", kFailure},
    // What only looks like one.
    {"owners notified", kOther},
    {"notes taken", kOther},
    {"terror", kOther},
    {"all annotations kept", kOther},
    {"unknown", kOther},
    {"authority known", kOther},
    {"timed: out of 9 keys, 9", kFailure},
    {"time 12 s, outcome fine", kOther},
    {"deniedx", kOther},
};

TEST(DomainTextTest, ATextSaysWhatItsWordsSay) {
  for (const Case& c : kCases) {
    EXPECT_EQ(ReadDomainText(c.text, false, {}), c.elsewhere) << c.text;
  }
}

TEST(DomainTextTest, WhereTextsAreDocumentedEveryOtherTextSaysFailure) {
  for (const Case& c : kCases) {
    const DomainText expected = c.elsewhere == kOther ? kFailure : c.elsewhere;
    EXPECT_EQ(ReadDomainText(c.text, true, {}), expected) << c.text;
  }
}

TEST(DomainTextTest, AConfiguredTextMeansSuccessWholeAndWithoutCase) {
  const std::vector<std::string> texts = {"Tout est synchronis\xC3\xA9.", "not needed"};
  for (const bool is_documented : {false, true}) {
    for (const char* text : {"tout EST synchronis\xC3\xA9", " Tout est synchronis\xC3\xA9. ",
                             "Not needed", "not needed."}) {
      EXPECT_EQ(ReadDomainText(text, is_documented, texts), kSuccess) << text;
    }
    EXPECT_NE(ReadDomainText("not needed here", is_documented, texts), kSuccess);
    EXPECT_NE(ReadDomainText("tout est", is_documented, texts), kSuccess);
  }
}

TEST(DomainTextTest, AWordOfFailureIsFoundAtTheEndOfALongText) {
  const std::string text = std::string(100'000, 'x') + " and more: refused";
  EXPECT_EQ(ReadDomainText(text, false, {}), kFailure);
  EXPECT_EQ(ReadDomainText(std::string(100'000, 'x'), false, {}), kOther);
}

}  // namespace
}  // namespace cckm
