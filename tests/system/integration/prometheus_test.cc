// What the real Prometheus makes of the real exporter.
//
// CCKM_PROMETHEUS and CCKM_PROMTOOL in the environment are the paths of both programs; without them
// these tests are skipped.

#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "tests/support/fakes/raw_server.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

using testing::HasSubstr;

// Empty where it is not set.
std::string Environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return value == nullptr ? "" : value;
}

std::string Contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// An answer of the appliance whose domains have every kind of name that could break a line.
std::string HostileRefresh() {
  const nlohmann::json names = {"quote\"} 1\nfake_metric{x=\"",
                                "back\\slash\\",
                                "tab\tline\r\nend",
                                "nul" + std::string(1, '\0') + "escape\x1b[31m",
                                "# TYPE fake counter",
                                "caf\u00e9 \u202e\U0001F511 \u2028",
                                std::string(5000, 'x')};
  nlohmann::json texts;
  for (const auto& name : names) texts[name.get<std::string>()] = "it \"failed\"\n# EOF\n";
  return nlohmann::json{{"id", "r1"},
                        {"createdAt", "2021-03-03T06:10:52.128836Z"},
                        {"completed_at", "2021-03-03T06:10:54.097116Z"},
                        {"overall_status", "completed"},
                        {"detailed_status", texts},
                        {"domains", names}}
      .dump();
}

// An exporter whose dsm refreshes have ended in every way.
class EveryEnd {
 public:
  EveryEnd() {
    for (const std::string& end : Ends()) simulator_.StartRefresh(end, end + "-1," + end + "-2");
    for (const std::string& end : Ends()) simulator_.FinishRefresh(end, end);
  }
  static const std::vector<std::string>& Ends() {
    static const std::vector<std::string> ends = {"completed", "failed", "partial", "cancelled"};
    return ends;
  }
  testing::AssertionResult IsShown() const {
    Samples samples;
    for (const std::string& end : Ends()) {
      samples.emplace_back(Series("cckm_refresh_status", {{"refresh_id", end}, {"status", end}}),
                           "1");
    }
    return exporter.Shows(samples, kPatience);
  }

 private:
  SimulatorProcess simulator_{std::string(kToken)};

 public:
  const ExporterProcess exporter{{.url = simulator_.url(), .refresh_ids = Ends()}};
};

// promtool takes the number of shards for a part of a histogram.
constexpr std::string_view kTakenForAHistogram =
    "cckm_exporter_shard_count non-histogram and non-summary metrics should not have \"_count\" "
    "suffix\n";

class PromtoolTest : public testing::Test {
 protected:
  void SetUp() override {
    if (promtool_.empty()) GTEST_SKIP() << "CCKM_PROMTOOL is not set to the path of promtool.";
  }

  // Empty where promtool has nothing to say about the exposition.
  std::string ReportsAbout(const std::string& exposition) const {
    if (exposition.empty()) return "There is no exposition.";
    const auto input = folder_.Write("exposition", exposition, 0600);
    const EndedProcess ended =
        RunToEnd(promtool_, {.arguments = {"check", "metrics"}, .input = input});
    const bool has_exit_code_of_lint = ended.exit_code == 0 || ended.exit_code == 3;
    const std::string all = ended.output + ended.error_output;
    if (has_exit_code_of_lint && (all.empty() || all == kTakenForAHistogram)) return {};
    return "promtool ended with " + std::to_string(ended.exit_code) + ": " + ended.output +
           ended.error_output;
  }

  const std::string promtool_ = Environment("CCKM_PROMTOOL");
  const ConfigFolder folder_;
};

TEST_F(PromtoolTest, IsSilentAboutEveryGoldenExposition) {
  std::size_t checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CCKM_GOLDEN_DIR)) {
    const std::string text = Contents(entry.path());
    // The other files hold a few lines of one.
    const bool is_whole = text.starts_with("# HELP ") && text.find("# EOF") == std::string::npos;
    if (!is_whole) continue;
    EXPECT_EQ(ReportsAbout(text), "") << entry.path();
    ++checked;
  }
  EXPECT_GE(checked, 2U);
}

TEST_F(PromtoolTest, IsSilentAboutRefreshesThatEndedInEveryWay) {
  const EveryEnd ended;
  ASSERT_TRUE(ended.IsShown());
  EXPECT_EQ(ReportsAbout(ended.exporter.Scrape()), "");
}

TEST_F(PromtoolTest, IsSilentAboutHostileNamesOfDomains) {
  const RawServer appliance({AnswerEach(100, JsonAnswer(HostileRefresh()))});
  const ExporterProcess exporter({.url = appliance.url()});
  ASSERT_TRUE(exporter.Shows(
      {{Series("cckm_refresh_domains", {{"refresh_id", "r1"}, {"status", "failed"}}), "7"}},
      kPatience));
  EXPECT_EQ(ReportsAbout(exporter.Scrape()), "");
}

TEST_F(PromtoolTest, IsSilentAboutWhatOncePrints) {
  const SimulatorProcess simulator{std::string(kToken)};
  simulator.StartRefresh("r1", "a,b");
  const std::string nobody = "http://127.0.0.1:" + std::to_string(FreePort());
  for (const std::string& url : {simulator.url(), nobody}) {
    WriteConfig(folder_, {.url = url});
    const EndedProcess once = RunExporter(folder_, {"--config.file=config.yaml", "--once"});
    EXPECT_EQ(ReportsAbout(once.output), "") << url;
  }
}

