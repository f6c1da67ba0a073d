#!/usr/bin/env bash
# Builds promtool and prometheus 3 below build/tools from their sources, which Go's module proxy has, and prints the folder of
# the programs.  Does nothing if they are there.  Exits 77 where the sources cannot be had, or no Go that is young enough.
#
# Usage: fetch_prometheus3.sh [PROGRAM...]    promtool, prometheus; without one: both
set -euo pipefail
cd "$(dirname "$0")/.."
version=v0.316.0  # of the Go module: that is Prometheus 3.16
folder=$PWD/build/tools/prometheus-$version
[ $# -gt 0 ] || set -- promtool prometheus

mkdir -p "$folder"
# One builds, and who comes meanwhile waits for it.
exec 9>"$folder/lock"
flock 9
for program in "$@"; do
  [ ! -x "$folder/$program" ] || continue
  command -v go >/dev/null || { echo "Missing: go, to build $program $version" >&2; exit 77; }
  # From a folder without a module, so that none has a say in it; with the Go that is here.  Without the clients of every
  # cloud's service discovery, which take longer to compile than all the rest: our files name DNS and Kubernetes only.
  (cd / && GOBIN=$folder GOFLAGS='' GOTOOLCHAIN=local CGO_ENABLED=0 nice -n 10 timeout 1800 \
    go install -tags remove_all_sd,enable_dns_sd -trimpath -ldflags '-s -w' \
    "github.com/prometheus/prometheus/cmd/$program@$version" >&2 9>&-) || {
    echo "$(go version) cannot build $program $version from the sources of Go's module proxy" >&2
    exit 77
  }
done
echo "$folder"
