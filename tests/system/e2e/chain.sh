#!/usr/bin/env bash
# The whole chain once: a simulated appliance on which a refresh fails, the exporter, a real Prometheus with the rules, a
# real Alertmanager, a webhook.  The webhook has to be told of CCKMRefreshFailed with the domain's ID and name, of its end
# once the next refresh succeeds, and when the appliance goes away of that and of nothing it explains.
#
# Usage: chain.sh     needs a built build/release, or the programs in CCKM_EXPORTER and CCKM_SIMULATOR; takes a minute
set -euo pipefail
cd "$(dirname "$0")/../../.."
. deploy/chain/chain.sh
PATH=$(tests/fetch_prometheus.sh):$(tests/fetch_alertmanager.sh):$PATH

exporter=${CCKM_EXPORTER:-build/release/exporter/cckm_exporter}
simulator=${CCKM_SIMULATOR:-build/release/tests/simulator/ciphertrust_simulator}
for program in "$exporter" "$simulator" jq curl; do
  command -v "$program" >/dev/null || { echo "Missing: $program" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'end_children; rm -rf "$work"' EXIT

fail() { echo "FAILED: $*" >&2; tail -n 20 "$work"/*.log >&2; exit 1; }
# wait_for SECONDS WHAT COMMAND...
wait_for() {
  local seconds=$1 what=$2 start=$SECONDS
  shift 2
  until "$@"; do
    [ $((SECONDS - start)) -lt "$seconds" ] || fail "waited $seconds s for: $what"
    sleep 0.2
  done
  echo "After $((SECONDS - start)) s: $what"
}

echo "== Simulated appliance, exporter, Prometheus, Alertmanager"
"$simulator" --listen=127.0.0.1:0 --families=dsm --domains=3 --refreshes=1 \
  --finished=1 --token=secret --control >"$work/simulator.log" 2>&1 &
simulator_pid=$!
children+=("$simulator_pid")
in_log() { grep -qE "$2" "$work/$1.log" 2>/dev/null; }
wait_for 10 "the appliance listens" in_log simulator 'http://127[0-9.:]+'
appliance=$(grep -oE 'http://127[0-9.:]+' "$work/simulator.log" | sed -n 1p)
(umask 077 && echo secret >"$work/token")
cat >"$work/cckm.yml" <<CONFIG
global: { poll_interval: 1s, heartbeat_interval: 2s, allow_http: true }
targets:
  - name: cm-live
    url: $appliance
    authorization: { credentials_file: token }
    collectors: { dsm: { discovery: { enabled: true, interval: 2s } } }
CONFIG
exporter_port=$(chain_free_port)
"$exporter" --config.file="$work/cckm.yml" --storage.path="$work/data" \
  --web.listen-address="127.0.0.1:$exporter_port" >"$work/exporter.log" 2>&1 &
children+=($!)

chain_start "$work" "$exporter_port"

curl_local() { curl -sf --noproxy '*' --max-time 5 "$@"; }
query() { curl_local "http://127.0.0.1:$prometheus_port/api/v1/query" --data-urlencode "query=$1" | jq -r "$2"; }
has() { [ -n "$(query "$1" '.data.result[]' 2>/dev/null)" ]; }
has_not() { [ "$(query "$1" '.data.result | length' 2>/dev/null)" = 0 ]; }
firing() { query 'ALERTS{alertstate="firing",alertname!="CCKMWatchdog"}' '[.data.result[].metric.alertname] | unique | join(" ")'; }
told() { chain_told "$work" | grep -E "$1" >/dev/null; }
times_told() { chain_told "$work" | grep -cE "$1" || true; }
alertmanager_has() { curl_local "http://127.0.0.1:$alertmanager_port/api/v2/alerts" | jq -e "$1" >/dev/null; }

control() { curl_local -X POST "$appliance/simulator/$1" >/dev/null; }
wait_for 30 "the exporter's domains are in Prometheus, by name" has 'domain:cckm_domain_info:named{domain!=""}'
wait_for 30 "the freshness objective is recorded" has 'target:cckm_domain_refresh_unfresh:ratio'
wait_for 30 "the webhook is told of CCKMWatchdog" told "^firing CCKMWatchdog "
domain=$(query 'domain:cckm_domain_info:named' '.data.result[0].metric.domain_id')

echo "== A refresh of domain $domain fails"
control "refresh/dsm?id=live-1&domains=$domain"
wait_for 20 "it is in progress" has "cckm_domain_refresh_status{domain_id=\"$domain\",status=\"in_progress\"} == 1"
control 'refresh/dsm/live-1/finish?as=failed'
alert="ALERTS{alertname=\"CCKMRefreshFailed\",alertstate=\"firing\",domain_id=\"$domain\",domain!=\"\"}"
wait_for 20 "CCKMRefreshFailed fires with ID and name" has "$alert"
name=$(query "domain:cckm_domain_info:named{domain_id=\"$domain\"}" '.data.result[0].metric.domain')
failed="CCKMRefreshFailed cm-live dsm $domain $name\$"
wait_for 10 "and the webhook is told, with both" told "^firing $failed"
grep CCKMRefreshFailed "$work/told.log" | sed -n 1p | jq '{labels, annotations}'
[ "$(query "count($alert)" '.data.result[0].value[1]')" = 1 ] || fail "it does not fire exactly once"

echo "== The next refresh runs: it still fires"
control "refresh/dsm?id=live-2&domains=$domain"
wait_for 20 "it is in progress" has "cckm_domain_refresh_status{domain_id=\"$domain\",status=\"in_progress\"} == 1"
sleep 3
has "$alert" || fail "it ended while the next refresh ran"
echo "== and completes: it ends"
control 'refresh/dsm/live-2/finish?as=completed'
wait_for 30 "CCKMRefreshFailed ended" has_not "$alert"
wait_for 20 "and the webhook is told so" told "^resolved $failed"

echo "== The appliance goes away while another refresh has failed"
control "refresh/dsm?id=live-3&domains=$domain"
sleep 3
control 'refresh/dsm/live-3/finish?as=failed'
wait_for 20 "CCKMRefreshFailed fires again" has "$alert"
kill "$simulator_pid"
told_before=$(times_told "^firing CCKMRefreshFailed")
wait_for 60 "CCKMApplianceUnreachable fires" has 'ALERTS{alertname="CCKMApplianceUnreachable",alertstate="firing"}'
wait_for 20 "and the webhook is told" told "^firing CCKMApplianceUnreachable cm-live "
wait_for 20 "and it keeps CCKMRefreshFailed quiet" alertmanager_has '.[] | select(.labels.alertname == "CCKMRefreshFailed") | select(.status.inhibitedBy | length > 0)'
sleep 8  # longer than Alertmanager waits between notifications of a group
[ "$(times_told "^firing CCKMRefreshFailed")" -le $((told_before + 1)) ] || fail "CCKMRefreshFailed is told while it is inhibited"
unreachable=$(chain_told "$work" | grep '^firing CCKMApplianceUnreachable' | sort -u | wc -l)
[ "$unreachable" -eq 1 ] || fail "there are $unreachable alerts of one appliance"
echo "Firing in Prometheus now: $(firing)"
has 'ALERTS{alertname=~"CCKMLoginFailing|CCKMCollectorDown",alertstate="firing"}' && fail "another alert says why, too"
query 'sum by (type) (prometheus_rule_evaluation_failures_total > 0)' '.data.result[]' | grep . && fail "rules failed"
grep -iE 'level=(warn|error).*rule' "$work/prometheus.log" && fail "Prometheus complains of rules"
echo "The chain works."
