# What few do: a configuration of one's own, other ports, long names, and every file of the chart's ci/ before the API server.
# tests/deploy/cluster/all_checks.sh sources this and calls `check_edges` last.
# shellcheck shell=bash
# shellcheck disable=SC2086,SC2154  # run.sh and all_checks.sh have set what is in lower case, names without spaces

own_is_up() { [ "$(value 'cckm_up{target="own",cloud="dsm"}')" = 1 ]; }
takes_own_configuration() {
  make_secret own --from-file=exporter.yml=$secrets/own.yml
  uninstall
  helm install $release $chart --namespace $namespace --values $values/own.yaml --wait --timeout 60s
  helm_test
  eventually 30 own_is_up
}
takes_other_port() {
  uninstall
  upgrade fast other
  helm_test
  curl -s -f "http://$host/cckm/metrics" | grep '^cckm_up'
}
longest_name() {
  local name=a23456789-123456789-123456789-123456789-123456789-123
  helm install $name $chart --namespace $namespace --values "$work/values.yaml" --values $values/fast.yaml --wait --timeout 60s
  helm test $name --namespace $namespace
  helm uninstall $name --namespace $namespace --wait
}
lint_tells() {
  local words
  fails helm lint $chart --values $values/wrong.yaml >"$work/lint.log" 2>&1
  cat "$work/lint.log"
  for words in "'replica' not allowed" "'enable' not allowed" "/url': 'cm.example.com' does not match"; do
    grep -q "$words" "$work/lint.log"
  done
}
# With the account that the test's pod asks for, and nothing else; ci/ may name one more.
make_namespaces() {
  local name
  uninstall
  for name in dry keys; do
    kubectl create namespace $name
    restrict $name
  done
  kubectl create serviceaccount $release --namespace dry --save-config
}
# server_takes NAME: what this file of ci/ renders, and warns of those only that ask for looser rules or bring containers of
# their own.
server_takes() {
  local code=0
  helm template $release $chart --namespace dry --values "$chart/ci/$1-values.yaml" --kube-version $kubernetes \
    --api-versions monitoring.coreos.com/v1 >"$work/rendered.yaml"
  kubectl apply --dry-run=server --validate=strict --filename "$work/rendered.yaml" 2>&1 | tee "$work/applied" || code=1
  case $1 in
    pod-numbers)
      # Its test is a pod, which is refused where a StatefulSet is warned of.
      grep -q '^Warning: would violate PodSecurity' "$work/applied"
      [ "$(grep -c 'is forbidden: violates PodSecurity' "$work/applied")" = 1 ]
      ;;
    pod) [ $code = 0 ] && ! grep '^Warning' "$work/applied" | grep -v -E '"(side|first)"' ;;
    *) [ $code = 0 ] && ! grep '^Warning' "$work/applied" ;;
  esac
}

check_edges() {
  local name
  check "a configuration and a claim of one's own" takes_own_configuration
  check "another port, path and type of Service, no claim" takes_other_port
  check "the longest name of a release" longest_name
  check "helm lint tells mistakes" lint_tells
  check "two more namespaces" make_namespaces
  for name in "$chart"/ci/*-values.yaml; do
    name=${name##*/}
    check "the API server takes ci/$name" server_takes "${name%-values.yaml}"
  done
}
