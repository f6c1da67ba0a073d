// The table of metrics against Prometheus' rules for names and against what users were promised.

#include "exporter/metrics/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

namespace cckm {
namespace {

using enum MetricType;

struct Promise {
  std::string_view name;
  MetricType type;
  std::string_view labels;  // separated by spaces
};

// Every metric that users can rely on, in the order of the exposition.
constexpr std::array kPromises = std::to_array<Promise>({
    {"cckm_domain_refresh_status", kGauge, "target cloud domain_id status"},
    {"cckm_domain_refresh_last_result", kGauge, "target cloud domain_id result"},
    {"cckm_domain_refresh_started_timestamp_seconds", kGauge, "target cloud domain_id"},
    {"cckm_domain_refresh_completed_timestamp_seconds", kGauge, "target cloud domain_id"},
    {"cckm_domain_refresh_last_success_timestamp_seconds", kGauge, "target cloud domain_id"},
    {"cckm_domain_refresh_last_duration_seconds", kGauge, "target cloud domain_id"},
    {"cckm_domain_refreshes_total", kCounter, "target cloud domain_id status"},
    {"cckm_domain_refresh_consecutive_failures", kGauge, "target cloud domain_id"},
    {"cckm_domain_first_seen_timestamp_seconds", kGauge, "target cloud domain_id"},
    {"cckm_domain_refresh_duration_seconds", kHistogram, "target cloud domain_id"},
    {"cckm_domain_info", kGauge, "target cloud domain_id domain connection"},
    {"cckm_domain_expected_interval_seconds", kGauge, "target cloud domain_id severity"},
    {"cckm_domain_schedules", kGauge, "target cloud domain_id"},
    {"cckm_refresh_status", kGauge, "target cloud refresh_id status"},
    {"cckm_refresh_created_timestamp_seconds", kGauge, "target cloud refresh_id"},
    {"cckm_refresh_completed_timestamp_seconds", kGauge, "target cloud refresh_id"},
    {"cckm_refresh_domains", kGauge, "target cloud refresh_id status"},
    {"cckm_refresh_duration_seconds", kHistogram, "target cloud status"},
    {"cckm_up", kGauge, "target cloud"},
    {"cckm_unlisted_domains", kGauge, "target cloud"},
    {"cckm_refresh_id_files_unreadable", kGauge, "target cloud"},
    {"cckm_unanswered_refreshes", kGauge, "target cloud"},
    {"cckm_poll_duration_seconds", kGauge, "target cloud"},
    {"cckm_last_poll_timestamp_seconds", kGauge, "target cloud"},
    {"cckm_last_successful_poll_timestamp_seconds", kGauge, "target cloud"},
    {"cckm_tracked_refreshes", kGauge, "target cloud"},
    {"cckm_discovery_truncated", kGauge, "target cloud"},
    {"cckm_dropped_series", kGauge, "target reason"},
    {"cckm_dropped_domains", kGauge, "target cloud"},
    {"cckm_schedules_up", kGauge, "target"},
    {"cckm_schedule_info", kGauge, "target schedule_id schedule cloud run_at"},
    {"cckm_schedule_enabled", kGauge, "target schedule_id"},
    {"cckm_schedule_next_run_timestamp_seconds", kGauge, "target schedule_id"},
    {"cckm_schedule_last_due_timestamp_seconds", kGauge, "target schedule_id"},
    {"cckm_schedule_interval_seconds", kGauge, "target schedule_id"},
    {"cckm_schedule_last_run_timestamp_seconds", kGauge, "target schedule_id"},
    {"cckm_schedule_last_run_status", kGauge, "target schedule_id status"},
    {"cckm_schedule_missed", kGauge, "target schedule_id"},
    {"cckm_api_requests_total", kCounter, "target cloud endpoint code"},
    {"cckm_api_request_duration_seconds", kHistogram, "target cloud endpoint"},
    {"cckm_api_errors_total", kCounter, "target cloud reason"},
    {"cckm_authenticated", kGauge, "target"},
    {"cckm_token_renewals_total", kCounter, "target"},
    {"cckm_token_renewal_failures_total", kCounter, "target"},
    {"cckm_token_expiry_timestamp_seconds", kGauge, "target"},
    {"cckm_tls_certificate_expiry_timestamp_seconds", kGauge, "target"},
    {"cckm_tls_client_certificate_expiry_timestamp_seconds", kGauge, "target"},
    {"cckm_tls_verification_enabled", kGauge, "target"},
    {"cckm_clock_skew_seconds", kGauge, "target"},
    {"cckm_target_address_up", kGauge, "target address"},
    {"cckm_target_address_in_use", kGauge, "target address"},
    {"cckm_refresh_anomalies_total", kCounter, "target cloud kind"},
    {"cckm_ledger_writable", kGauge, ""},
    {"cckm_ledger_write_failures_total", kCounter, ""},
    {"cckm_exporter_build_info", kGauge, "version revision compiler"},
    {"cckm_exporter_targets", kGauge, ""},
    {"cckm_exporter_shard_index", kGauge, ""},
    {"cckm_exporter_shard_count", kGauge, ""},
    {"cckm_exporter_config_last_reload_successful", kGauge, ""},
    {"cckm_exporter_config_last_reload_success_timestamp_seconds", kGauge, ""},
    {"process_cpu_seconds_total", kCounter, ""},
    {"process_open_fds", kGauge, ""},
    {"process_max_fds", kGauge, ""},
    {"process_virtual_memory_bytes", kGauge, ""},
    {"process_virtual_memory_max_bytes", kGauge, ""},
    {"process_resident_memory_bytes", kGauge, ""},
    {"process_start_time_seconds", kGauge, ""},
});

std::string LabelsOf(const MetricDescription& metric) {
  std::string labels;
  for (std::size_t i = 0; i < metric.label_count(); ++i) {
    labels += (i == 0 ? "" : " ") + std::string(metric.labels[i]);
  }
  return labels;
}

// The words of a name; one that is empty or holds anything but lower-case letters fails the test.
std::vector<std::string> WordsOf(std::string_view name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    if (c == '_') {
      words.emplace_back();
    } else {
      EXPECT_TRUE(c >= 'a' && c <= 'z') << name;
      words.back() += c;
    }
  }
  EXPECT_EQ(std::ranges::count(words, ""), 0) << name;
  return words;
}

bool HasOneOf(const std::vector<std::string>& words, const std::vector<std::string>& wanted) {
  return std::ranges::find_first_of(words, wanted) != words.end();
}

TEST(CatalogueTest, IsWhatUsersWerePromised) {
  ASSERT_EQ(Catalogue().size(), kPromises.size());
  for (std::size_t i = 0; i < kPromises.size(); ++i) {
    const MetricDescription& metric = Catalogue()[i];
    EXPECT_EQ(metric.name, kPromises[i].name);
    EXPECT_EQ(metric.type, kPromises[i].type) << metric.name;
    EXPECT_EQ(LabelsOf(metric), kPromises[i].labels) << metric.name;
  }
}

TEST(CatalogueTest, DescribeFindsEachRow) {
  for (const MetricDescription& metric : Catalogue()) {
    EXPECT_EQ(Describe(metric.metric).name, metric.name);
  }
}

TEST(CatalogueTest, NoNameIsThereTwiceNorTakenByTheSeriesOfAHistogram) {
  std::set<std::string> names;
  for (const MetricDescription& metric : Catalogue()) {
    EXPECT_TRUE(names.emplace(metric.name).second) << metric.name;
    if (metric.type != kHistogram) continue;
    for (const char* suffix : {"_bucket", "_sum", "_count"}) {
      EXPECT_TRUE(names.insert(std::string(metric.name) + suffix).second) << metric.name;
    }
  }
}

TEST(CatalogueTest, NamesFollowTheConventions) {
  for (const MetricDescription& metric : Catalogue()) {
    const std::string name(metric.name);
    const std::string prefix = WordsOf(name).front();
    EXPECT_TRUE(prefix == "cckm" || prefix == "process") << name;
    EXPECT_EQ(name.ends_with("_total"), metric.type == kCounter) << name;
    for (const char* reserved : {"_bucket", "_sum", "_count", "_created"}) {
      if (name == "cckm_exporter_shard_count") continue;  // a count of shards, of no histogram
      EXPECT_FALSE(name.ends_with(reserved)) << name;
    }
  }
}

// A measured quantity says its unit, in base units and at the end.
TEST(CatalogueTest, NamesEndInTheirUnit) {
  for (const MetricDescription& metric : Catalogue()) {
    const std::string name(metric.name);
    std::vector<std::string> words = WordsOf(name);
    const bool is_quantity =
        HasOneOf(words, {"duration", "interval", "timestamp", "skew", "time", "memory", "cpu"});
    if (words.back() == "total") words.pop_back();
    EXPECT_EQ(words.back() == "seconds" || words.back() == "bytes", is_quantity) << name;
    EXPECT_TRUE(metric.type != kHistogram || name.ends_with("_seconds")) << name;
    EXPECT_FALSE(HasOneOf(words, {"ms", "milliseconds", "minutes", "hours", "percent"})) << name;
  }
}

TEST(CatalogueTest, LabelNamesAreValidAndNotReserved) {
  const std::set<std::string> reserved = {"le", "quantile", "job", "instance"};
  for (const MetricDescription& metric : Catalogue()) {
    std::set<std::string> labels;
    for (std::size_t i = 0; i < metric.label_count(); ++i) {
      const std::string label(metric.labels[i]);
      EXPECT_FALSE(WordsOf(label).empty());
      EXPECT_FALSE(reserved.contains(label)) << metric.name << " " << label;
      EXPECT_TRUE(labels.insert(label).second) << metric.name << " " << label;
    }
    for (std::size_t i = metric.label_count(); i < metric.labels.size(); ++i) {
      EXPECT_EQ(metric.labels[i], "") << metric.name;
    }
  }
}

// HELP stands on one line of printable ASCII, as one or more sentences.
TEST(CatalogueTest, HelpIsASentenceOnOneLine) {
  for (const MetricDescription& metric : Catalogue()) {
    EXPECT_TRUE(metric.help.ends_with('.')) << metric.name;
    EXPECT_TRUE(metric.help.front() >= 'A' && metric.help.front() <= 'Z') << metric.name;
    EXPECT_TRUE(std::ranges::all_of(metric.help, [](char c) {
      return c >= ' ' && c <= '~' && c != '\\';
    })) << metric.name;
    EXPECT_GT(metric.help.size(), 15U) << metric.name;
  }
}

}  // namespace
}  // namespace cckm
