// What the exporter tells the service manager that started it: that it serves, works and stops.
//
// Source: sd_notify(3) and sd_watchdog_enabled(3), which describe the protocol for programs that do
// not link libsystemd.
// Thread-safety: every method may be called from any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"

namespace cckm {

class ServiceManager {
 public:
  // By NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of the environment; without them nobody is
  // told anything.
  static ServiceManager OfThisProcess();

  // `socket` is a path, or an abstract name behind an @; empty: nobody is told anything.
  ServiceManager(std::string socket, std::optional<Nanoseconds> watchdog)
      : socket_(std::move(socket)), watchdog_(watchdog) {}

  void Ready() const { Tell("READY=1"); }
  void Stopping() const { Tell("STOPPING=1"); }
  void Alive() const { Tell("WATCHDOG=1"); }

  // How long it waits for Alive() before it restarts the service; none if it does not.
  std::optional<Nanoseconds> watchdog() const { return watchdog_; }

 private:
  // Best effort: a service manager that is gone is no reason to stop.
  void Tell(std::string_view state) const;

  const std::string socket_;
  const std::optional<Nanoseconds> watchdog_;
};

// True if what is written to this descriptor reaches systemd's journal, which reads the priority of
// a line from its beginning (JOURNAL_STREAM).  Source: systemd.exec(5), sd-daemon(3).
bool ReachesJournal(int descriptor);

// True if the service manager passes listening sockets to this process (LISTEN_PID, LISTEN_FDS).
// Source: sd_listen_fds(3).
bool GetsSocketsPassed();

}  // namespace cckm
