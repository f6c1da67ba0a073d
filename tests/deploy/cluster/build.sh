# What tests/deploy/cluster/run.sh, which sources this, needs before it starts a cluster: Debian packages, the programs of Kubernetes
# in $tools, and images in $state/images.
#
# Everything comes from Debian's packages and Go's module proxy.
# shellcheck shell=bash
# shellcheck disable=SC2086,SC2154  # run.sh has set what is in lower case, a version without spaces

# shellcheck source=tests/deploy/debian.sh
. tests/deploy/debian.sh

install_packages() {
  local packages=(busybox-static conntrack containerd containernetworking-plugins curl etcd-server iptables iproute2 openssl runc)
  local states
  deploy/install-packages.sh image
  states=$(dpkg-query -W -f '${db:Status-Status}\n' "${packages[@]}" 2>&1 || true)
  grep -qv '^installed$' <<<"$states" || return 0
  echo "Installing Debian packages: ${packages[*]}"
  apt-get -q update >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends "${packages[@]}" >/dev/null
}

# --- programs ---

# write_module PROGRAM...: one that needs these, all of Kubernetes.  Its parts are modules of their own, which its go.mod looks
# for in its source; here they are told apart.
write_module() {
  local part from
  printf 'module cluster\n\ngo 1.22.0\n\nrequire k8s.io/kubernetes v%s\n' $kubernetes >go.mod
  from=$(GOFLAGS=-mod=mod go mod download -json k8s.io/kubernetes@v$kubernetes | jq -r .GoMod)
  sed -n 's#^\t\(k8s.io/[a-z0-9-]*\) => ./staging/.*#\1#p' "$from" | while read -r part; do
    echo "replace $part => $part v0.${kubernetes#1.}"
  done >>go.mod
  {
    printf '//go:build tools\n\npackage tools\n\nimport (\n'
    printf '\t_ "k8s.io/kubernetes/cmd/%s"\n' "$@"
    printf ')\n'
  } >tools.go
  GOFLAGS=-mod=mod go mod tidy >"$work/tidy.log" 2>&1 || { tail -n 5 "$work/tidy.log"; return 1; }
}
build_kubernetes() (
  programs=(kube-apiserver kube-controller-manager kube-proxy kube-scheduler kubectl kubelet)
  missing=()
  version=k8s.io/component-base/version
  for program in "${programs[@]}"; do [ -x "$tools/$program" ] || missing+=("k8s.io/kubernetes/cmd/$program"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  mkdir -p "$tools/module"
  cd "$tools/module" || return
  write_module "${programs[@]}"
  nice -n 15 go build -p 2 -trimpath -o "$tools/" \
    -ldflags "-s -w -X $version.gitVersion=v$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=31" "${missing[@]}"
)
# install_program MODULE@VERSION
install_program() {
  local name=${1##*/}
  # From a folder without a module, so that none has a say in it.
  [ -x "$tools/${name%@*}" ] || (cd / && GOBIN=$tools GOFLAGS=-trimpath nice -n 15 go install -ldflags '-s -w' "$1")
}
# Of the Prometheus operator there is no more than what it adds to the API.
fetch_definitions() {
  [ ! -e "$tools/crds.yaml" ] || return 0
  local operator definitions=example/prometheus-operator-crd/monitoring.coreos.com
  operator=$(cd / && go mod download -json github.com/prometheus-operator/prometheus-operator@v0.85.0 | jq -r .Dir)
  cat "$operator/${definitions}"_{servicemonitors,prometheusrules}.yaml >"$tools/crds.yaml"
}
build_tools() {
  mkdir -p "$tools"
  build_kubernetes
  install_program github.com/coredns/coredns@v1.11.3
  install_program github.com/rancher/local-path-provisioner@v0.0.30
  tests/fetch_helm.sh >/dev/null
  fetch_definitions
}

# --- images, made as tests/deploy/packages/image.sh does ---

# pack NAME FOLDER CONFIGURATION...: an image of nothing but the folder.
pack() {
  local container name=$1 folder=$2
  shift 2
  container=$(buildah from scratch)
  buildah copy --quiet "$container" "$folder" / >/dev/null
  buildah config "$@" "$container"
  buildah commit --quiet --format docker "$container" "$name" >/dev/null
  buildah rm "$container" >/dev/null
}
# save IMAGE FILE [NAME]
save() { buildah push --quiet "$1" "docker-archive:$state/images/$2.tar:${3:-$1}" >/dev/null 2>&1; }
# make_image TAG ARGUMENT...
make_image() {
  buildah bud --pull=never --layers --format docker --file deploy/docker/Dockerfile --tag "$@" . >"$state/build.log" 2>&1 ||
    { tail -n 60 "$state/build.log"; exit 1; }
}
# For what asks and makes folders in the cluster; by itself it waits.
make_busybox() {
  local name
  mkdir -p "$state/busybox/bin"
  cp /bin/busybox "$state/busybox/bin/"
  for name in cat chmod ls mkdir rm sh tail wget; do ln -s busybox "$state/busybox/bin/$name"; done
  pack localhost/busybox:test "$state/busybox" --cmd '["/bin/tail", "-f", "/dev/null"]' --env PATH=/bin
}
make_base() {
  make_debian "$state/base" bookworm --variant=minbase --include=ca-certificates
  pack "$(sed -n 's/^FROM \(.*\) AS build$/\1/p' deploy/docker/Dockerfile)" "$state/base" --cmd '["bash"]'
  rm -rf --one-file-system "$state/base"
}
# The exporter and the simulator from what is built in $build.
make_built() {
  local container
  (cd "$build" && cpack -G DEB -B "$state/packages" >/dev/null 2>&1)
  mkdir -p "$state/built/packages"
  mv "$state"/packages/*.deb "$state/built/packages/"
  make_image "$1" --build-context "build=$state/built"
  container=$(buildah from --pull=never "$1")
  buildah copy --quiet "$container" "$build/tests/simulator/ciphertrust_simulator" /usr/bin/ >/dev/null
  buildah config --env LD_LIBRARY_PATH=/usr/lib/cckm_exporter "$container" 2>/dev/null
  buildah commit --quiet --format docker "$container" "$2" >/dev/null
  buildah rm "$container" >/dev/null
}
make_images() {
  local exporter=localhost/cckm_exporter:test simulator=localhost/ciphertrust_simulator:test
  export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs CONTAINERS_STORAGE_CONF=$state/storage.conf
  mkdir "$state/images"
  printf '[storage]\ndriver = "vfs"\nrunroot = "%s"\ngraphroot = "%s"\n' \
    "$state/buildah/run" "$state/buildah/graph" >"$CONTAINERS_STORAGE_CONF"
  make_busybox
  make_base
  if [ -n "$build" ]; then
    make_built $exporter $simulator
  else
    make_image $exporter --build-arg "REVISION=$(git rev-parse --short=12 HEAD)"
    make_image $simulator --target simulator
  fi
  save localhost/busybox:test busybox
  save $exporter exporter registry.example.com/cckm_exporter:0.1.0
  save $simulator simulator
  rm -rf --one-file-system "$state/buildah"
}
