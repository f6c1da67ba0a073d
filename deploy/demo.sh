#!/usr/bin/env bash
# Shows the exporter at work, without an appliance: builds it, starts a simulated CipherTrust Manager and the
# exporter on this host's loopback address, and behind them, where they can be had, Prometheus with the alerts,
# Alertmanager and a receiver of its notifications; prints what to look at.  Runs until Ctrl-C.
#
# Usage: demo.sh            build, start, show, wait for Ctrl-C
#        demo.sh --check    the same, then verify that statuses and histograms move and that every query of the dashboards
#                           finds something, and exit (0: so it is)
set -euo pipefail
cd "$(dirname "$0")/.."

check=no
case "${1-}" in
  "") ;;
  --check) check=yes ;;
  *)
    sed -n '2,9s/^# \{0,1\}//p' "$0"
    [ "$1" = --help ] || [ "$1" = -h ] || exit 2
    exit 0
    ;;
esac

say() { printf '\n== %s\n' "$*"; }

# shellcheck source=deploy/chain/chain.sh
. deploy/chain/chain.sh

say "Debian packages"
deploy/install-packages.sh build simulator
has_chain=yes
if programs=$(tests/fetch_prometheus.sh 2>&1) && more=$(tests/fetch_alertmanager.sh 2>&1) &&
  "$more/alertmanager" --version >/dev/null 2>&1; then
  PATH=$programs:$more:$PATH
  echo "Prometheus and Alertmanager are unpacked below build/tools, nothing of them is installed."
else
  has_chain=no
  echo "Prometheus and Alertmanager cannot be had here: shown without them."
fi

say "Build (build/release; the first time takes some minutes)"
cmake --preset release >/dev/null
built=$(cmake --build build/release --target cckm_exporter ciphertrust_simulator) || { tail -n 60 <<<"$built"; exit 1; }
tail -n 1 <<<"$built"

folder=$(mktemp -d)
trap 'end_children; rm -rf "$folder"' EXIT
trap 'exit 0' INT TERM

