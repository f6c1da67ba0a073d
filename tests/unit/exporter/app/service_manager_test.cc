#include "exporter/app/service_manager.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "collectors/base/file_descriptor.h"
#include "tests/support/fakes/notify_socket.h"
#include "tests/support/fakes/temporary_folder.h"

namespace cckm {
namespace {

TEST(ServiceManagerTest, TellsEachStateInOneMessage) {
  const TemporaryFolder folder;
  for (const std::string& name :
       {folder.File("notify").string(), "@" + folder.File("abstract").string()}) {
    const NotifySocket listener(name);
    const ServiceManager manager(name, std::nullopt);
    manager.Ready();
    manager.Alive();
    manager.Stopping();
    EXPECT_EQ(listener.NextMessage(), "READY=1") << name;
    EXPECT_EQ(listener.NextMessage(), "WATCHDOG=1");
    EXPECT_EQ(listener.NextMessage(), "STOPPING=1");
    EXPECT_EQ(listener.NextMessage(), "");
  }
}

TEST(ServiceManagerTest, GoesOnWhereNobodyListens) {
  const TemporaryFolder folder;
  for (const std::string& name :
       {std::string(), folder.File("nobody").string(), std::string(200, 'x'), std::string("@")}) {
    const ServiceManager manager(name, std::nullopt);
    EXPECT_NO_THROW(manager.Ready()) << name;
  }
}

class ServiceEnvironmentTest : public testing::Test {
 protected:
  ~ServiceEnvironmentTest() override {
    for (const char* name :
         {"WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "JOURNAL_STREAM"}) {
      ::unsetenv(name);
    }
  }
  static void Set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }
  const std::string this_process_ = std::to_string(::getpid());
};

TEST_F(ServiceEnvironmentTest, TheWatchdogIsForThisProcessOnly) {
  EXPECT_EQ(ServiceManager::OfThisProcess().watchdog(), std::nullopt);
  Set("WATCHDOG_USEC", "30000000");
  EXPECT_EQ(ServiceManager::OfThisProcess().watchdog(), std::chrono::seconds(30));
  Set("WATCHDOG_PID", this_process_);
  EXPECT_EQ(ServiceManager::OfThisProcess().watchdog(), std::chrono::seconds(30));
  Set("WATCHDOG_PID", "1");
  EXPECT_EQ(ServiceManager::OfThisProcess().watchdog(), std::nullopt);
  Set("WATCHDOG_PID", this_process_);
  for (const char* wrong : {"", "0", "-1", "soon", "30s", "99999999999999999999"}) {
    Set("WATCHDOG_USEC", wrong);
    EXPECT_EQ(ServiceManager::OfThisProcess().watchdog(), std::nullopt) << wrong;
  }
}

TEST_F(ServiceEnvironmentTest, TheJournalIsReachedThroughItsOwnStreamOnly) {
  struct stat null {};
  ASSERT_EQ(::stat("/dev/null", &null), 0);
  const FileDescriptor stream(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const FileDescriptor other(::open("/dev/zero", O_WRONLY | O_CLOEXEC));
  EXPECT_FALSE(ReachesJournal(stream.number()));
  Set("JOURNAL_STREAM", std::to_string(null.st_dev) + ":" + std::to_string(null.st_ino));
  EXPECT_TRUE(ReachesJournal(stream.number()));
  EXPECT_FALSE(ReachesJournal(other.number()));
  EXPECT_FALSE(ReachesJournal(-1));
}

TEST_F(ServiceEnvironmentTest, PassedSocketsAreForThisProcessOnly) {
  EXPECT_FALSE(GetsSocketsPassed());
  Set("LISTEN_FDS", "1");
  EXPECT_FALSE(GetsSocketsPassed());
  Set("LISTEN_PID", this_process_);
  EXPECT_TRUE(GetsSocketsPassed());
  Set("LISTEN_PID", "1");
  EXPECT_FALSE(GetsSocketsPassed());
}

}  // namespace
}  // namespace cckm
