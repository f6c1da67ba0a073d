// A wrong password, and an exporter that is killed and started again and again.

#include <gtest/gtest.h>
#include <signal.h>

#include "tests/support/fakes/leak.h"
#include "tests/support/fakes/raw_client.h"
#include "tests/system/hostile/exporter_child.h"
#include "tests/system/hostile/scripts.h"

namespace cckm {
namespace {

bool IsReady(int port) {
  RawClient client(port);
  return client.Request("GET /-/ready HTTP/1.1\r\nHost: exporter\r\n\r\n").status == 200;
}

void WriteConfig(const ConfigFolder& folder, int port) {
  std::filesystem::create_directory(folder.File("data"));
  folder.Write("password", "CANARY-wrong", 0600);
  folder.Write("config.yaml",
               "global: { poll_interval: 1s, allow_http: true }\n"
               "targets:\n"
               "  - name: cm\n"
               "    url: http://127.0.0.1:" +
                   std::to_string(port) +
                   "\n"
                   "    login: { username: exporter, password_file: password }\n"
                   "    collectors: { dsm: { refresh_ids: [r1] } }\n",
               0600);
}

TEST(CrashLoopTest, AWrongPasswordIsTriedOnceHoweverOftenTheExporterStarts) {
  constexpr int kStarts = 20;
  const Identities identities;
  Upstream upstream(
      {.script = OnLogin(Bytes(HttpText("401 Unauthorized", kJsonType, R"({"code":11})")))},
      identities);
  const ConfigFolder folder;
  WriteConfig(folder, upstream.port());
  for (int start = 0; start < kStarts; ++start) {
    ExporterChild exporter(folder);
    ASSERT_TRUE(Eventually(kPatience, [&] { return IsReady(exporter.port()); }));
    EXPECT_TRUE(FindLeaks("log", exporter.process().ErrorOutput()).empty());
    exporter.process().Signal(SIGKILL);
    ASSERT_TRUE(exporter.process().WaitForExit(kPatience));
  }
  EXPECT_EQ(Logins(upstream.appliance().Requests()).size(), 1U);
  EXPECT_TRUE(FindLeaksInFolder(folder.File("data")).empty());
}

}  // namespace
}  // namespace cckm
