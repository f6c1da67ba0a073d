#!/usr/bin/env bash
# Builds with sanitizers and runs the tests.  Usage: sanitize.sh asan-ubsan | tsan
#
# The real programs, the simulator, simulated days and lists of hundreds of thousands are tested with sanitizers by
# tests/full.sh: that takes too long for the gate.  The thread sanitizer runs the tests in which threads meet, all others
# have one thread each.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
cmake --preset "$preset" >/dev/null
log=build/$preset/build.log
build() { cmake --build --preset "$preset" --target "$@" >"$log" || { tail -n 60 "$log"; exit 1; }; tail -n 1 "$log"; }
if [ "$preset" = tsan ]; then
  build thread_tests
  build/tsan/tests/unit/thread_tests --gtest_brief=1
else
  # As one process each: with a sanitizer a start takes longer than most tests.
  large='*ADayOfFaults*:FlatDayTest.*:*AHundredThousand*:*TwoThousandRefreshesASecond*:*WithoutAnEnd*'
  build collectors_tests exporter_tests
  run_part() {  # PROGRAM PART PARTS
    GTEST_SHARD_INDEX=$2 GTEST_TOTAL_SHARDS=$3 "build/$preset/tests/unit/$1" --gtest_brief=1 \
      --gtest_filter="-$large" >"build/$preset/$1.$2.log" 2>&1
  }
  run_part collectors_tests 0 1 & parts=($!)
  run_part exporter_tests 0 2 & parts+=($!)
  run_part exporter_tests 1 2 & parts+=($!)
  failed=0
  for part in "${parts[@]}"; do wait "$part" || failed=1; done
  [ $failed -eq 0 ] || cat "build/$preset"/*_tests.?.log
  tail -q -n 2 "build/$preset"/*_tests.?.log
  exit $failed
fi