// The check above is worth something only if promtool can complain.
TEST_F(PromtoolTest, ComplainsAboutABrokenExposition) {
  EXPECT_THAT(ReportsAbout("cckm_up{target=\"\xff\"} 1\n"), HasSubstr("promtool ended with"));
  EXPECT_THAT(ReportsAbout("# TYPE cckm_x counter\ncckm_x 1\n"), HasSubstr("_total"));
}

std::string UrlEncoded(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      encoded += c;
    } else {
      encoded.append("%").append({kDigits[byte >> 4U], kDigits[byte & 0xFU]});
    }
  }
  return encoded;
}

// A Prometheus server that scrapes 127.0.0.1 every second and answers queries.
class PrometheusProcess {
 public:
  // Throws std::runtime_error if it does not start.
  PrometheusProcess(const std::string& program, const std::vector<int>& ports)
      : child_(program, SettingsFor(ports)) {
    const bool listens = Eventually(kPatience, [this] {
      port_ = PortIn(child_.ErrorOutput());
      return port_ != 0 || child_.WaitForExit({}).has_value();
    });
    if (!listens || port_ == 0) {
      throw std::runtime_error("Prometheus does not start: " + child_.ErrorOutput());
    }
  }

  // The series of the answer to an instant query, each the object of its labels.
  std::vector<nlohmann::json> Query(const std::string& expression) const {
    const RawAnswer answer = AskPort(port_, "GET", "/api/v1/query?query=" + UrlEncoded(expression));
    const auto body = nlohmann::json::parse(answer.body, nullptr, false);
    if (answer.status != 200 || !body.is_object()) return {};
    std::vector<nlohmann::json> series;
    for (const auto& result : body.at("data").at("result")) series.push_back(result.at("metric"));
    return series;
  }

  // What the label is in each series of the answer.
  std::set<std::string> Labels(const std::string& expression, const char* label) const {
    std::set<std::string> values;
    for (const auto& series : Query(expression)) values.insert(series.value(label, ""));
    return values;
  }

 private:
  ChildSettings SettingsFor(const std::vector<int>& ports) const {
    std::string targets;
    for (const int port : ports) {
      targets.append(targets.empty() ? "" : ", ").append("\"127.0.0.1:" + std::to_string(port));
      targets.append("\"");
    }
    folder_.Write("prometheus.yml",
                  "global: { scrape_interval: 1s, scrape_timeout: 1s }\n"
                  "scrape_configs:\n"
                  "  - job_name: cckm\n"
                  "    honor_labels: true\n"
                  "    static_configs: [ { targets: [" +
                      targets + "] } ]\n",
                  0600);
    return {.arguments = {"--config.file=prometheus.yml", "--storage.tsdb.path=data",
                          "--web.listen-address=127.0.0.1:0"},
            .folder = folder_.File("")};
  }

  // Of the last of two lines that begin alike: ... msg="Listening on" ... address=127.0.0.1:PORT
  // Prometheus 3 names its component in between.
  static int PortIn(const std::string& log) {
    constexpr std::string_view kBeforePort = "address=127.0.0.1:";
    const std::size_t line = log.find("msg=\"Listening on\"");
    if (line == std::string::npos || log.find('\n', line) == std::string::npos) return 0;
    const std::size_t found = log.find(kBeforePort, line);
    if (found == std::string::npos) return 0;
    int port = 0;
    std::from_chars(log.data() + found + kBeforePort.size(), log.data() + log.size(), port);
    return port;
  }

  const ConfigFolder folder_;
  ChildProcess child_;
  int port_ = 0;
};

class PrometheusTest : public testing::Test {
 protected:
  void SetUp() override {
    if (program_.empty()) GTEST_SKIP() << "CCKM_PROMETHEUS is not set to the path of prometheus.";
  }

  const std::string program_ = Environment("CCKM_PROMETHEUS");
};

TEST_F(PrometheusTest, ScrapesTheExporterAndFindsTheFailedDomains) {
  const EveryEnd ended;
  ASSERT_TRUE(ended.IsShown());
  const PrometheusProcess prometheus(program_, {ended.exporter.port()});
  const std::set<std::string> failed = {"failed-1", "failed-2", "partial-2"};
  const std::string query = R"(cckm_domain_refresh_last_result{result="failed"} == 1)";
  EXPECT_TRUE(
      Eventually(kPatience, [&] { return prometheus.Labels(query, "domain_id") == failed; }));
  EXPECT_EQ(prometheus.Query("up == 1").size(), 1U);
  EXPECT_EQ(prometheus.Labels("cckm_up == 1", "target"), (std::set<std::string>{"cm"}));
  EXPECT_EQ(prometheus.Labels(R"(cckm_domain_refresh_duration_seconds_bucket{le="+Inf"} == 1)",
                              "domain_id"),
            (std::set<std::string>{"completed-1", "completed-2", "partial-1"}));
}

TEST_F(PrometheusTest, KeepsTheTargetUpWhateverTheNamesOfItsDomainsAre) {
  const RawServer appliance({AnswerEach(100, JsonAnswer(HostileRefresh()))});
  const ExporterProcess exporter({.url = appliance.url()});
  const PrometheusProcess prometheus(program_, {exporter.port()});
  const std::string query = R"(cckm_domain_refresh_last_result{result="failed"} == 1)";
  EXPECT_TRUE(Eventually(kPatience, [&] { return prometheus.Query(query).size() == 7; }));
  EXPECT_EQ(prometheus.Query("up == 1").size(), 1U);
  EXPECT_EQ(prometheus.Query("fake_metric or fake").size(), 0U);
}

}  // namespace
}  // namespace cckm
