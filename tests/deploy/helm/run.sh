#!/usr/bin/env bash
# Checks the Helm chart: its schema, what it renders for every file of ci/, the rules and dashboards in it, its README, and
# that the real exporter takes the configuration and flags that it writes.  Ends with a count, in less than three minutes.
#
# Needs the Debian packages python3-yaml, yamllint, shellcheck and openssl, and Go once, to build Helm; without Go, or without
# the sources, it says so and exits 77.  CCKM_EXPORTER=path takes another exporter than that of build/release.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/checks.sh
. tests/checks.sh

fetched=0
tools=$(tests/fetch_helm.sh) || fetched=$?
if [ $fetched -ne 0 ]; then
  echo "SKIPPED: the tests of the Helm chart, because Helm could not be built (exit code $fetched)." >&2
  exit 77
fi
PATH=$tools:$(tests/fetch_prometheus.sh):$PATH
# Nothing of the user's own Helm counts, and there is no cluster.
export PATH PYTHONDONTWRITEBYTECODE=1 KUBECONFIG=/dev/null
export HELM_CACHE_HOME=$work/helm HELM_CONFIG_HOME=$work/helm HELM_DATA_HOME=$work/helm
exporter=${CCKM_EXPORTER:-build/release/exporter/cckm_exporter}
require "$exporter" yamllint shellcheck openssl python3

chart=helm/cckm-exporter
# render VALUES [CHART [ARGUMENT...]]
render() { helm template cckm-exporter "${2:-$chart}" --namespace monitoring --values "$1" "${@:3}"; }

render_to() { render "$2" "$chart" "${@:3}" >"$1"; }

valid_for() {
  kubeconform -strict -kubernetes-version "$1" \
    -schema-location 'tests/deploy/helm/schemas/{{.NormalizedKubernetesVersion}}/{{.ResourceKind}}{{.KindSuffix}}.json' \
    -schema-location 'tests/deploy/helm/schemas/crds/{{.ResourceKind}}{{.KindSuffix}}.json' "$2"
}

# A field that is no field must not pass.
notices_an_unknown_field() {
  sed 's/podManagementPolicy/podManagementPolicies/' "$1" >"$work/unknown.yaml"
  ! cmp -s "$1" "$work/unknown.yaml" && ! valid_for 1.33.0 "$work/unknown.yaml"
}

valid_for_the_oldest() {
  render "$1" "$chart" --kube-version 1.25.0 >"$work/oldest.yaml" && valid_for 1.25.0 "$work/oldest.yaml"
}

refused() {
  local reason
  reason=$(sed -n '1s/^# Refused: //p' "$1")
  [ -n "$reason" ] || { echo "The first line must be: # Refused: ..."; return 1; }
  if helm template cckm-exporter $chart --values $chart/ci/minimal-values.yaml --values "$1" >"$work/refused" 2>&1; then
    echo "Not refused at all"
    return 1
  fi
  grep -qF -- "$reason" "$work/refused" || { echo "Expected: $reason"; cat "$work/refused"; return 1; }
}

package_is_whole() {
  helm package $chart --destination "$work" || return 1
  local package file
  package=$(echo "$work"/cckm-exporter-*.tgz)
  tar -tzf "$package" | sort >"$work/content"
  for file in deploy/prometheus/rules/*.yml; do grep -q "/files/rules/${file##*/}\$" "$work/content" || return 1; done
  for file in deploy/grafana/dashboards/*.json; do grep -q "/files/dashboards/${file##*/}\$" "$work/content" || return 1; done
  ! grep -E '/(ci|unittests)/' "$work/content" || return 1
  render $chart/ci/rules-values.yaml >"$work/from-folder" && render $chart/ci/rules-values.yaml "$package" >"$work/from-package" &&
    cmp "$work/from-folder" "$work/from-package"
}

check "helm lint --strict" helm lint --strict $chart
check "values.yaml and values.schema.json know the same keys" python3 tests/deploy/helm/check_chart.py schema
check "every value is changed by some file of ci/" python3 tests/deploy/helm/check_chart.py switches
check "README.md has the values" python3 tests/deploy/helm/values_table.py --check
check "the chart's rules and dashboards are those of deploy/" helm/copy_files.sh --check
check "helm package, rules and dashboards included" package_is_whole

for values in "$chart"/ci/*-values.yaml; do
  name=${values##*/}
  name=${name%-values.yaml}
  check "$name: helm lint --strict" helm lint --strict $chart --values "$values"
  check "$name: helm template" render_to "$work/$name.yaml" "$values"
  check "$name: kubeconform, Kubernetes 1.33" valid_for 1.33.0 "$work/$name.yaml"
  # Shards need a younger one.
  [ "$name" = sharded ] || check "$name: kubeconform, Kubernetes 1.25" valid_for_the_oldest "$values"
  check "$name: the exporter accepts it" python3 tests/deploy/helm/check_chart.py config "$work/$name.yaml" "$exporter"
done
check "kubeconform notices an unknown field" notices_an_unknown_field "$work/minimal.yaml"
for name in minimal web-tls web-auth; do
  check "$name: the exporter runs, and its probes succeed" \
    python3 tests/deploy/helm/check_chart.py probes "$work/$name.yaml" "$exporter"
done

for values in tests/deploy/helm/invalid/*.yaml; do
  check "refused: ${values##*/}" refused "$values"
done

mkdir -p "$work/prometheus/rules" "$work/overridden"
cp -r deploy/prometheus/tests "$work/prometheus/tests"
check "the rules are those of deploy/prometheus" \
  python3 tests/deploy/helm/check_chart.py rules "$work/rules.yaml" "$work/prometheus/rules"
check "the dashboards are those of deploy/grafana" python3 tests/deploy/helm/check_chart.py dashboards "$work/rules.yaml"
check "promtool check rules" promtool check rules --lint=all --lint-fatal "$work"/prometheus/rules/*.yml
tests_succeeded() { promtool test rules "$work"/prometheus/tests/*.yml; }
check "promtool test rules, on the chart's rules" tests_succeeded
for name in monitoring pod; do
  python3 tests/deploy/helm/check_chart.py promtool "$work/$name.yaml" "$work/overridden"
  check "$name: promtool check rules, with overrides" promtool check rules "$work/overridden/rules.yml"
done

check "helm-unittest" helm-unittest --strict --file 'unittests/*.yaml' $chart
# Each of its tests counts.
tests=$(sed -n 's/^Tests: .* \([0-9]*\) passed, .*/\1/p' "$work/log" | tail -n 1)
passed=$((passed + ${tests:-0}))
[ "${tests:-0}" -gt 0 ] || failed=$((failed + 1))

check "yamllint" yamllint -s -c tests/deploy/operations/yamllint.yml \
  $chart/Chart.yaml $chart/values.yaml $chart/ci $chart/unittests tests/deploy/helm/invalid
check "shellcheck" shellcheck -x tests/deploy/helm/run.sh tests/fetch_helm.sh

checks_done
