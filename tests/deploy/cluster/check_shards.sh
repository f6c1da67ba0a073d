# Three pods that share the targets.  tests/deploy/cluster/all_checks.sh sources this and calls `check_shards`; at its end there is one again.
# shellcheck shell=bash
# shellcheck disable=SC2086,SC2154  # run.sh and all_checks.sh have set what is in lower case, names without spaces

ready_pods() { k get statefulset/$release --output 'jsonpath={.status.readyReplicas}'; }
all_are_ready() { [ "$(ready_pods)" = 3 ]; }
# targets_of POD_NUMBER
targets_of() { ask_exporter /metrics "$release-$1.$host" | sed -n 's/^cckm_authenticated{target="\([^"]*\)".*/\1/p'; }
targets_of_all() {
  local number
  for number in 0 1 2; do targets_of $number; done
}
share_targets() {
  local number
  upgrade shards
  all_are_ready
  for number in 0 1 2; do echo "pod $number: $(targets_of $number | paste -sd ' ')"; done
  [ "$(targets_of_all | sort | paste -sd ' ')" = 'cm-1 cm-2 cm-3 cm-prod' ]
}
have_claims() { k get pvc data-$release-0 data-$release-1 data-$release-2; }
# evict POD: as a drain of its node does.
evict() {
  printf '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"%s","namespace":"%s"}}' "$1" $namespace |
    kubectl create --raw "/api/v1/namespaces/$namespace/pods/$1/eviction" --filename -
}
budget_holds() {
  [ "$(k get pdb/$release --output 'jsonpath={.status.disruptionsAllowed}')" = 1 ]
  evict $release-2
  fails evict $release-1
  eventually 60 all_are_ready
}
go_one_at_a_time() {
  local child least=3 now
  upgrade "$(changed shards 's/poll_interval: 1s/poll_interval: 2s/')" &
  child=$!
  while kill -0 $child 2>/dev/null; do
    now=$(ready_pods)
    [ "${now:-0}" -ge "$least" ] || least=${now:-0}
    sleep 0.2
  done
  echo "At least $least of 3 were ready."
  wait $child
  [ "$least" -ge 2 ]
}
become_one() {
  upgrade fast
  [ "$(k get pods --selector app.kubernetes.io/component=exporter --output name)" = pod/$pod ]
  have_claims
  keeps_counts
}

check_shards() {
  check "three pods share the targets" share_targets
  check "each has a claim" have_claims
  check "the budget lets one of them go" budget_holds
  check "a changed configuration replaces one at a time" go_one_at_a_time
  check "one replica again: claims and counts are kept" become_one
}
