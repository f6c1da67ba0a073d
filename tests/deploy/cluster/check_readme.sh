# The README's steps, on an appliance that is started before.  tests/deploy/cluster/all_checks.sh sources this and calls `check_readme` first.
# shellcheck shell=bash
# shellcheck disable=SC2086,SC2154  # run.sh and all_checks.sh have set what is in lower case, names without spaces

# The first shell example of the README, its first line (the image) left out.
readme_lines() { awk '/^```sh$/ {on = 1; next} /^```$/ {if (on) exit} on' $chart/README.md | grep -v '^docker build'; }
# readme_line WORDS: the line of it that begins with these.
readme_line() { readme_lines | grep "^$1"; }
# The README's first YAML example.
readme_values() { awk '/^```yaml$/ {on = 1; next} /^```$/ {if (on) exit} on' $chart/README.md; }

appliance_starts() {
  filled simulator.yaml | kubectl apply --filename -
  kubectl --namespace appliance wait pod/simulator --for=condition=Ready --timeout=60s
  kubectl --namespace appliance exec simulator -- cat /tls/files/ca.pem >"$work/ca.pem"
  printf first >"$work/password.txt"
  eventually 20 ask_appliance -o "$work/journal" https://cm.example.com/simulator/journal
}
makes_namespace() {
  eval "$(readme_line 'kubectl create namespace')"
  restrict $namespace
}
makes_secret() {
  local line
  line=$(readme_line 'kubectl .* create secret')
  cd "$work" || return
  eval "$line"
}
installs() {
  local line
  line=$(readme_line 'helm install')
  eval "${line//--values values.yaml/--values $work/values.yaml}" >"$work/install.log" 2>&1 ||
    { what_happened "$work/install.log"; return 1; }
  without_warnings "$work/install.log"
}
tests() { eval "$(readme_line 'helm test')"; }
pod_is_ready() {
  rolled_out
  has_not_restarted
  ! k get events --field-selector type=Warning 2>/dev/null | grep .
}
objects_are_there() {
  k get statefulset/$release service/$release serviceaccount/$release configmap/$release-config networkpolicy/$release \
    servicemonitor/$release prometheusrule/$release configmap/$release-overview-dashboard configmap/$release-domain-dashboard
}
has_logged_in() {
  eventually 60 is_authenticated 1
  [ "$(value 'cckm_up{target="cm-prod",cloud="dsm"}')" = 1 ]
}
is_forwarded() {
  local child code=0
  k port-forward statefulset/$release 19847:9847 >"$work/forward.log" 2>&1 &
  child=$!
  eventually 20 curl -s -f -o "$work/forwarded" http://127.0.0.1:19847/metrics || code=1
  kill $child
  grep -q '^cckm_up' "$work/forwarded"
  return $code
}
answers_another_pod() {
  kubectl --namespace default run asks --image localhost/busybox:test --restart=Never --rm --stdin --quiet -- \
    wget -q -O - http://$release.$namespace.svc:9847/metrics </dev/null | grep '^cckm_up'
}
failed_test_says_why() {
  k scale statefulset/$release --replicas=0
  k wait pod/$pod --for=delete --timeout=60s
  fails helm test $release --namespace $namespace
  k logs $release-test --container healthy-0 | tee "$work/why"
  k scale statefulset/$release --replicas=1
  rolled_out
  grep -q "^cckm_exporter: http://$pod\.$release\.$namespace\.svc:9847/-/healthy: ." "$work/why"
}

check_readme() {
  readme_values >"$work/values.yaml"
  check "a simulated appliance, with TLS and a password" appliance_starts
  check "kubectl create namespace, which is then a restricted one" makes_namespace
  check "kubectl create secret" makes_secret
  check "helm install, without warnings" installs
  check "helm test" tests
  check "the pod is ready, without an event of warning" pod_is_ready
  check "all objects are there" objects_are_there
  check "it has logged in" has_logged_in
  check "kubectl port-forward" is_forwarded
  check "the Service answers another pod" answers_another_pod
  check "a helm test that fails leaves a log that says why" failed_test_says_why
  check "and the next one succeeds" helm_test
}
