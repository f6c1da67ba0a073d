// What the real binary tells a service manager.

#include <gtest/gtest.h>
#include <signal.h>

#include <set>

#include "tests/support/fakes/notify_socket.h"
#include "tests/support/fakes/temporary_folder.h"
#include "tests/system/integration/exporter_process.h"

namespace cckm {
namespace {

TEST(ServiceTest, TellsThatItServesThatItsPollersMoveAndThatItStops) {
  const TemporaryFolder folder;
  const std::string name = folder.File("notify");
  const NotifySocket manager(name);
  std::set<std::string> told;
  const auto hears = [&](const std::string& state) {
    for (std::string next = manager.NextMessage(); !next.empty(); next = manager.NextMessage()) {
      told.insert(next);
    }
    return told.contains(state);
  };
  // Where nobody listens: polls fail at once.
  ExporterProcess exporter({.url = "http://127.0.0.1:1",
                            .environment = {"NOTIFY_SOCKET=" + name, "WATCHDOG_USEC=60000000"}});
  EXPECT_TRUE(Eventually(kPatience, [&] { return hears("READY=1"); }));
  EXPECT_TRUE(Eventually(kPatience, [&] { return hears("WATCHDOG=1"); }));
  EXPECT_FALSE(hears("STOPPING=1"));
  EXPECT_TRUE(StopsInTime(exporter, SIGTERM));
  EXPECT_TRUE(hears("STOPPING=1"));
}

}  // namespace
}  // namespace cckm
