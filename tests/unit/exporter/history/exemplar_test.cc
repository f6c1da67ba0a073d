#include "exporter/history/exemplar.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace cckm {
namespace {

// As name=value, joined by commas.
std::string LabelsFor(const std::string& refresh_id, const std::string& own_domain,
                      const std::string& domain) {
  const Exemplar exemplar{.refresh_id = LabelValue(refresh_id),
                          .domain_id = LabelValue(own_domain)};
  const LabelValue own_label(domain);
  std::string text;
  for (const ExemplarLabel& label : LabelsOf(exemplar, own_label)) {
    text += text.empty() ? "" : ",";
    text += std::string(label.name) + "=" + std::string(label.value.text);
  }
  return text;
}

TEST(ExemplarTest, NamesItsRefreshAndItsDomain) {
  EXPECT_EQ(LabelsFor("r", "", ""), "refresh_id=r");
  EXPECT_EQ(LabelsFor("r", "", "d"), "refresh_id=r,domain_id=d");
  EXPECT_EQ(LabelsFor("r", "own", "d"), "refresh_id=r,domain_id=own");
}

TEST(ExemplarTest, LeavesOutWhatWouldPass128Characters) {
  const std::string long_id(118, 'r');  // refresh_id has ten characters itself
  EXPECT_EQ(LabelsFor(long_id, "", ""), "refresh_id=" + long_id);
  EXPECT_EQ(LabelsFor(long_id, "", "d"), "refresh_id=" + long_id);
  EXPECT_EQ(LabelsFor(long_id + "r", "", ""), "");
  const std::string domain(109 - 1, 'd');  // 10 + 1 + 9 + 108 = 128
  EXPECT_EQ(LabelsFor("r", "", domain), "refresh_id=r,domain_id=" + domain);
  EXPECT_EQ(LabelsFor("r", "", domain + "d"), "refresh_id=r");
}

TEST(ExemplarTest, CountsCharactersAndNotBytes) {
  std::string domain;
  for (int i = 0; i < 108; ++i) domain += "\xC3\xA9";
  EXPECT_EQ(LabelsFor("r", "", domain), "refresh_id=r,domain_id=" + domain);
  EXPECT_EQ(LabelsFor("r", "", domain + "\xC3\xA9"), "refresh_id=r");
}

TEST(ExemplarTest, LeavesOutADomainThatSomeParsersCannotRead) {
  for (const char* domain : {"\"", "a\"b", "\\", "a\\b", "}", "a}b", "{", "\"}"}) {
    EXPECT_EQ(LabelsFor("r", "", domain), "refresh_id=r") << domain;
    EXPECT_EQ(LabelsFor("r", domain, "d"), "refresh_id=r") << domain;
  }
  for (const char* domain : {"#", "a # b", ",", "a=b", "'", " ", "\xC3\xA9", "(a)", "[a]"}) {
    EXPECT_EQ(LabelsFor("r", "", domain), std::string("refresh_id=r,domain_id=") + domain);
  }
}

}  // namespace
}  // namespace cckm
