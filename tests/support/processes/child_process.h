// A program that a test runs: its arguments, its standard streams, its end.
//
// Thread-safety: each object belongs to one thread.

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "collectors/base/file_descriptor.h"
#include "tests/support/processes/eventually.h"

namespace cckm {

// What a child finds as its standard error.
enum class ErrorStream { kPipe, kPipeWithoutReader, kClosed };

struct ChildSettings {
  std::vector<std::string> arguments = {};  // after the program's name
  std::filesystem::path folder = "/";       // where it works
  std::filesystem::path input = "/dev/null";
  std::filesystem::path output = {};  // empty: a pipe, for Output()
  ErrorStream error_stream = ErrorStream::kPipe;
  std::vector<std::string> environment = {};  // NAME=value, before the test's own
  std::vector<std::string> limits = {};       // as prlimit(1) takes them: --nofile=64:64
};

class ChildProcess {
 public:
  // Starts `program`, a path.  Throws std::system_error if that is not possible.
  ChildProcess(const std::string& program, const ChildSettings& settings);
  // Kills it if it still runs, and waits for its end.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;

  // The exit code, or 128 and the number of the signal that ended it; nothing if it still runs when
  // `limit` has passed.
  std::optional<int> WaitForExit(Nanoseconds limit);

  // All that it has written so far.
  const std::string& Output();
  const std::string& ErrorOutput();

  // From now on nobody reads its standard error: writing there fails.
  void CloseErrorOutput();
  // From now on writing to its standard error blocks.
  void FillErrorOutput();

 private:
  // The reading end of a pipe and what came out of it.
  struct Stream {
    FileDescriptor pipe{-1};
    std::string text;
    bool is_read = true;
    void Drain();
  };

  bool HasEnded();

  Stream output_;
  Stream error_output_;
  pid_t pid_ = -1;
  FileDescriptor process_{-1};  // readable once the process has ended
  std::optional<int> exit_code_;
};

struct EndedProcess {
  int exit_code = -1;  // -1: it had to be killed
  std::string output;
  std::string error_output;
};

// Runs `program` until it ends by itself.
EndedProcess RunToEnd(const std::string& program, const ChildSettings& settings);

}  // namespace cckm
