#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test: unit tests, tests of the real programs over loopback
# (with a real Prometheus), packages, rules, dashboards, chart, the page in a browser, and the demo's check.  Ends with a count.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s (%d s)\n' "$*" $SECONDS; }

say "Debian packages"
deploy/install-packages.sh build test
tools=$(tests/fetch_prometheus.sh)
tests/fetch_alertmanager.sh >/dev/null

say "Build (build/release)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --preset release >/dev/null
cmake --build build/release >"$work/build.log" || { tail -n 60 "$work/build.log"; exit 1; }
tail -n 1 "$work/build.log"

say "Tests"
mkdir "$work/expositions"
export CCKM_EXPOSITIONS=$work/expositions
export CCKM_PROMETHEUS=$tools/prometheus CCKM_PROMTOOL=$tools/promtool
failed_tests=0
# Most of the long ones wait rather than work.
ctest --preset release -j $((2 * $(nproc))) >"$work/ctest.log" 2>&1 || failed_tests=1
log=build/release/Testing/Temporary/LastTest.log
grep -E 'tests passed|Total Test time' "$work/ctest.log"
[ $failed_tests -eq 0 ] || grep -vE '^ *(Start|[0-9]+/[0-9]+ Test.* Passed)' "$work/ctest.log" | tail -n 300
passed=$(grep -cE ' Passed +[0-9.]+ sec' "$work/ctest.log" || true)
skipped=$(grep -cE 'Skipped +[0-9.]+ sec' "$work/ctest.log" || true)
failed=$(grep -cE '\*\*\*(Failed|Timeout|Exception|Not Run)' "$work/ctest.log" || true)
grep -E '^SKIPPED' "$log" || true
# A script counts as the checks that it counted itself.
while read -r part_passed _ part_failed _ part_skipped _; do
  passed=$((passed + part_passed - (part_failed == 0)))
  failed=$((failed + part_failed - (part_failed > 0)))
  skipped=$((skipped + ${part_skipped:-0}))
done < <(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tr -d ,)

say "promtool on every exposition that a test produced"
clean=0
# promtool takes the number of shards for a part of a histogram.
expected='cckm_exporter_shard_count non-histogram and non-summary metrics should not have "_count" suffix'
for exposition in "$work"/expositions/*.txt; do
  code=0
  "$tools/promtool" check metrics <"$exposition" >"$work/promtool.log" 2>&1 || code=$?
  if { [ $code -eq 0 ] || [ $code -eq 3 ]; } && ! grep -vqxF "$expected" "$work/promtool.log"; then
    clean=$((clean + 1))
  else
    failed=$((failed + 1))
    cat "$work/promtool.log"
  fi
done
echo "$clean expositions are clean."
[ "$clean" -gt 0 ] || failed=$((failed + 1))

say "Summary"
echo "Not run here, because they take minutes more: tests/system/formats/prometheus3.sh and the rules under Prometheus 3, which is"
echo "built from its sources; in tests/deploy/packages: image.sh without an argument (the container images from the sources alone),"
echo "debian13.sh, matrix.sh (other compilers and flags), systemd.sh (the package under a real systemd); and"
echo "tests/deploy/cluster/run.sh (the chart on a real Kubernetes).  tests/full.sh runs them all."
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ $failed_tests -eq 0 ]
