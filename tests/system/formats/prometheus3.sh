#!/usr/bin/env bash
# What a real Prometheus 3 makes of the real exporter: its formats, and the tests that ctest runs with Debian's Prometheus.
# Ends with a count; exits 77 where Prometheus 3 cannot be built.
#
# Usage: tests/system/formats/prometheus3.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/checks.sh
. tests/checks.sh
build=$(realpath "$1")
tools=$(tests/fetch_prometheus3.sh) || exit 77
export PYTHONPATH=$PWD/tests/support/processes PYTHONDONTWRITEBYTECODE=1

check "Prometheus 3 keeps the same of text, OpenMetrics and protobuf" \
  /usr/bin/python3 tests/system/formats/scrape_protocols.py --build-dir "$build" --prometheus "$tools/prometheus"
check "Prometheus 3 and its promtool find no fault with any exposition" \
  env CCKM_PROMETHEUS="$tools/prometheus" CCKM_PROMTOOL="$tools/promtool" \
  "$build/tests/system/integration/integration_tests" --gtest_brief=1 --gtest_filter='Prometheus*:Promtool*'
checks_done
