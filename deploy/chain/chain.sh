# Functions that start what comes after the exporter, on 127.0.0.1: Prometheus with the rules of deploy/prometheus, an
# Alertmanager with the inhibitions of deploy/alertmanager, and a webhook that prints what it is told.
#
# Sourced by deploy/demo.sh and tests/system/e2e/chain.sh, from the top folder of the source.  What it starts is in `children`.
# shellcheck shell=bash

# shellcheck source=deploy/chain/children.sh
. deploy/chain/children.sh

chain_free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

chain_await_line() {  # FILE: its first line, within ten seconds
  for _ in $(seq 200); do
    if [ -s "$1" ]; then head -n 1 "$1" && return; fi
    sleep 0.05
  done
  echo "Nothing was written to $1" >&2
  return 1
}

# Writes told.log, and sets webhook_port.
chain_start_webhook() {  # FOLDER
  python3 deploy/chain/webhook.py >"$1/told.log" 2>"$1/webhook.log" &
  children+=($!)
  webhook_port=$(chain_await_line "$1/told.log")
}

# The inhibitions as they are; one receiver that is told within seconds.  Sets alertmanager_port.
chain_start_alertmanager() {  # FOLDER
  alertmanager_port=$(chain_free_port)
  {
    printf 'route: { receiver: webhook, group_by: [alertname, target], group_wait: 1s, group_interval: 2s }\n'
    printf 'receivers: [{ name: webhook, webhook_configs: [{ url: "http://127.0.0.1:%s/", %s }] }]\n' \
      "$webhook_port" 'send_resolved: true'
    sed -n '/^inhibit_rules:/,/^[a-z]*receivers:/{ /receivers:/!p }' deploy/alertmanager/alertmanager.yml
  } >"$1/alertmanager.yml"
  alertmanager --config.file="$1/alertmanager.yml" --storage.path="$1/alertmanager" \
    --web.listen-address="127.0.0.1:$alertmanager_port" --cluster.listen-address= >"$1/alertmanager.log" 2>&1 &
  children+=($!)
}

# Where the pages of a Prometheus lie that was unpacked from Debian's package, which has the classic ones only.
chain_classic_pages() {
  local pages
  pages=$(dirname "$(command -v prometheus)")/../share/prometheus/web
  if [ -d "$pages" ]; then echo "$pages"; fi
}

chain_alerts_page() {
  local classic
  classic=$(chain_classic_pages)
  echo "http://127.0.0.1:$prometheus_port${classic:+/classic}/alerts"
}

# The rules as they are, but for waiting: minutes become seconds, and every group is evaluated each second.  Sets prometheus_port.
chain_start_prometheus() {  # FOLDER EXPORTER_PORT
  prometheus_port=$(chain_free_port)
  local classic
  classic=$(chain_classic_pages)
  mkdir "$1/rules"
  local file
  for file in deploy/prometheus/rules/*.yml; do
    sed -E -e 's/^( *(keep_firing_)?for: [0-9]+)m$/\1s/' -e '/^    interval: /d' "$file" >"$1/rules/${file##*/}"
  done
  cat >"$1/prometheus.yml" <<CONFIG
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules/*.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:$alertmanager_port'] }] }] }
scrape_configs:
  - job_name: cckm_exporter
    static_configs: [{ targets: ['127.0.0.1:$2'] }]
CONFIG
  prometheus --config.file="$1/prometheus.yml" --storage.tsdb.path="$1/tsdb" --enable-feature=exemplar-storage \
    --rules.alert.resend-delay=5s ${classic:+--web.local-assets="$classic"} \
    --web.listen-address="127.0.0.1:$prometheus_port" >"$1/prometheus.log" 2>&1 &
  children+=($!)
}

chain_start() {  # FOLDER EXPORTER_PORT
  chain_start_webhook "$1"
  chain_start_alertmanager "$1"
  chain_start_prometheus "$1" "$2"
}

# What the webhook was told, one line an alert: status, name, target, cloud, ID of the domain, name of the domain or schedule.
chain_told() {  # FOLDER
  tail -n +2 "$1/told.log" | python3 -c '
import json, sys
for line in sys.stdin:
    if not line.endswith("\n"):
        break  # it is being written
    alert = json.loads(line)
    labels = alert["labels"]
    print(alert["status"], labels["alertname"], *(labels.get(name, "-") for name in ("target", "cloud", "domain_id")), labels.get("domain") or labels.get("schedule", "-"))'
}
