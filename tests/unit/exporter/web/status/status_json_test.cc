#include "exporter/web/status/status_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/exporter/app/harness.h"
#include "tests/unit/exporter/web/status/status_sample.h"

namespace cckm {
namespace {

using Json = nlohmann::ordered_json;

TEST(StatusJsonTest, HasTheDocumentedShape) {
  ExpectGolden("status.json", Json::parse(StatusJson(SampleStatus())).dump(2) + "\n");
}

TEST(StatusJsonTest, EveryListIsThereWhenThereIsNothing) {
  const Json status = Json::parse(StatusJson({}));
  const Json nothing = {{"total", 0}, {"left_out", 0}, {"items", Json::array()}};
  for (const char* list : {"targets", "domains", "unfinished_refreshes", "finished_refreshes"}) {
    EXPECT_EQ(status[list], nothing) << list;
  }
  EXPECT_EQ(status["alerts"], Json::array());
}

TEST(StatusJsonTest, WhatIsNotKnownOfATargetYetIsNull) {
  StatusModel model;
  model.targets = {{{.name = "cm", .collectors = {{.cloud = "dsm"}}}}, 1};
  const Json target = Json::parse(StatusJson(model))["targets"]["items"][0];
  EXPECT_EQ(target["authenticated"], nullptr);
  EXPECT_EQ(target["certificate_verified"], nullptr);
}

TEST(StatusJsonTest, AStatusThatNobodyKnowsIsToldInTheAppliancesWord) {
  StatusModel model;
  model.unfinished = {{{.cloud = "dsm",
                        .target = "cm",
                        .id = "r",
                        .status = RefreshStatus::kUnknown,
                        .unknown_status = "QUEUED_V2"}},
                      1};
  const Json refresh = Json::parse(StatusJson(model))["unfinished_refreshes"]["items"][0];
  EXPECT_EQ(refresh["status"], "unknown");
  EXPECT_EQ(refresh["unknown_status"], "QUEUED_V2");
}

TEST(StatusJsonTest, NoTextBreaksIt) {
  StatusModel model = SampleStatus();
  model.domains.rows[0].detail = "</script>\"\\\n\xFF";
  model.targets.rows[0].name = "<script>";
  const Json status = Json::parse(StatusJson(model));
  EXPECT_EQ(status["domains"]["items"][0]["detail"], "</script>\"\\\n\xEF\xBF\xBD");
  EXPECT_EQ(status["targets"]["items"][0]["name"], "<script>");
}

}  // namespace
}  // namespace cckm