# Waits until the file has a line that matches, and prints the match.
wait_for() {
  local file=$1 pattern=$2
  for _ in $(seq 200); do
    grep -oE "$pattern" "$file" 2>/dev/null | sed -n 1p | grep . && return 0
    sleep 0.05
  done
  echo "Waited in vain for '$pattern' in:" >&2
  cat "$file" >&2
  return 1
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

say "Simulated CipherTrust Manager: two families, refreshes of 3 to 30 seconds, some of which fail, again and again;"
echo "   a schedule that refreshes a domain at every full minute, and one that should and does not"
for second in $(seq 20 20 86400); do echo "at=${second}s count=1 status=500 path=/api/v1/cckm/"; done >"$folder/faults"
(umask 077 && head -c 24 /dev/urandom | base64 | tr -d '\n' >"$folder/password")
build/release/tests/simulator/ciphertrust_simulator --listen=127.0.0.1:0 --node=127.0.0.1:0 --families=dsm,external-cm \
  --domains=8 --refreshes=10 --finished=3 --min-duration=3s --max-duration=30s \
  --failed-percent=20 --partial-percent=20 --cancelled-percent=10 --seed=7 --latency=3ms \
  --schedule='name=every-minute&family=dsm&run_at=* * * * *&units=8' \
  --schedule='name=nightly-payroll&family=dsm&run_at=*/5 * * * *&units=1&age=1h&missed=all' \
  --auto-restart --restart-after=10s --fault-script="$folder/faults" \
  --username=exporter --password="$(cat "$folder/password")" --token-lifetime=30s \
  --tls-folder="$folder/tls" --ids-file="$folder/ids" >"$folder/simulator.log" 2>&1 &
children+=($!)
appliance=$(wait_for "$folder/simulator.log" 'https://127[0-9.:]+')
node=$(wait_for "$folder/simulator.log" 'node 2 listening on https://127[0-9.:]+')
node=${node##* }
echo "It listens on $appliance and $node, two nodes of one cluster, with certificates of its own authority;"
echo "   user exporter logs in with a password."

ids() { paste -sd, "$folder/ids-$1.txt" | sed 's/,/, /g'; }
cat >"$folder/cckm.yml" <<CONFIG
global:
  poll_interval: 1s
targets:
  - name: cm-demo
    urls: [$appliance, $node]
    login: { username: exporter, password_file: password }
    tls_config: { ca_file: tls/ca.pem }
    schedules: { enabled: true, interval: 5s, grace: 5s }
    # Nobody looks for new refreshes of external-cm, so that its domains become stale.
    expectations:
      - { match: { cloud: external-cm, domain: "payments-.*" }, refreshed_every: 1m }
      - { refreshed_every: 1d }
    collectors:
      dsm:
        discovery: { enabled: true, interval: 2s }
      external-cm:
        refresh_ids: [$(ids external-cm)]
CONFIG

say "cckm_exporter"
port=9847
is_free $port || port=0
build/release/exporter/cckm_exporter --config.file="$folder/cckm.yml" --storage.path= \
  --web.listen-address="127.0.0.1:$port" 2>"$folder/exporter.log" &
children+=($!)
port=$(wait_for "$folder/exporter.log" ' port=[0-9]+' | cut -d= -f2)
exporter=http://127.0.0.1:$port
scrape() { curl -sf "$exporter/metrics"; }
# What a poll found is published a moment after it.
for _ in $(seq 100); do
  scrape | grep -c '^cckm_domain_refresh_status' >/dev/null && break
  sleep 0.05
done
echo "Its page for people:  $exporter/"
echo "Its metrics:          $exporter/metrics"

if [ $has_chain = yes ]; then
  say "Prometheus with the rules, Alertmanager, and a receiver of its notifications"
  chain_start "$folder" "$port"
  echo "Prometheus and its alerts:  $(chain_alerts_page)"
  echo "Alertmanager:               http://127.0.0.1:$alertmanager_port/"
fi

show_told() {
  [ $has_chain = yes ] || return 0
  say "What the receiver was told of refreshes and schedules (target, family, ID of the domain, name of the domain or schedule)"
  chain_told "$folder" | grep -E ' CCKM(Refresh|Schedule)' | sort -u | sed 's/^/  /' || echo "  nothing yet"
}

# How many samples with the value 1 match.
count_ones() { scrape | grep -cE "$1.* 1\$" || true; }
# The sum of the samples that match.
sum_of() { scrape | awk -v pattern="$1" '$0 ~ pattern { sum += $NF } END { print sum + 0 }'; }

show() {
  say "The domains and their newest refresh (an excerpt of /metrics)"
  scrape | grep -E '^cckm_domain_refresh_status.* 1$' |
    sed -E 's/.*cloud="([^"]*)",domain_id="([^"]*)",status="([^"]*)".*/\1 \2 \3/' |
    awk '{ printf "  %-12s %s  %s\n", $1, $2, $3 }'
  say "Finished refreshes so far"
  scrape | grep -E '^cckm_refresh_duration_seconds_(count|sum)' | sed 's/^/  /'
}
show

if [ $check = no ]; then
  for _ in $(seq 30); do
    if [ $has_chain = no ] || chain_told "$folder" | grep -c CCKMRefreshFailed >/dev/null; then break; fi
    sleep 1
  done
  show_told
  echo
  echo "Refreshes go on; look again with:  curl -s $exporter/metrics | grep cckm_domain"
  echo "Ctrl-C ends everything."
  wait "${children[@]}"
  exit 0
fi

say "Check: statuses and histograms move"
# Of the family whose refreshes are configured: in the other one new ones are discovered all the time.
running='^cckm_refresh_status.*cloud="external-cm".*status="in_progress"'
finished='^cckm_refresh_duration_seconds_count.*cloud="external-cm"'
observed='^cckm_domain_refresh_duration_seconds_count.*cloud="external-cm"'
running_before=$(count_ones "$running")
finished_before=$(sum_of "$finished")
observed_before=$(sum_of "$observed")
for _ in $(seq 60); do
  [ "$(count_ones "$running")" -gt 0 ] || break
  sleep 1
done
running_after=$(count_ones "$running")
finished_after=$(sum_of "$finished")
observed_after=$(sum_of "$observed")
show
say "Result"
echo "Refreshes in progress:            $running_before -> $running_after"
echo "Observed refreshes:               $finished_before -> $finished_after"
echo "Observed successes of domains:    $observed_before -> $observed_after"
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
if [ "$running_before" -eq 0 ] || [ "$running_after" -ne 0 ]; then fail "statuses did not move"; fi
if [ "$finished_after" -ne 10 ] || [ "$finished_after" -le "$finished_before" ]; then
  fail "the refresh histograms did not count every refresh once"
fi
[ "$observed_after" -gt "$observed_before" ] || fail "the histograms of the domains did not move"
if [ $has_chain = yes ]; then
  # SECONDS PATTERN: until the receiver was told of it
  was_told() {
    local end=$((SECONDS + $1))
    until chain_told "$folder" | grep -cE "^firing $2" >/dev/null; do
      [ $SECONDS -lt $end ] || return 1
      sleep 0.5
    done
  }
  was_told 30 CCKMRefreshFailed || fail "nobody was told of a failed refresh"
  was_told 30 'CCKMScheduleMissed .* nightly-payroll$' || fail "nobody was told of the schedule that is missed"
  # A minute twice, and the time that the alert waits.
  was_told 180 'CCKMRefreshStale .* payments-' || fail "nobody was told of the domain that is expected every minute"
  show_told
  say "Check: every query of the dashboards finds something"
  python3 -B tests/deploy/grafana/ask_demo.py "$prometheus_port" || fail "a panel of the dashboards is empty"
fi
echo "Demo check passed."
