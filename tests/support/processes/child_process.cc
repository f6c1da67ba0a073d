#include "tests/support/processes/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace cckm {
namespace {

void Check(int error, const char* call) {
  if (error != 0) throw std::system_error(error, std::generic_category(), call);
}

// What happens to the descriptors of a child before it becomes its program.
class FileActions {
 public:
  FileActions() { Check(::posix_spawn_file_actions_init(&actions_), "file_actions_init"); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void Open(int number, const std::filesystem::path& path, int flags) {
    Check(::posix_spawn_file_actions_addopen(&actions_, number, path.c_str(), flags, 0600),
          "addopen");
  }
  void Duplicate(const FileDescriptor& from, int to) {
    Check(::posix_spawn_file_actions_adddup2(&actions_, from.number(), to), "adddup2");
  }
  void Close(int number) {
    Check(::posix_spawn_file_actions_addclose(&actions_, number), "addclose");
  }
  void Enter(const std::filesystem::path& folder) {
    Check(::posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str()), "addchdir");
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

struct Pipe {
  FileDescriptor reading_end;
  FileDescriptor writing_end;
};

// Only the reading end never blocks.
Pipe MakePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) Check(errno, "pipe2");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// As C wants a list of texts; they must outlive it.
std::vector<char*> PointersTo(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t Spawn(const std::string& program, const ChildSettings& settings, const FileActions& actions) {
  std::vector<std::string> words = settings.limits;
  if (!words.empty()) words.insert(words.begin(), "/usr/bin/prlimit");
  words.push_back(program);
  words.insert(words.end(), settings.arguments.begin(), settings.arguments.end());
  std::vector<std::string> variables = settings.environment;
  for (char** own = environ; *own != nullptr; ++own) variables.emplace_back(*own);
  pid_t pid = -1;
  const std::string first = words.front();
  Check(::posix_spawn(&pid, first.c_str(), actions.get(), nullptr, PointersTo(words).data(),
                      PointersTo(variables).data()),
        program.c_str());
  return pid;
}

}  // namespace

ChildProcess::ChildProcess(const std::string& program, const ChildSettings& settings) {
  Pipe output = MakePipe();
  Pipe error_output = MakePipe();
  FileActions actions;
  actions.Open(STDIN_FILENO, settings.input, O_RDONLY);
  if (settings.output.empty()) {
    actions.Duplicate(output.writing_end, STDOUT_FILENO);
  } else {
    actions.Open(STDOUT_FILENO, settings.output, O_WRONLY | O_CREAT | O_TRUNC);
  }
  if (settings.error_stream == ErrorStream::kClosed) {
    actions.Close(STDERR_FILENO);
  } else {
    actions.Duplicate(error_output.writing_end, STDERR_FILENO);
  }
  actions.Enter(settings.folder);
  if (settings.error_stream == ErrorStream::kPipe) {
    error_output_.pipe = std::move(error_output.reading_end);
  } else {
    error_output.reading_end = FileDescriptor(-1);
  }
  pid_ = Spawn(program, settings, actions);
  process_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  output_.pipe = std::move(output.reading_end);
}

ChildProcess::~ChildProcess() {
  if (exit_code_) return;
  Signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void ChildProcess::Signal(int signal) const {
  if (!exit_code_) ::kill(pid_, signal);
}

bool ChildProcess::HasEnded() {
  output_.Drain();
  error_output_.Drain();
  int status = 0;
  if (exit_code_ || ::waitpid(pid_, &status, WNOHANG) != pid_) return exit_code_.has_value();
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

std::optional<int> ChildProcess::WaitForExit(Nanoseconds limit) {
  if (!Eventually(
          limit, [this] { return HasEnded(); }, process_.number()))
    return std::nullopt;
  return exit_code_;
}

const std::string& ChildProcess::Output() {
  output_.Drain();
  return output_.text;
}

const std::string& ChildProcess::ErrorOutput() {
  error_output_.Drain();
  return error_output_.text;
}

void ChildProcess::CloseErrorOutput() { error_output_.pipe = FileDescriptor(-1); }

// Through a description of its own, so that the child's stays one that blocks.
void ChildProcess::FillErrorOutput() {
  error_output_.Drain();
  const std::string path = "/proc/self/fd/" + std::to_string(error_output_.pipe.number());
  const FileDescriptor writing_end(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (!writing_end) Check(errno, "open");
  const std::string page(4096, '.');
  for (const std::size_t size : {page.size(), std::size_t{1}}) {
    while (::write(writing_end.number(), page.data(), size) > 0) {
    }
  }
  error_output_.is_read = false;
}

void ChildProcess::Stream::Drain() {
  std::array<char, 65536> bytes;
  while (pipe && is_read) {
    const ssize_t count = ::read(pipe.number(), bytes.data(), bytes.size());
    if (count <= 0) return;
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

EndedProcess RunToEnd(const std::string& program, const ChildSettings& settings) {
  ChildProcess child(program, settings);
  const std::optional<int> exit_code = child.WaitForExit(kPatience);
  return {exit_code.value_or(-1), child.Output(), child.ErrorOutput()};
}

}  // namespace cckm
