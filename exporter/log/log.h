// The exporter's log: one line an event, logfmt or JSON, on standard error.
//
// Lines are written by a thread of their own, so that a blocked pipe never blocks a poller; what
// does not fit into its queue replaces the oldest waiting lines.  The one library that knows
// spdlog. Thread-safety: every method may be called from any thread.

#pragma once

#include <concepts>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"

namespace spdlog {
class async_logger;
namespace details {
class thread_pool;
}
}  // namespace spdlog

namespace cckm {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };
// Whether a line begins with its priority, such as <4>, for a reader that takes it off.  Source:
// sd-daemon(3).
enum class LogPriorities { kNo, kYes };

// One key=value of a line.  Keys are constants of the code: [a-z_]+.  Values may hold anything;
// they are quoted and escaped by the format, and invalid UTF-8 is replaced.
struct LogField {
  LogField(std::string_view field_key, std::string_view field_value)
      : key(field_key), value(field_value) {}
  LogField(std::string_view field_key, const char* field_value)
      : key(field_key), value(field_value) {}
  LogField(std::string_view field_key, std::integral auto number)
      : key(field_key), value(std::to_string(number)), is_number(true) {}

  std::string_view key;
  std::string value;
  bool is_number = false;
};

class Log {
 public:
  using Fields = std::vector<LogField>;

  // Writes lines of `level` and above to the descriptor of `out`, which must outlive this and stays
  // open.
  Log(std::FILE* out, LogLevel level, LogFormat format, const Clock& clock,
      LogPriorities priorities = LogPriorities::kNo);
  // Waits for the written lines at most a second.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // What looks like a token is redacted, wherever it came from.
  //
  // ts=2026-11-22T01:02:03.456Z level=warn msg="..." key=value
  void Write(LogLevel level, std::string_view message, const Fields& fields);

  void Info(std::string_view message, const Fields& fields = {}) {
    Write(LogLevel::kInfo, message, fields);
  }
  void Warn(std::string_view message, const Fields& fields = {}) {
    Write(LogLevel::kWarn, message, fields);
  }
  void Error(std::string_view message, const Fields& fields = {}) {
    Write(LogLevel::kError, message, fields);
  }

 private:
  const LogFormat format_;
  const LogPriorities priorities_;
  const Clock& clock_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

}  // namespace cckm
