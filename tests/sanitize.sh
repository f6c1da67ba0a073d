#!/usr/bin/env bash
# Builds with sanitizers and runs the tests.  Usage: sanitize.sh asan-ubsan | tsan
#
# The thread sanitizer runs the tests in which threads meet, all others have one thread each.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
filter=()
if [ "$preset" = tsan ]; then
  filter=(-R 'Publisher|HttpServer|CurlHttpClient|StateStore|SelfMetrics|EventLog|LogTest|Recorder|Poller|Endpoints|RawServer|RawClient|Server|World|FakeClock|Ledger|Login|Latch|Session')
fi
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
# The real programs are tested with sanitizers by tests/full.sh, and so is a simulated day of faults, which
# takes minutes with them.
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" --target collectors_tests exporter_tests simulator_tests | tail -n 1
ctest --preset "$preset" -j "$(nproc)" -E 'NOT_BUILT|crash\.|hostile|ADayOfFaults' "${filter[@]}" | tail -n 30
