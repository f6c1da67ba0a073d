#include "exporter/app/process.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "exporter/app/run.h"

namespace cckm {
namespace {

sigset_t TakenSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

// A socket or file that gets the number of a closed standard stream gets what is written there.
void OpenClosedStandardStreams() {
  int opened = -1;
  do {
    opened = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  } while (opened >= STDIN_FILENO && opened <= STDERR_FILENO);
  if (opened >= 0) ::close(opened);
}

// An exception that nobody caught, in whatever thread: a bug, which has its own exit code.
[[noreturn]] void EndForABug() {
  try {
    if (const std::exception_ptr bug = std::current_exception()) std::rethrow_exception(bug);
  } catch (const std::exception& bug) {
    std::fprintf(stderr, "cckm_exporter: this is a bug: %s\n", bug.what());
  } catch (...) {
    std::fputs("cckm_exporter: this is a bug: an unknown exception\n", stderr);
  }
  std::_Exit(kExitBug);
}

}  // namespace

void PrepareProcess() {
  OpenClosedStandardStreams();
  std::set_terminate(EndForABug);
  constexpr int kLargeBlock = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargeBlock);
  mallopt(M_TRIM_THRESHOLD, kLargeBlock);
  mallopt(M_ARENA_MAX, 2);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_DUMPABLE, 0);
  // The call that would raise them fails instead: a peer that is gone, a limit of file sizes.
  for (const int raised : {SIGPIPE, SIGXFSZ}) signal(raised, SIG_IGN);
}

Signals::Signals() {
  const sigset_t set = TakenSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Signals::Kind Signals::Next() {
  const sigset_t set = TakenSignals();
  int signal = 0;
  while (sigwait(&set, &signal) != 0) {
  }
  return signal == SIGHUP ? Kind::kReload : Kind::kStop;
}

// A timer of the kernel, for the process may have no thread left to start.
void ExitWithin(std::chrono::milliseconds limit) {
  signal(SIGALRM, [](int /*signal*/) { std::_Exit(EXIT_SUCCESS); });
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(limit - seconds);
  const itimerval timer{.it_interval = {}, .it_value = {seconds.count(), rest.count()}};
  setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace cckm
