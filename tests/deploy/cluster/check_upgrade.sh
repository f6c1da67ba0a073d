# What an upgrade may change, what it must not, and what the README's section on upgrading says of that.  tests/deploy/cluster/all_checks.sh
# sources this and calls `check_upgrade`.
# shellcheck shell=bash
# shellcheck disable=SC2086,SC2154  # run.sh and all_checks.sh have set what is in lower case, names without spaces

keeps_claim() {
  uninstall
  fails k get statefulset/$release
  k get pvc/data-$release-0
  upgrade fast
  keeps_counts
}
undoes_mistake() {
  patience=15s fails upgrade "$(changed fast 's/existingSecret: cm-prod}/existingSecret: cm-prd}/')"
  upgrade fast
  keeps_counts
}
alerts_find_job() {
  local rules
  upgrade fast job-label
  [ "$(k get service --selector team=keys --output name)" = service/$release ]
  rules=$(k get prometheusrule/$release --output json)
  jq -r '.spec.groups[].rules[].expr' <<<"$rules" | grep -o 'job=~\?"[^"]*"' | sort | uniq -c | tee "$work/jobs"
  [ "$(awk '{print $2}' "$work/jobs")" = 'job="keys"' ]
  upgrade fast
}
# refused KIND NAME...: Kubernetes does not let an upgrade change this of such an object, and says so; the pod goes on.
refused() {
  keeps_pod fails upgrade "${@:2}"
  grep -F "with kind $1" "$work/upgrade.log"
}

# --- the Service ---

address() { k get service/$release --output 'jsonpath={.spec.clusterIP}'; }
node_port() { k get service/$release --output 'jsonpath={.spec.ports[0].nodePort}'; }
# with_another_service NAME...
with_another_service() {
  k delete service/$release
  keeps_pod upgrade "$@"
  eventually 30 metrics >"$work/metrics"
  grep '^cckm_up' "$work/metrics"
  helm_test
}
becomes_node_port() {
  with_another_service fast node-port
  curl -s -f --max-time 10 "http://$node:$(node_port)/metrics" | grep '^cckm_up'
}
# Kubernetes keeps what an upgrade leaves out.
stays_headless() {
  keeps_pod upgrade fast not-headless
  [ "$(address)" = None ]
}
gets_address() {
  with_another_service fast not-headless
  [ "$(address)" != None ]
}
becomes_headless() {
  with_another_service fast
  [ "$(address)" = None ]
}

# --- the claims ---

claim_size() {
  k get statefulset/$release --output 'jsonpath={.spec.volumeClaimTemplates[*].spec.resources.requests.storage}'
}
volume() { of_pod ".spec.volumes[?(@.name==\"data\")].$1"; }
leave_pods() { k delete statefulset/$release --cascade=orphan; }
becomes_larger() {
  leave_pods
  k patch pvc/data-$release-0 --patch '{"spec": {"resources": {"requests": {"storage": "2Gi"}}}}'
  upgrade fast larger
  [ "$(claim_size)" = 2Gi ]
  keeps_counts
}
loses_claim() {
  leave_pods
  upgrade fast no-claim
  [ -n "$(volume emptyDir.sizeLimit)" ]
  eventually 60 is_authenticated 1
  fails has_counted 3
}
# takes_claim NAME...
takes_claim() {
  leave_pods
  upgrade fast "$@"
  [ "$(volume persistentVolumeClaim.claimName)" = data-$release-0 ]
  keeps_counts
}
# A StatefulSet with claims adopts a pod without one, and can neither change nor replace it.
gets_claim() {
  leave_pods
  k delete pod $pod
  upgrade fast
  [ "$(volume persistentVolumeClaim.claimName)" = data-$release-0 ]
  keeps_counts
}

check_upgrade() {
  check "helm uninstall keeps the claim, and the next release the counts" keeps_claim
  check "a mistake is undone by the next upgrade" undoes_mistake
  check "another label as job: the alerts look for it" alerts_find_job
  check "service.type: refused" refused Service fast node-port
  check "and changed once the Service is deleted" becomes_node_port
  check "and back" becomes_headless
  check "service.headless, true to false: not changed" stays_headless
  check "and changed once the Service is deleted" gets_address
  check "service.headless, false to true: refused" refused Service fast
  check "and changed once the Service is deleted" becomes_headless
  check "persistence.size: refused" refused StatefulSet fast larger
  check "and changed once the StatefulSet is deleted, with the pod left" keeps_pod becomes_larger
  check "persistence.enabled: refused" refused StatefulSet fast no-claim
  check "and changed: a ledger that begins anew" loses_claim
  check "and changed back, with the pod deleted, too: the counts are there" gets_claim
  check "persistence.existingClaim: refused" refused StatefulSet fast existing-claim
  check "and changed: the same counts" takes_claim existing-claim
  check "and changed back" takes_claim
}
