#include "exporter/log/log.h"

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "collectors/base/redact.h"
#include "collectors/base/rfc3339.h"
#include "collectors/base/text.h"

namespace cckm {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kQueuedLines = 2048;  // some hundred bytes each, allocated at once
constexpr auto kMaxWait = std::chrono::seconds(1);

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 4> kPriorities = {"<7>", "<6>", "<4>", "<3>"};
constexpr std::array<spdlog::level::level_enum, 4> kSpdlogLevels = {
    spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};

// Writes whole lines to the file's descriptor, past stdio: a thread that is blocked in here must
// not hold the file's lock when the process ends.
class DescriptorSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit DescriptorSink(int descriptor) : descriptor_(descriptor) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string_view rest(message.payload.data(), message.payload.size());
    while (!rest.empty()) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0 && errno == EAGAIN && WaitUntilWritable()) continue;
      if (written <= 0) return;  // nobody reads; there is nowhere to say so
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void flush_() override {}

  // For a pipe that somebody made non-blocking: the same wait as in a blocking write.
  bool WaitUntilWritable() const {
    pollfd waiting{descriptor_, POLLOUT, 0};
    return ::poll(&waiting, 1, -1) > 0 || errno == EINTR;
  }

  const int descriptor_;
};

// Milliseconds always, so that the lines align.
std::string Timestamp(WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::floor<std::chrono::milliseconds>(time - second).count();
  std::string text = FormatRfc3339(second);
  text.insert(text.size() - 1, fmt::format(".{:03}", rest));
  return text;
}

// JSON lets late controls, separators and marks of direction pass, which terminals obey.
std::string ToText(const ordered_json& value) {
  constexpr int kOneLine = -1;
  return EscapeUnfit(value.dump(kOneLine, ' ', false, ordered_json::error_handler_t::replace));
}

bool NeedsQuotes(std::string_view value) {
  return value.empty() || std::ranges::any_of(value, [](char c) {
           return c <= ' ' || c > '~' || c == '=' || c == '"' || c == '\\';
         });
}

std::string LogfmtValue(std::string_view value) {
  return NeedsQuotes(value) ? ToText(std::string(value)) : std::string(value);
}

std::string LogfmtLine(std::string_view time, std::string_view level, std::string_view message,
                       const Log::Fields& fields) {
  std::string line =
      fmt::format("ts={} level={} msg={}", time, level, ToText(std::string(message)));
  for (const LogField& field : fields) {
    line += fmt::format(" {}={}", field.key, LogfmtValue(field.value));
  }
  return line;
}

std::string JsonLine(std::string_view time, std::string_view level, std::string_view message,
                     const Log::Fields& fields) {
  ordered_json line = {{"ts", time}, {"level", level}, {"msg", message}};
  for (const LogField& field : fields) {
    line[std::string(field.key)] =
        field.is_number ? ordered_json(std::stoll(field.value)) : ordered_json(field.value);
  }
  return ToText(line);
}

using ThreadPool = spdlog::details::thread_pool;

// The pool's destructor waits until every line is written, so where the reader of the lines stands
// still it is left to a thread of its own, which ends with the process.
void CloseInTime(std::shared_ptr<ThreadPool> pool, std::shared_ptr<spdlog::async_logger> logger) {
  std::promise<void> done;
  std::future<void> is_done = done.get_future();
  std::thread closer(
      [pool = std::move(pool), logger = std::move(logger), done = std::move(done)]() mutable {
        pool.reset();
        done.set_value();
      });
  if (is_done.wait_for(kMaxWait) == std::future_status::ready) {
    closer.join();
  } else {
    closer.detach();
  }
}

}  // namespace

Log::Log(std::FILE* out, LogLevel level, LogFormat format, const Clock& clock,
         LogPriorities priorities)
    : format_(format),
      priorities_(priorities),
      clock_(clock),
      pool_(std::make_shared<ThreadPool>(kQueuedLines, 1)),
      logger_(std::make_shared<spdlog::async_logger>(
          "cckm", std::make_shared<DescriptorSink>(fileno(out)), pool_,
          spdlog::async_overflow_policy::overrun_oldest)) {
  logger_->set_level(kSpdlogLevels[static_cast<std::size_t>(level)]);
}

Log::~Log() { CloseInTime(std::move(pool_), std::move(logger_)); }

void Log::Write(LogLevel level, std::string_view message, const Fields& fields) {
  const auto index = static_cast<std::size_t>(level);
  if (!logger_->should_log(kSpdlogLevels[index])) return;
  const std::string time = Timestamp(clock_.Now());
  const auto name = kLevelNames[index];
  std::string line = format_ == LogFormat::kJson ? JsonLine(time, name, message, fields)
                                                 : LogfmtLine(time, name, message, fields);
  RedactTokens(line);
  if (priorities_ == LogPriorities::kYes) line.insert(0, kPriorities[index]);
  line += '\n';
  logger_->log(kSpdlogLevels[index], spdlog::string_view_t(line));
}

}  // namespace cckm
