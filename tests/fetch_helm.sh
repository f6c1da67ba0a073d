#!/usr/bin/env bash
# Builds helm, kubeconform and helm-unittest below build/tools from their sources, which Go's module proxy has, and prints the
# folder of the programs.  Does nothing if they are there.  Exits 77 where Go or the sources cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$PWD/build/tools/go
# Helm's own builds say here which Kubernetes they take for granted; without it that is 1.20.
kubernetes='-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=33
  -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=33'
sources=(
  helm.sh/helm/v3/cmd/helm@v3.18.6
  github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0
  github.com/helm-unittest/helm-unittest/cmd/helm-unittest@v1.0.0
)
for source in "${sources[@]}"; do
  program=${source%@*}
  program=$folder/${program##*/}
  [ ! -x "$program" ] || continue
  command -v go >/dev/null || { echo "Missing: go, to build ${source%@*}" >&2; exit 77; }
  # From a folder without a module, so that none has a say in it.
  (cd / && GOBIN=$folder GOFLAGS='' nice -n 10 timeout 1800 go install -ldflags "$kubernetes" "$source" >&2) || {
    echo "Cannot be built from the sources of Go's module proxy: $source" >&2
    exit 77
  }
done
echo "$folder"
