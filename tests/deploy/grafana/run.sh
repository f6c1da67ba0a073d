#!/usr/bin/env bash
# Checks the Grafana dashboards: against the exporter's metrics, the rules and the runbooks, and by asking every query of a
# real Prometheus that scrapes the real exporter.  Ends with a count, in less than 90 seconds.
#
# Needs the Debian packages python3-yaml, yamllint and shellcheck, and a built build/release or the programs in CCKM_EXPORTER
# and CCKM_SIMULATOR; prometheus is unpacked below build/tools.  PROMETHEUS=path takes another prometheus.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/checks.sh
. tests/checks.sh

PATH=$(tests/fetch_prometheus.sh):$PATH
export PATH PYTHONDONTWRITEBYTECODE=1
exporter=${CCKM_EXPORTER:-build/release/exporter/cckm_exporter}
simulator=${CCKM_SIMULATOR:-build/release/tests/simulator/ciphertrust_simulator}
prometheus=${PROMETHEUS:-$(command -v prometheus)}
require "$exporter" "$simulator" "$prometheus" yamllint shellcheck python3

finds_what_is_broken() {
  python3 tests/deploy/grafana/check_dashboards.py --dashboards tests/deploy/grafana/broken/checked >"$work/findings" && return 1
  diff tests/deploy/grafana/broken/findings.txt "$work/findings"
}

# What the README tells to do before first use leaves no example address.
addresses_can_be_replaced() {
  local command
  cp -r deploy/grafana/dashboards "$work/dashboards"
  command=$(grep -m 1 -o "^sed -i '[^']*'" deploy/grafana/README.md | sed "s/^sed -i '//; s/'$//")
  [ -n "$command" ] || { echo "README.md has no sed command"; return 1; }
  sed -i "$command" "$work"/dashboards/*.json
  if grep -n 'example\.com' "$work"/dashboards/*.json; then return 1; fi
}

check "the dashboards are what generate.py writes" python3 deploy/grafana/generate.py --check
check "dashboards, exporter, rules and runbooks agree" python3 tests/deploy/grafana/check_dashboards.py
check "the checker finds every mistake of the broken example" finds_what_is_broken
check "every query finds something, classic and native, with one exporter and two; broken ones do not" \
  timeout 80 python3 tests/deploy/grafana/query_dashboards.py \
  --exporter "$exporter" --simulator "$simulator" --prometheus "$prometheus"
check "the example addresses can be replaced" addresses_can_be_replaced
check "yamllint" yamllint -s -c tests/deploy/operations/yamllint.yml deploy/grafana
check "shellcheck" shellcheck -x tests/deploy/grafana/run.sh

checks_done
