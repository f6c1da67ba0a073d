#!/usr/bin/env bash
# Checks everything of deploy/ that tells of the exporter's metrics: Prometheus rules with their unit tests, scrape
# configurations, Alertmanager's routes and inhibitions, runbooks.  Ends with a count, in less than a minute.
#
# Needs the Debian packages python3-yaml, yamllint and shellcheck; prometheus and prometheus-alertmanager are unpacked
# below build/tools.  PROMTOOL=path takes another promtool.  Rules and scrape configurations are checked by the promtool of
# Prometheus 3 as well, where tests/fetch_prometheus3.sh has built it or PROMTOOL3=path names one.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/checks.sh
. tests/checks.sh

PATH=$(tests/fetch_prometheus.sh):$(tests/fetch_alertmanager.sh):$PATH
export PATH PYTHONDONTWRITEBYTECODE=1
promtool=${PROMTOOL:-promtool}
require "$promtool" prometheus alertmanager amtool yamllint shellcheck python3
# Ranges are left-open since Prometheus 3: what stands on the edge of one is another.
promtool3=${PROMTOOL3-$(ls -d build/tools/prometheus-v*/promtool 2>/dev/null || true)}

# The scrape configurations name secrets, which promtool wants to see.
cp -r deploy/prometheus "$work/prometheus"
mkdir "$work/prometheus/scrape/secrets"
for file in ca.pem ciphertrust_ca.pem ciphertrust_metrics_token cckm_exporter_password; do
  : >"$work/prometheus/scrape/secrets/$file"
done

shows_success() { cat "$1" && [ -e "$2" ]; }

finds_what_is_broken() {
  python3 tests/deploy/operations/check_rules.py --deploy tests/deploy/operations/broken >"$work/findings" && return 1
  diff tests/deploy/operations/broken/findings.txt "$work/findings"
}

parses_queries_of_runbooks() {
  python3 tests/deploy/operations/check_rules.py --queries >"$work/queries.yml" && "$promtool" check rules "$work/queries.yml"
}

routes_as_told() {
  local receiver labels wrong=0
  while IFS=$'\t' read -r receiver labels; do
    case $receiver in '' | '#'*) continue ;; esac
    # shellcheck disable=SC2086  # one word for each label
    amtool config routes test --config.file=deploy/alertmanager/alertmanager.yml \
      --verify.receivers="$receiver" $labels || { echo "not to $receiver: $labels"; wrong=1; }
  done <tests/deploy/operations/routes.tsv
  return $wrong
}

# By one promtool: PROGRAM NAME.
check_with() {
  local promtool=$1 name=$2 file said
  for file in deploy/prometheus/rules/*.yml; do
    check "$name check rules $file" "$promtool" check rules --lint=all --lint-fatal "$file"
  done
  # The longest part: side by side, and looked at afterwards.
  for file in deploy/prometheus/tests/*.yml; do
    said=$work/$name-${file##*/}
    { timeout 300 "$promtool" test rules "$file" && : >"$said.passed"; } >"$said" 2>&1 &
  done
  wait
  for file in deploy/prometheus/tests/*.yml; do
    said=$work/$name-${file##*/}
    check "$name test rules $file" shows_success "$said" "$said.passed"
  done
  for file in "$work"/prometheus/scrape/*.yml; do
    check "$name check config deploy/prometheus/scrape/${file##*/}" "$promtool" check config --lint=all "$file"
  done
}

check_with "$promtool" promtool
if [ -n "$promtool3" ]; then
  check_with "$promtool3" promtool3
else
  skipped=$((skipped + 1))
  echo "SKIPPED the rules under Prometheus 3: tests/fetch_prometheus3.sh builds it, which takes minutes"
fi
check "rules, tests, runbooks and exporter agree" python3 tests/deploy/operations/check_rules.py
check "the checker finds every mistake of the broken example" finds_what_is_broken
check "promtool parses the queries of the runbooks" parses_queries_of_runbooks
check "amtool check-config" amtool check-config deploy/alertmanager/alertmanager.yml
check "amtool config routes test" routes_as_told
check "inhibitions of a real Alertmanager" \
  python3 tests/deploy/operations/check_inhibitions.py deploy/alertmanager/alertmanager.yml tests/deploy/operations/inhibitions.tsv
check "messages list twenty alerts and count the others" \
  python3 tests/deploy/operations/check_messages.py deploy/alertmanager/alertmanager.yml
check "yamllint" yamllint -s -c tests/deploy/operations/yamllint.yml \
  deploy/prometheus deploy/alertmanager tests/deploy/operations/yamllint.yml
check "shellcheck" shellcheck -x tests/deploy/operations/*.sh tests/fetch_alertmanager.sh tests/fetch_prometheus.sh \
  tests/fetch_prometheus3.sh

checks_done
