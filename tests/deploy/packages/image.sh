#!/usr/bin/env bash
# Builds the container image with buildah, without a daemon and without a registry of images (the base is made from
# Debian's packages), and runs the exporter in it: as its own user, healthy, on a file system that it cannot write.
#
# Usage: tests/deploy/packages/image.sh                 as root; builds the simulator's image as well, and compiles everything
#        tests/deploy/packages/image.sh BUILD_DIR       takes the package from what is built there: a minute, for the gate
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/deploy/debian.sh
. tests/deploy/debian.sh
build=${1:+$(realpath "$1")}
base=docker.io/library/debian:bookworm-slim
image=localhost/cckm_exporter:test
work=$(mktemp -d)
container=
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
export CONTAINERS_STORAGE_CONF=$work/storage.conf
printf '[storage]\ndriver = "vfs"\nrunroot = "%s"\ngraphroot = "%s"\n' "$work/run" "$work/graph" >"$CONTAINERS_STORAGE_CONF"
cleanup() {
  [ -z "$container" ] || buildah rm "$container" >/dev/null 2>&1 || true
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT
say() { printf '\n== %s\n' "$*"; }

say "Debian packages"
deploy/install-packages.sh image

say "A base image from Debian's packages"
make_debian "$work/base" bookworm --variant=minbase --include=ca-certificates
container=$(buildah from scratch)
buildah add --quiet "$container" "$work/base" / >/dev/null
buildah commit --quiet --format docker "$container" "$base" >/dev/null
buildah rm "$container" >/dev/null
rm -rf --one-file-system "$work/base"

# make_image TAG ARGUMENT...
make_image() {
  buildah bud --pull=never --layers --format docker --file deploy/docker/Dockerfile --tag "$@" . >"$work/build.log" 2>&1 ||
    { tail -n 60 "$work/build.log"; exit 1; }
}

say "The image"
if [ -n "$build" ]; then
  (cd "$build" && cpack -G DEB -B "$work/packages" >/dev/null)
  mkdir -p "$work/built/packages" && mv "$work"/packages/*.deb "$work/built/packages/"
  make_image "$image" --build-context "build=$work/built"
else
  make_image "$image" --build-arg "REVISION=$(git rev-parse --short=12 HEAD)"
fi

say "What it says of itself"
buildah inspect --type image "$image" >"$work/image.json"
jq -e '.Docker.config | .User == "65532:65532" and (.Healthcheck.Test | index("--healthcheck")) != null
  and .Entrypoint == ["/usr/bin/cckm_exporter"]' "$work/image.json" >/dev/null
echo "User, entry point and health check are there."

say "The exporter in it"
container=$(buildah from --pull=never "$image")
root=$(buildah mount "$container")
(umask 027 && echo token >"$root/etc/cckm_exporter/token" && chgrp 65532 "$root/etc/cckm_exporter/token")
cat >"$root/etc/cckm_exporter/config.yml" <<'CONFIG'
targets:
  - name: cm
    url: https://127.0.0.1:9
    authorization: { credentials_file: token }
    collectors: { dsm: { refresh_ids: [r] } }
CONFIG
# The container shares this machine's network.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
buildah run "$container" -- /usr/bin/cckm_exporter --version | sed -n 1p
buildah run "$container" -- /usr/bin/cckm_exporter --config.file=/etc/cckm_exporter/config.yml --config.check
# shellcheck disable=SC2016  # the shell in the container expands it
buildah run "$container" -- sh -c '
  address=--web.listen-address=127.0.0.1:$0
  /usr/bin/cckm_exporter --config.file=/etc/cckm_exporter/config.yml --storage.path=/var/lib/cckm_exporter $address &
  exporter=$!
  for _ in $(seq 50); do
    if /usr/bin/cckm_exporter --healthcheck $address; then echo "It is healthy."; break; fi
    sleep 0.2
  done
  [ "$(id -u)" = 65532 ] && ! touch /usr/bin/x 2>/dev/null && [ -e /var/lib/cckm_exporter/ledger.sqlite ]
  kill $exporter && wait $exporter' "$port" 2>"$work/exporter.log" || { cat "$work/exporter.log"; exit 1; }
echo "The image works."

if [ -z "$build" ]; then
  say "The image of the simulator"
  simulator=localhost/ciphertrust_simulator:test
  make_image $simulator --target simulator --build-arg "REVISION=$(git rev-parse --short=12 HEAD)"
  buildah rm "$container" >/dev/null
  container=$(buildah from --pull=never $simulator)
  buildah run "$container" -- /usr/bin/ciphertrust_simulator --help | sed -n 1,3p
  echo "It works, too."
fi
