// One exporter against all hostile cases at once: starts everything, waits until each case has
// shown what it must, turns every upstream honest, waits until each target has recovered.
//
// Thread-safety: belongs to one thread.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/system/hostile/hostile_case.h"
#include "tests/system/hostile/scraper.h"

namespace cckm {

using ErrorReports = std::vector<std::string>;

struct HostileReport {
  std::map<std::string, ErrorReports> by_case;
  Scraper::Report scrapes;
  ErrorReports leaks;            // but for those in scrapes
  ErrorReports environment;      // it had an effect
  ErrorReports foreign_secrets;  // requests with a secret of another upstream
  ErrorReports control;          // a healthy target beside them was kept waiting
  ErrorReports process;          // it ended, or not when it was told to
  std::size_t control_polls = 0;
  double hostile_seconds = 0;
  double recovery_seconds = 0;
  double seconds = 0;
  long peak_memory_kib = 0;
};

// How long something usually took: once in a while anything is slow on a busy host.
Nanoseconds Median(std::vector<Nanoseconds> lengths);

std::vector<HostileCase> AllHostileCases();

// Throws if something does not start.
HostileReport RunAll(const std::vector<HostileCase>& cases);

}  // namespace cckm
