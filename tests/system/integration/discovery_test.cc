// Refreshes that nobody configured: they are found, named and counted.

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/system/integration/config_yaml.h"
#include "tests/system/integration/exporter_process.h"
#include "tests/system/integration/simulator_process.h"

namespace cckm {
namespace {

constexpr const char* kFamilies[] = {"dsm",           "external-cm",
                                     "hsm-luna",      "hsm-luna-sync",
                                     "aws",           "aws-custom-key-stores",
                                     "azure",         "azure-certificates",
                                     "azure-secrets", "google",
                                     "oci",           "sap",
                                     "sfdc-keys",     "sfdc-certificates"};

ExporterSettings DiscoveringDsm(const SimulatorProcess& simulator) {
  return {.url = simulator.url(),
          .config = ConfigYaml({{"cm", simulator.url(), {Discovering("dsm")}}})};
}

std::string OfFamily(const std::string& name, const std::string& family,
                     const std::string& more_labels = {}) {
  return name + R"({target="cm",cloud=")" + family + "\"" + more_labels + "}";
}

TEST(DiscoveryTest, ARefreshThatStartsLaterIsShownAndItsEndIsCountedOnce) {
  const SimulatorProcess simulator{std::string(kToken)};
  const ExporterProcess exporter(DiscoveringDsm(simulator));
  ASSERT_TRUE(exporter.Shows({{Series("cckm_up"), "1"}}, kPatience));

  simulator.StartRefresh("later", "a");
  const auto status = [](const std::string& value) {
    return Series("cckm_refresh_status", {{"refresh_id", "later"}, {"status", value}});
  };
  const auto counted = [](const std::string& end) {
    return Series("cckm_domain_refreshes_total", {{"domain_id", "a"}, {"status", end}});
  };
  ASSERT_TRUE(exporter.Shows({{status("in_progress"), "1"}, {counted("completed"), "0"}}));

  simulator.FinishRefresh("later", "completed");
  EXPECT_TRUE(exporter.Shows(
      {{status("completed"), "1"},
       {counted("completed"), "1"},
       {counted("failed"), "0"},
       {Series("cckm_refresh_duration_seconds_count", {{"status", "completed"}}), "1"}}));
}

TEST(DiscoveryTest, WhatFinishedBeforeIsRememberedAndNotCounted) {
  const SimulatorProcess simulator({.flags = {"--token=" + std::string(kToken), "--refreshes=3",
                                              "--finished=3", "--domains=2"}});
  const ExporterProcess exporter(DiscoveringDsm(simulator));
  ASSERT_TRUE(exporter.Shows({{Series("cckm_tracked_refreshes"), "3"}}, kPatience));
  EXPECT_TRUE(exporter.Shows(
      {{Series("cckm_refresh_duration_seconds_count", {{"status", "completed"}}), "0"}}, {}));
}

TEST(DiscoveryTest, EveryDomainOfTheListHasItsNameAndIsNeverWhereNoRefreshNamesIt) {
  const SimulatorProcess simulator(
      {.flags = {"--no-auth", "--domains=3", "--families=dsm,external-cm"}});
  struct Case {
    std::string family;
    const char* name_of_domain;
  };
  std::vector<std::string> collectors;
  Samples samples;
  for (const Case& row : {Case{"dsm", "/dsm_params/name"}, {"external-cm", "/cm_domain/name"}}) {
    collectors.push_back(Discovering(row.family));
    const RawAnswer answer =
        AskPort(simulator.port(), "GET", "/api/v1/cckm/" + row.family + "/domains?limit=100");
    const auto list = nlohmann::json::parse(answer.body);
    ASSERT_EQ(list["resources"].size(), 3U);
    if (samples.empty()) simulator.StartRefresh("r1", list["resources"][0]["id"]);
    for (const nlohmann::json& domain : list["resources"]) {
      const auto text_at = [&domain](const std::string& place) {
        return domain.value(nlohmann::json::json_pointer(place), "");
      };
      const char* const status = samples.empty() ? "in_progress" : "never";
      const std::string id = ",domain_id=\"" + text_at("/id") + "\"";
      samples.emplace_back(
          OfFamily("cckm_domain_refresh_status", row.family, id + ",status=\"" + status + "\""),
          "1");
      samples.emplace_back(OfFamily("cckm_domain_info", row.family,
                                    id + ",domain=\"" + text_at(row.name_of_domain) +
                                        "\",connection=\"" + text_at("/connection") + "\""),
                           "1");
    }
  }
  const ExporterProcess exporter(
      {.url = simulator.url(), .config = ConfigYaml({{"cm", simulator.url(), collectors}})});
  EXPECT_TRUE(exporter.Shows(samples, kPatience));
}

TEST(DiscoveryTest, AllFourteenFamiliesAreFoundInOneRun) {
  std::string names;
  std::vector<std::string> collectors;
  Samples samples;
  for (const std::string family : kFamilies) {
    names.append(names.empty() ? "" : ",").append(family);
    collectors.push_back(Discovering(family));
    samples.emplace_back(OfFamily("cckm_up", family), "1");
    samples.emplace_back(OfFamily("cckm_tracked_refreshes", family), "4");
    samples.emplace_back(OfFamily("cckm_unanswered_refreshes", family), "0");
    samples.emplace_back(OfFamily("cckm_discovery_truncated", family), "0");
  }
  ASSERT_EQ(collectors.size(), 14U);
  const SimulatorProcess simulator(
      {.flags = {"--token=" + std::string(kToken), "--refreshes=4", "--finished=3",
                 "--never-finish", "--families=" + names}});
  const ExporterProcess exporter(
      {.url = simulator.url(), .config = ConfigYaml({{"cm", simulator.url(), collectors}})});
  ASSERT_TRUE(exporter.Shows(samples, kPatience));
  const std::string exposition = exporter.Scrape();
  for (const std::string family : kFamilies) {
    const std::string status = OfFamily("cckm_refresh_status", family);
    const std::string prefix = "\n" + status.substr(0, status.size() - 1) + ",refresh_id=\"";
    std::set<std::string> shown;
    for (std::size_t at = 0; (at = exposition.find(prefix, at)) != std::string::npos;) {
      const std::string line = exposition.substr(at + 1, exposition.find('\n', at + 1) - at - 1);
      if (line.ends_with(" 1")) shown.insert(line);
      ++at;
    }
    EXPECT_EQ(shown.size(), 4U) << family;
    EXPECT_EQ(
        std::ranges::count_if(
            shown, [](const std::string& line) { return line.find("in_progress") != line.npos; }),
        1)
        << family;
  }
}

}  // namespace
}  // namespace cckm
