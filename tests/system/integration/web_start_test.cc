// The start of the real binary where the system gives the web server too few threads.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/system/integration/exporter_process.h"

namespace cckm {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kConnections = 8;
// Its own threads: one a connection and eight to tell those over the limit to go; then the one that
// accepts.
constexpr int kWorkers = kConnections + 8;

EndedProcess StartWithThreads(int threads) {
  const ConfigFolder folder;
  WriteConfig(folder, {.url = "http://127.0.0.1:1"});
  return RunToEnd(CCKM_EXPORTER_BINARY,
                  {.arguments = {"--config.file=config.yaml",
                                 "--storage.path=", "--web.listen-address=127.0.0.1:0",
                                 "--web.max-connections=" + std::to_string(kConnections)},
                   .folder = folder.File(""),
                   .environment = {"LD_PRELOAD=" CCKM_FAILING_THREAD_LIBRARY,
                                   "FAILING_THREAD_AFTER=" + std::to_string(threads)}});
}

TEST(WebStartTest, EndsWithAReasonWhereTheThreadThatAcceptsCannotStart) {
  for (int i = 0; i < 5; ++i) {
    const EndedProcess ended = StartWithThreads(kWorkers);
    EXPECT_EQ(ended.exit_code, 3) << ended.error_output;
    EXPECT_THAT(ended.error_output, HasSubstr("cannot listen on 127.0.0.1:0: "));
    EXPECT_THAT(ended.error_output, HasSubstr("thread"));
    EXPECT_THAT(ended.error_output, Not(HasSubstr("Listening")));
  }
}

TEST(WebStartTest, EndsWithAReasonWhereAConnectionCannotHaveItsThread) {
  for (const int threads : {0, 1, kWorkers - 1}) {
    const EndedProcess ended = StartWithThreads(threads);
    EXPECT_EQ(ended.exit_code, 3) << ended.error_output;
    EXPECT_THAT(ended.error_output, HasSubstr("thread"));
    EXPECT_THAT(ended.error_output, Not(HasSubstr("Listening")));
  }
}

}  // namespace
}  // namespace cckm
