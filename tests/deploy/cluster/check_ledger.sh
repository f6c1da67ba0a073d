# What happens to a pod, and that the ledger keeps its counts.  tests/deploy/cluster/all_checks.sh sources this and calls `check_ledger` early:
# what follows finds three refreshes counted.
# shellcheck shell=bash
# shellcheck disable=SC2086,SC2154  # run.sh and all_checks.sh have set what is in lower case, names without spaces

counts_refreshes() {
  refresh r1
  refresh r2
  refresh r3 failed
  refresh r4
  eventually 90 has_counted 3
}
is_deleted() {
  local started=$SECONDS
  k delete pod $pod --timeout=40s
  echo "The pod was gone after $((SECONDS - started)) seconds."
  [ $((SECONDS - started)) -le 8 ]
  rolled_out
}
is_killed() {
  k delete pod $pod --grace-period=0 --force
  rolled_out
}
survives() {
  replaces_pod "$1"
  keeps_counts
}
is_reconfigured() {
  replaces_pod upgrade fast
  config_says 'poll_interval: 1s'
  keeps_counts
}
is_down() { [ "$(value "cckm_up{target=\"$1\",cloud=\"dsm\"}" 2>/dev/null)" = 0 ]; }
lives_without_appliances() {
  local name
  k create secret generic wrong --from-literal=password=wrong
  upgrade unreachable
  for name in unknown-host no-route closed-port wrong-authority wrong-password; do eventually 30 is_down $name; done
  metrics | grep -E '^cckm_(api_errors_total.* [1-9]|up)'
  # Longer than readiness has patience.
  sleep 35
  has_not_restarted
  [ "$(of_pod '.status.containerStatuses[0].ready')" = true ]
  has_counted 3
}
polling_test_fails() {
  upgrade unreachable poll
  fails helm test $release --namespace $namespace
  k logs $release-test --container poll >"$work/why"
  grep 'target=unknown-host reason=dns' "$work/why"
  grep 'target=wrong-password reason=auth' "$work/why"
}
polling_test_succeeds() {
  upgrade fast poll
  helm_test
}

check_ledger() {
  check "refreshes are counted" counts_refreshes
  check "a deleted pod ends at once, and its successor keeps the counts" survives is_deleted
  check "so does that of one that is killed" survives is_killed
  check "a changed configuration replaces the pod, and counts are kept" is_reconfigured
  check "the same values replace nothing" keeps_pod upgrade fast
  check "with appliances that do not answer it is live and ready" lives_without_appliances
  check "helm test with helmTest.poll fails then, and its log says why" polling_test_fails
  check "helm test with helmTest.poll" polling_test_succeeds
}
