# What scripts of checks have in common: run one after the other, show what a failed one said, count.
#
# Sourced by the run.sh of tests/deploy/operations, tests/deploy/grafana, tests/deploy/helm, tests/deploy/packages and tests/deploy/cluster, and by
# tests/deploy/packages/systemd.sh, which end with `checks_done`.
# `work` is a folder that goes at the end.
# shellcheck shell=bash

passed=0
failed=0
skipped=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# require TOOL...: ends the script where one is missing, or python3-yaml.
require() {
  local tool missing=0
  for tool in "$@"; do
    command -v "$tool" >/dev/null || { echo "Missing: $tool" >&2; missing=1; }
  done
  python3 -c 'import yaml' 2>/dev/null || { echo "Missing: python3-yaml" >&2; missing=1; }
  [ $missing -eq 0 ] || { echo "$0 cannot run without these." >&2; exit 1; }
}

# check NAME COMMAND...: runs it, and shows what it said only if it fails.  It runs in a shell of its own, because bash
# forgets `set -e` within the condition of an `if`.
check() {
  local name=$1 code
  shift
  set +e
  (set -e; "$@") >"$work/log" 2>&1
  code=$?
  set -e
  if [ $code -eq 0 ]; then
    passed=$((passed + 1))
    printf 'ok      %s\n' "$name"
  else
    failed=$((failed + 1))
    printf 'FAILED  %s\n' "$name"
    sed -n 1,80p "$work/log"
  fi
}

# eventually SECONDS COMMAND...: until it succeeds.
eventually() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || { echo "In vain: $*"; return 1; }
    sleep 0.5
  done
}

# The last line, and the script's exit code.
checks_done() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
}
