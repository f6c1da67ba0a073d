// A schedule that an option or a control request adds, in the form of a query:
//
//   name=TEXT             may be that of another schedule
//   run_at=CRON           when it is due, see cron.h; in a query + stands for a blank
//   shown_run_at=TEXT     what the API shows in its place, whatever it is
//   family=NAME           whose units it refreshes: one that the scheduler knows (external CM is
//   none) operation=TEXT        in place of family: something else, such as database_backup
//   units=A,B             IDs, or numbers for the N-th unit of the family's list; without it all:
//   synchronize_all disabled=yes          it is never due until a control request enables it
//   missed=N              its next N due times pass without a run; all: every one
//   description=TEXT, run_on=TEXT (any)
//   starts_in=TIME, ends_in=TIME, ended_ago=TIME    start_date and end_date; unset without these
//   queued=TIME           how long a run waits before it begins, with the status scheduled (0s)
//   age=TIME              how long ago it was created (0s)
//   runs=N                runs of former due times; it is at least as old as these
//   runs_as=STATUS        what these ended as: completed (the usual), failed or aborted
//   tenancy=NAME          of which tenancy domain it is; without it the first
//
// Thread-safety: plain values and a pure function, from any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "tests/simulator/cron.h"
#include "tests/simulator/families.h"
#include "tests/simulator/query.h"

namespace cckm::simulator {

enum class RunStatus { kScheduled, kInProgress, kCompleted, kFailed, kAborted };

// More due times than ever come.
inline constexpr std::uint64_t kEveryRun = std::numeric_limits<std::uint64_t>::max();

// As many runs as a schedule, or the appliance, may have at the start.
inline constexpr std::uint64_t kMostRuns = 1'000'000;

struct ScheduleRule {
  std::string name = {};
  std::string run_at = {};
  std::optional<Cron> cron = {};   // what run_at means
  std::string shown_run_at = {};   // empty: run_at
  const Family* family = nullptr;  // null for an operation that refreshes nothing
  std::string operation = {};
  std::vector<std::string> units = {};  // empty: all
  bool disabled = false;
  std::uint64_t missed = 0;
  std::string description = {};
  std::string run_on = "any";
  // From the moment it is added on; negative: before it.
  std::optional<std::chrono::nanoseconds> start = {};
  std::optional<std::chrono::nanoseconds> end = {};
  std::chrono::nanoseconds queued{0};
  std::chrono::nanoseconds age{0};
  std::uint64_t runs = 0;
  RunStatus runs_as = RunStatus::kCompleted;
  std::string tenancy = {};  // empty: the first
};

// The error says what is wrong.
tl::expected<ScheduleRule, std::string> ParseScheduleRule(const Query& query);

// A number of due times, or all.
std::optional<std::uint64_t> ParseMissed(std::string_view text);

// `count` schedules of the given families, one after the other, due once a day, with `runs` runs of
// former days among them.  Every tenth one backs something up, and every one where there is no
// family.  The same for the same seed.
std::vector<ScheduleRule> MakeScheduleRules(std::uint64_t seed, std::size_t count,
                                            std::uint64_t runs,
                                            const std::vector<const Family*>& families);

}  // namespace cckm::simulator
