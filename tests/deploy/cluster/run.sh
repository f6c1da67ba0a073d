#!/usr/bin/env bash
# Walks the README of the Helm chart on a real Kubernetes, which it builds from the sources of Go's module proxy and starts on
# this machine: one node, with DNS, storage and Pod Security, in namespaces of its own (mounts, network, processes), so that
# nothing stays.  The appliance is the simulator, with TLS and a password.  Takes twenty minutes, and half an hour more
# the first time, to build Kubernetes below build/tools.
#
# Usage: tests/deploy/cluster/run.sh               as root; compiles the exporter and the simulator in their images
#        tests/deploy/cluster/run.sh BUILD_DIR     takes both from what is built there
# Exit code 77: skipped, because root, Go, overlayfs or cgroups are missing.  Nobody else calls it.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/checks.sh
. tests/checks.sh
here=tests/deploy/cluster
kubernetes=1.31.4
tools=$PWD/build/tools/cluster
PATH=$tools:$PWD/build/tools/go:/usr/sbin:/sbin:$PATH
# Where these programs leave things and cannot be told another place: the cluster has folders of its own there.
hidden=(/run /var/lib/cni /var/lib/kubelet /var/log /usr/libexec/kubernetes)
say() { printf '\n== %s\n' "$*"; }

# --- in the namespaces: run.sh --inside STATE ---

# Says what the cluster's programs said if it does not come up.
start_cluster() {
  trap 'tail -n 5 "$state"/log/*; rm -rf "$work"' EXIT
  pushd "$state" >/dev/null
  prepare_machine
  start_control_plane
  start_node
  start_services
  popd >/dev/null
  trap 'rm -rf "$work"' EXIT
}
if [ "${1-}" = --inside ]; then
  state=$2
  export KUBECONFIG=$state/admin.conf HELM_CACHE_HOME=$state/helm HELM_CONFIG_HOME=$state/helm HELM_DATA_HOME=$state/helm
  # shellcheck source=tests/deploy/cluster/node.sh
  . $here/node.sh
  # shellcheck source=tests/deploy/cluster/all_checks.sh
  . $here/all_checks.sh
  trap 'exit 130' INT TERM
  say "Kubernetes $kubernetes"
  start_cluster
  all_checks
  checks_done
  exit
fi

# --- on this machine ---

skip() { echo "SKIPPED: the Helm chart on a real Kubernetes, because $*." >&2; exit 77; }
has_overlayfs() {
  mkdir -p "$work"/overlay/{lower,upper,work,merged}
  unshare --mount mount -t overlay overlay "$work/overlay/merged" \
    -o "lowerdir=$work/overlay/lower,upperdir=$work/overlay/upper,workdir=$work/overlay/work" 2>/dev/null
}
# Version 1, or 2 with its controllers at the root.
has_cgroups() {
  local root=/sys/fs/cgroup
  if [ -e $root/cgroup.controllers ]; then
    grep -qw memory $root/cgroup.controllers && [ -w $root/cgroup.subtree_control ]
  else
    [ -w $root/memory/cgroup.procs ]
  fi
}
[ "$(id -u)" -eq 0 ] || skip "only root can start a node"
command -v apt-get >/dev/null || skip "this is no Debian"
command -v go >/dev/null || skip "go is missing"
has_overlayfs || skip "overlayfs cannot be mounted"
has_cgroups || skip "there are no cgroups to write to"

# shellcheck source=tests/deploy/cluster/build.sh
. $here/build.sh
build=${1:+$(realpath "$1")}
state=$work
cluster=
made=()
has_no_cgroups() {
  find /sys/fs/cgroup -depth -type d -path "*/cckm-${state##*.}*" -exec rmdir {} + 2>/dev/null || true
  [ -z "$(find /sys/fs/cgroup -type d -name "cckm-${state##*.}")" ]
}
clean_up() {
  if [ -n "$cluster" ]; then
    kill -KILL "$cluster" 2>/dev/null || true
    wait "$cluster" 2>/dev/null || true
  fi
  eventually 20 has_no_cgroups || true
  [ ${#made[@]} -eq 0 ] || rmdir "${made[@]}" || true
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
say "Debian packages"
install_packages
say "Kubernetes and Helm, built from source the first time"
build_tools
say "Images"
make_images
for folder in "${hidden[@]}"; do
  [ -d "$folder" ] || { mkdir -p "$folder"; made+=("$folder"); }
done
# All processes and mounts go with the first one of them.
unshare --mount --net --pid --fork --kill-child --mount-proc "$(realpath "$here/run.sh")" --inside "$state" &
cluster=$!
wait "$cluster"
