// The log, as it reaches the file.

#include "exporter/log/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace cckm {
namespace {

class FixedClock final : public Clock {
 public:
  explicit FixedClock(Nanoseconds since_epoch) : now_(since_epoch) {}
  WallTime Now() const override { return WallTime(now_); }
  SteadyTime SteadyNow() const override { return SteadyTime(now_); }

 private:
  Nanoseconds now_;
};

const FixedClock kClock(std::chrono::milliseconds(1795309323456));  // 2026-11-22T01:02:03.456Z

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::string ContentOf(std::FILE* file) {
  std::rewind(file);
  std::string content;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) content += static_cast<char>(c);
  return content;
}

// What one line with one field looks like.
std::string Line(LogFormat format, std::string_view message, const LogField& field,
                 const Clock& clock = kClock) {
  const File file(std::tmpfile());
  Log(file.get(), LogLevel::kDebug, format, clock).Warn(message, {field});
  return ContentOf(file.get());
}

TEST(LogTest, LogfmtShowsTimeLevelMessageAndFields) {
  const File file(std::tmpfile());
  {
    Log log(file.get(), LogLevel::kDebug, LogFormat::kLogfmt, kClock);
    log.Write(LogLevel::kDebug, "a", {});
    log.Info("b c", {{"target", "cm-prod"}, {"status", std::int64_t{-503}}});
    log.Error("d", {{"path", "/a b"}});
  }
  EXPECT_EQ(ContentOf(file.get()),
            "ts=2026-11-22T01:02:03.456Z level=debug msg=\"a\"\n"
            "ts=2026-11-22T01:02:03.456Z level=info msg=\"b c\" target=cm-prod status=-503\n"
            "ts=2026-11-22T01:02:03.456Z level=error msg=\"d\" path=\"/a b\"\n");
}

TEST(LogTest, ForTheJournalEachLineBeginsWithItsPriority) {
  const File file(std::tmpfile());
  {
    Log log(file.get(), LogLevel::kDebug, LogFormat::kLogfmt, kClock, LogPriorities::kYes);
    log.Write(LogLevel::kDebug, "a", {});
    log.Info("b\nc");
    log.Warn("d");
    log.Error("e");
  }
  EXPECT_EQ(ContentOf(file.get()),
            "<7>ts=2026-11-22T01:02:03.456Z level=debug msg=\"a\"\n"
            "<6>ts=2026-11-22T01:02:03.456Z level=info msg=\"b\\nc\"\n"
            "<4>ts=2026-11-22T01:02:03.456Z level=warn msg=\"d\"\n"
            "<3>ts=2026-11-22T01:02:03.456Z level=error msg=\"e\"\n");
}

TEST(LogTest, JsonIsOneObjectALineWithNumbersAsNumbers) {
  EXPECT_EQ(Line(LogFormat::kJson, "b \"c\"\n", {"status", std::int64_t{-9223372036854775807}}),
            "{\"ts\":\"2026-11-22T01:02:03.456Z\",\"level\":\"warn\",\"msg\":\"b \\\"c\\\"\\n\","
            "\"status\":-9223372036854775807}\n");
  EXPECT_EQ(
      Line(LogFormat::kJson, "m", {"id", "503"}),
      "{\"ts\":\"2026-11-22T01:02:03.456Z\",\"level\":\"warn\",\"msg\":\"m\",\"id\":\"503\"}\n");
}

TEST(LogTest, ValuesAreQuotedAndEscapedWhereNeeded) {
  const struct {
    std::string value;
    std::string logfmt;
    std::string json;
  } cases[] = {
      {"plain-/:.,503", "plain-/:.,503", "\"plain-/:.,503\""},
      {"", "\"\"", "\"\""},
      {"a b", "\"a b\"", "\"a b\""},
      {"a=b", "\"a=b\"", "\"a=b\""},
      {"a\"b", "\"a\\\"b\"", "\"a\\\"b\""},
      {"a\\b", "\"a\\\\b\"", "\"a\\\\b\""},
      {"a\nb\r\t", "\"a\\nb\\r\\t\"", "\"a\\nb\\r\\t\""},
      {std::string("\0\x1b[2J", 5), "\"\\u0000\\u001b[2J\"", "\"\\u0000\\u001b[2J\""},
      {"\x7f", "\"\\u007f\"", "\"\\u007f\""},
      {"\xC2\x9B"
       "2J",
       "\"\\u009b2J\"", "\"\\u009b2J\""},
      {"a\xE2\x80\xAE"
       "b\xE2\x80\xA8"
       "c",
       "\"a\\u202eb\\u2028c\"", "\"a\\u202eb\\u2028c\""},
      {"\xC2\xA0\xC3\xA9", "\"\xC2\xA0\xC3\xA9\"", "\"\xC2\xA0\xC3\xA9\""},
      {"a\xFF"
       "b",
       "\"a\xEF\xBF\xBD"
       "b\"",
       "\"a\xEF\xBF\xBD"
       "b\""},
      {"\xE2\x82", "\"\xEF\xBF\xBD\"", "\"\xEF\xBF\xBD\""},
  };
  for (const auto& row : cases) {
    EXPECT_EQ(Line(LogFormat::kLogfmt, "m", {"key", row.value}),
              "ts=2026-11-22T01:02:03.456Z level=warn msg=\"m\" key=" + row.logfmt + "\n");
    EXPECT_EQ(Line(LogFormat::kJson, row.value, {"key", row.value}),
              "{\"ts\":\"2026-11-22T01:02:03.456Z\",\"level\":\"warn\",\"msg\":" + row.json +
                  ",\"key\":" + row.json + "}\n");
  }
}

