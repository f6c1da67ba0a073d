# What the checks of the chart ask with, and their order.  tests/deploy/cluster/run.sh sources this in its namespaces, with the cluster
# up, and calls `all_checks`.
#
# A check stops at the first command that fails, but not within a condition: what is given to `eventually` or `fails` is one
# expression.  Values are named by their files in values/, or by the path of a changed copy.
# shellcheck shell=bash
# shellcheck disable=SC2154  # run.sh has set what is in lower case

namespace=monitoring
release=cckm-exporter
chart=helm/cckm-exporter
pod=$release-0
host=$release.$namespace.svc.cluster.local
values=$here/values
# shellcheck disable=SC2034  # for check_web.sh and check_edges.sh
secrets=$here/secrets
for part in readme ledger secrets shards reload web upgrade edges; do
  # shellcheck source=/dev/null
  . "$here/check_$part.sh"
done

k() { kubectl --namespace $namespace "$@"; }
# fails COMMAND...: as it must.
fails() {
  ! "$@" || { echo "It succeeds: $*"; return 1; }
}

# --- the appliance ---

ask_appliance() { curl -s -f --max-time 10 --cacert "$work/ca.pem" "$@"; }
control() { ask_appliance -X POST "https://cm.example.com/simulator/$1" >/dev/null; }
# set_password PASSWORD: from now on the appliance wants this one, and no session that is open counts.
set_password() {
  control "logins/password?value=$1"
  control tokens/expire
}
# refresh ID [STATUS]: one that is over at once.
refresh() {
  control "refresh/dsm?id=$1"
  control "refresh/dsm/$1/finish?as=${2:-completed}"
}

# --- the exporter ---

# ask_exporter PATH [HOST]
ask_exporter() { curl -s -f --max-time 10 "http://${2:-$host}:9847$1"; }
metrics() { ask_exporter /metrics; }
# value SERIES: the series' value, by the beginning of its line
value() { metrics | awk -v series="$1" 'index($0, series) == 1 {print $NF; found = 1} END {exit !found}'; }
counted() { value 'cckm_refresh_duration_seconds_count{target="cm-prod",cloud="dsm",status="completed"}' || echo none; }
has_counted() { [ "$(counted)" = "$1" ]; }
# Three refreshes were counted early, and the ledger knows them to its end.
keeps_counts() { eventually 30 has_counted 3; }
is_authenticated() { [ "$(value 'cckm_authenticated{target="cm-prod"}')" = "$1" ]; }
config_says() { ask_exporter /config | grep -- "$1" >/dev/null; }

# --- the release ---

of_pod() { k get pod $pod --output "jsonpath={$1}"; }
uid() { of_pod .metadata.uid; }
restarts() { of_pod '.status.containerStatuses[0].restartCount'; }
has_not_restarted() { [ "$(restarts)" = 0 ]; }
# keeps_pod COMMAND...: after which the pod is the one that it was before.
keeps_pod() {
  local before
  before="$(uid) $(restarts)"
  "$@"
  [ "$(uid) $(restarts)" = "$before" ]
}
# replaces_pod COMMAND...: after which it is another one.
replaces_pod() {
  local before
  before=$(uid)
  "$@"
  [ "$(uid)" != "$before" ]
}
rolled_out() { k rollout status statefulset/$release --timeout=120s; }
# what_happened LOG: for whoever reads that an upgrade failed.
what_happened() {
  cat "$1"
  k get pods
  k get events --sort-by=.lastTimestamp | tail -n 5
  k logs $pod --tail=5
}
without_warnings() { ! grep -E '^Warning:|^W[0-9]' "$1"; }
# upgrade NAME...: the values of the README, and these on top.  Longer than $patience it must not take.
upgrade() {
  local name arguments=(--values "$work/values.yaml")
  for name in "$@"; do
    [[ $name == */* ]] || name=$values/$name.yaml
    arguments+=(--values "$name")
  done
  helm upgrade --install $release $chart --namespace $namespace "${arguments[@]}" --wait --timeout "${patience:-150s}" \
    >"$work/upgrade.log" 2>&1 || { what_happened "$work/upgrade.log"; return 1; }
  without_warnings "$work/upgrade.log"
}
# changed NAME EXPRESSION: the path of a copy that sed has changed.
changed() {
  sed "$2" "$values/$1.yaml" >"$work/$1.yaml"
  ! cmp -s "$values/$1.yaml" "$work/$1.yaml" || { echo "$1.yaml does not change: $2" >&2; return 1; }
  echo "$work/$1.yaml"
}
uninstall() { helm uninstall $release --namespace $namespace --wait; }
helm_test() {
  helm test $release --namespace $namespace || { k logs $release-test --all-containers; return 1; }
}
# make_secret NAME ARGUMENT...: or changes it.
make_secret() { k create secret generic "$@" --dry-run=client --output yaml | k apply --filename -; }
# make_login PASSWORD: the Secret of the README with this one.
make_login() { make_secret cm-prod --from-literal=password="$1" --from-file=ca.crt="$work/ca.pem"; }
restrict() { kubectl label namespace "$1" pod-security.kubernetes.io/{enforce,warn}=restricted; }

all_checks() {
  say "The README"
  check_readme
  say "The ledger"
  check_ledger
  say "Secrets"
  check_secrets
  say "Shards"
  check_shards
  say "A changed configuration"
  check_reload
  say "TLS and passwords of the exporter"
  check_web
  say "Upgrading"
  check_upgrade
  say "Edges"
  check_edges
}
