#include "exporter/app/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/http/curl_http_client.h"
#include "exporter/web/status/status_json.h"
#include "tests/unit/exporter/web/server/http_server_fixture.h"

namespace cckm {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class CheckTest : public HttpServerFixture {
 protected:
  CommandLine Flags() const {
    CommandLine flags;
    flags.listen_addresses = {"127.0.0.1:" + std::to_string(port())};
    return flags;
  }

  NagiosLine CheckOf(int status, const std::string& body) {
    Serve([status, body](const WebRequest& request) {
      return TextAnswer(request.path == "/api/v1/status" ? status : 500, body);
    });
    return CheckRunningExporter(Flags());
  }

  const CurlRuntime curl_;
};

TEST_F(CheckTest, TellsWhatTheStatusOfTheRunningExporterSays) {
  StatusModel model;
  model.config_ok = false;
  const NagiosLine line = CheckOf(200, StatusJson(model));
  EXPECT_EQ(line.state, NagiosLineOf(StatusJson(model)).state);
  EXPECT_THAT(line.text, HasSubstr(" | targets=0;;;0 "));
}

TEST_F(CheckTest, AnExporterThatDoesNotTellIsUnknown) {
  const NagiosLine line = CheckOf(401, "");
  EXPECT_EQ(line.state, NagiosState::kUnknown);
  EXPECT_THAT(line.text, HasSubstr("/api/v1/status: answered HTTP 401, it wants a password"));
}

TEST_F(CheckTest, NobodyThereIsCritical) {
  Serve([](const WebRequest&) { return TextAnswer(200, ""); });
  const CommandLine flags = Flags();
  server_.reset();
  const NagiosLine line = CheckRunningExporter(flags);
  EXPECT_EQ(line.state, NagiosState::kCritical);
  EXPECT_THAT(line.text, StartsWith("CCKM CRITICAL - http://127.0.0.1:"));
}

}  // namespace
}  // namespace cckm
