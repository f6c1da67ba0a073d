#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test: unit tests, tests of the real programs over loopback
# (with a real Prometheus), and the demo's check.  Ends with a count.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

say "Debian packages"
deploy/install-packages.sh build test
tools=$(tests/fetch_prometheus.sh)

say "Build (build/release)"
cmake --preset release >/dev/null
cmake --build build/release | tail -n 1

say "Unit and integration tests"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/ctest.log
mkdir "$work/expositions"
export CCKM_EXPOSITIONS=$work/expositions
export CCKM_PROMETHEUS=$tools/prometheus CCKM_PROMTOOL=$tools/promtool
failed_tests=0
ctest --preset release -j "$(nproc)" >"$log" 2>&1 || failed_tests=1
grep -E 'Failed|\*\*\*|tests passed|Total Test time|Skipped' "$log" || true
[ $failed_tests -eq 0 ] || grep -vE '^ *(Start|[0-9]+/[0-9]+ Test)' "$log" | tail -n 200
passed=$(grep -cE ' Passed +[0-9.]+ sec' "$log" || true)
skipped=$(grep -cE 'Skipped +[0-9.]+ sec' "$log" || true)
failed=$(grep -cE '(\*\*\*Failed|\*\*\*Timeout|\*\*\*Exception|\*\*\*Not Run)' "$log" || true)

say "promtool on every exposition that a test produced"
clean=0
for exposition in "$work"/expositions/*.txt; do
  if "$tools/promtool" check metrics <"$exposition" >"$work/promtool.log" 2>&1; then
    clean=$((clean + 1))
  else
    failed=$((failed + 1))
    cat "$work/promtool.log"
  fi
done
echo "$clean expositions are clean."
[ "$clean" -gt 0 ] || failed=$((failed + 1))

say "Demo"
if deploy/demo.sh --check; then passed=$((passed + 1)); else failed=$((failed + 1)); fi

say "Summary"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ $failed_tests -eq 0 ]