TEST(LogTest, AWholeSecondHasItsMillisecondsToo) {
  const FixedClock clock(std::chrono::seconds(1795309323) + Nanoseconds(999'999));
  EXPECT_EQ(Line(LogFormat::kLogfmt, "m", {"k", "v"}, clock),
            "ts=2026-11-22T01:02:03.000Z level=warn msg=\"m\" k=v\n");
}

TEST(LogTest, LinesBelowTheLevelAreLeftOut) {
  const std::vector<std::string> levels = {"debug", "info", "warn", "error"};
  for (std::size_t level = 0; level < levels.size(); ++level) {
    const File file(std::tmpfile());
    {
      Log log(file.get(), static_cast<LogLevel>(level), LogFormat::kLogfmt, kClock);
      log.Write(LogLevel::kDebug, "m", {});
      log.Info("m");
      log.Warn("m");
      log.Error("m");
    }
    std::string expected;
    for (std::size_t i = level; i < levels.size(); ++i) {
      expected += "ts=2026-11-22T01:02:03.456Z level=" + levels[i] + " msg=\"m\"\n";
    }
    EXPECT_EQ(ContentOf(file.get()), expected);
  }
}

TEST(LogTest, ThreadsWriteWholeLines) {
  constexpr int kThreads = 4;
  constexpr int kLines = 100;
  const File file(std::tmpfile());
  {
    Log log(file.get(), LogLevel::kInfo, LogFormat::kLogfmt, kClock);
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&log] {
        for (int line = 0; line < kLines; ++line) log.Info("m", {{"k", "v"}});
      });
    }
  }
  const std::string line = "ts=2026-11-22T01:02:03.456Z level=info msg=\"m\" k=v\n";
  std::string expected;
  for (int i = 0; i < kThreads * kLines; ++i) expected += line;
  EXPECT_EQ(ContentOf(file.get()), expected);
}

// A pipe that is full and that nobody reads.
class FullPipe {
 public:
  FullPipe() {
    int ends[2] = {-1, -1};
    if (pipe(ends) != 0) return;
    reader_ = ends[0];
    writer_.reset(fdopen(ends[1], "w"));
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (write(ends[1], "x", 1) == 1) {
    }
    fcntl(ends[1], F_SETFL, 0);
  }
  // The blocked thread gets an error once the reader is gone.  The file stays open, because nobody
  // can tell when that thread has ended.
  ~FullPipe() {
    close(reader_);
    static_cast<void>(writer_.release());
  }
  FullPipe(const FullPipe&) = delete;
  FullPipe& operator=(const FullPipe&) = delete;

  std::FILE* writer() const { return writer_.get(); }

 private:
  int reader_ = -1;
  File writer_;
};

TEST(LogTest, ABlockedPipeHoldsUpNeitherTheWritersNorTheEnd) {
  signal(SIGPIPE, SIG_IGN);
  std::promise<void> end;
  const std::future<void> ended = end.get_future();
  std::jthread program;  // joined after the pipe was closed, which frees it in any case
  const FullPipe pipe;
  program = std::jthread([out = pipe.writer(), &end] {
    {
      Log log(out, LogLevel::kInfo, LogFormat::kLogfmt, kClock);
      for (int i = 0; i < 10'000; ++i) log.Info("more lines than the queue holds");
    }
    end.set_value();
  });
  EXPECT_EQ(ended.wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST(LogTest, AClosedPipeLosesTheLinesAndNothingElse) {
  signal(SIGPIPE, SIG_IGN);
  int ends[2] = {-1, -1};
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  const File writer(fdopen(ends[1], "w"));
  Log log(writer.get(), LogLevel::kInfo, LogFormat::kLogfmt, kClock);
  log.Info("m");
}

}  // namespace
}  // namespace cckm
