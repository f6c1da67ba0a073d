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
# Building Prometheus 3 and Helm takes minutes the first time, and most of what follows waits more than it works.
{ tests/fetch_prometheus3.sh; tests/fetch_helm.sh; } >/dev/null 2>&1 &
fetching=$!
log=$work/ctest.log
mkdir "$work/expositions"
export CCKM_EXPOSITIONS=$work/expositions
export CCKM_PROMETHEUS=$tools/prometheus CCKM_PROMTOOL=$tools/promtool
failed_tests=0
# Most of the long ones wait rather than work.
ctest --preset release -j $((2 * $(nproc))) >"$log" 2>&1 || failed_tests=1
grep -E 'Failed|\*\*\*|tests passed|Total Test time|Skipped' "$log" || true
[ $failed_tests -eq 0 ] || grep -vE '^ *(Start|[0-9]+/[0-9]+ Test)' "$log" | tail -n 200
passed=$(grep -cE ' Passed +[0-9.]+ sec' "$log" || true)
skipped=$(grep -cE 'Skipped +[0-9.]+ sec' "$log" || true)
failed=$(grep -cE '(\*\*\*Failed|\*\*\*Timeout|\*\*\*Exception|\*\*\*Not Run)' "$log" || true)

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

# Starts a script that waits more than it works, for count_in to end.
declare -A started
start() {  # SCRIPT [ARGUMENT...]
  "$@" >"$work/${1//\//-}.log" 2>&1 &
  started[$1]=$!
}

# What a script of checks says at its end counts with the rest.
count_in() {  # SCRIPT [ARGUMENT...]
  local sum code=0 log=$work/${1//\//-}.log
  say "$*"
  [ -n "${started[$1]-}" ] || start "$@"
  wait "${started[$1]}" || code=$?
  cat "$log"
  if [ $code -eq 77 ]; then
    skipped=$((skipped + 1))
    echo "SKIPPED: $1, see above"
    return
  fi
  sum=$(grep -oE '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tail -n 1)
  if [ -z "$sum" ] || { [ $code -ne 0 ] && [[ $sum == *" 0 failed"* ]]; }; then
    failed=$((failed + 1))
    echo "FAILED: $1 ended without a count"
    return
  fi
  read -r part_passed _ part_failed _ part_skipped _ <<<"${sum//,/}"
  passed=$((passed + part_passed))
  failed=$((failed + part_failed))
  skipped=$((skipped + ${part_skipped:-0}))
}
start tests/packages/run.sh build/release
count_in tests/grafana/run.sh
count_in tests/packages/run.sh build/release

tests/e2e/status_page.sh >"$work/page.log" 2>&1 &
page=$!
say "The chain from a refresh that fails to the one who is told"
if tests/e2e/chain.sh; then passed=$((passed + 1)); else failed=$((failed + 1)); fi

say "The status page in Chromium"
if wait $page; then
  passed=$((passed + 1))
  tail -n 9 "$work/page.log"
else
  failed=$((failed + 1))
  cat "$work/page.log"
fi

say "Demo"
if deploy/demo.sh --check; then passed=$((passed + 1)); else failed=$((failed + 1)); fi

wait $fetching || true
count_in tests/operations/run.sh
count_in tests/formats/prometheus3.sh build/release
count_in tests/helm/run.sh

say "Summary"
echo "Not run here, because they take minutes more: tests/packages/image.sh without an argument (the container images from the"
echo "sources alone), tests/packages/debian13.sh, tests/packages/systemd.sh (the package under a real systemd), and"
echo "tests/cluster/run.sh (the chart on a real Kubernetes)."
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ $failed_tests -eq 0 ]
