#include "exporter/config/nearest_word.h"

#include <gtest/gtest.h>

#include <array>

namespace cckm {
namespace {

constexpr std::array<std::string_view, 6> kNames = {
    "poll_interval", "request_timeout", "refresh_ids", "refresh_id_files", "dsm", "url"};

TEST(NearestWordTest, ASlipOfThePenLeadsToTheNameMeant) {
  const struct {
    std::string_view word;
    std::string_view name;
  } cases[] = {{"pol_interval", "poll_interval"},
               {"poll_intervall", "poll_interval"},
               {"poll-interval", "poll_interval"},
               {"pollInterval", "poll_interval"},
               {"POLL_INTERVAL", "poll_interval"},
               {"poll_intreval", "poll_interval"},
               {"refresh_id", "refresh_ids"},
               {"refresh_id_file", "refresh_id_files"},
               {"dms", "dsm"},
               {"ulr", "url"}};
  for (const auto& c : cases) EXPECT_EQ(NearestWord(c.word, kNames), c.name) << c.word;
}

TEST(NearestWordTest, APartLeadsToTheOnlyNameThatHoldsIt) {
  EXPECT_EQ(NearestWord("timeout", kNames), "request_timeout");
  EXPECT_EQ(NearestWord("interval", kNames), "poll_interval");
  EXPECT_EQ(NearestWord("refresh", kNames), "");  // two hold it
}

TEST(NearestWordTest, AnotherWordLeadsNowhere) {
  for (const std::string_view word : {"", "d", "gcp", "password", "scrape_configs"}) {
    EXPECT_EQ(NearestWord(word, kNames), "") << word;
  }
  EXPECT_EQ(NearestWord(std::string(1000, 'd'), kNames), "");
  EXPECT_EQ(NearestWord("dsm", {}), "");
}

}  // namespace
}  // namespace cckm
