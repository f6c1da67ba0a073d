#!/usr/bin/env bash
# The unit, the man page and the Debian package, checked by the programs that know them; then the package is installed,
# upgraded, removed and purged in a Debian of its own, and run from a container image.
#
# Usage: tests/packages/run.sh [BUILD_DIR]   (default: build/release, which is built already)
# Needs root and mounts for the last two; without them these are skipped, which the count says.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/checks.sh
. tests/checks.sh
build=$(realpath "${1:-build/release}")
cleanup() {
  for folder in proc dev; do umount --lazy "$work/debian/$folder" 2>/dev/null || true; done
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT
# --- unit and man page ---

verify_unit() {
  local unit=$work/unit/cckm_exporter.service
  mkdir -p "$work/unit"
  sed "s,^ExecStart=[^ ]*,ExecStart=$build/exporter/cckm_exporter," deploy/systemd/cckm_exporter.service >"$unit"
  systemd-analyze verify --man=no "$unit" 2>&1 | tee "$work/verify"
  ! grep -v 'Failed to connect to bus\|^$' "$work/verify"
}

every_flag_has_its_paragraph() {
  local flag
  for flag in $("$build/exporter/cckm_exporter" --help | grep -o -- '--[a-z][a-z.-]*' | sort -u); do
    grep -qF -- "${flag//-/\\-}" <(sed 's/\([a-z]\)-\([a-z]\)/\1\\-\2/g' deploy/debian/cckm_exporter.1) || {
      echo "$flag is not in the man page"
      return 1
    }
  done
}

man_page_is_clean() {
  LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z deploy/debian/cckm_exporter.1 >/dev/null 2>"$work/man"
  cat "$work/man"
  ! grep -q . "$work/man"
}

check "systemd-analyze verify" verify_unit
check "systemd-analyze security: at most 1.5" systemd-analyze security --offline=true --threshold=15 \
  deploy/systemd/cckm_exporter.service
check "man page without warnings" man_page_is_clean
check "every flag is in the man page" every_flag_has_its_paragraph

# --- bill of materials, compose ---

# With the versions that the program itself tells of its libraries.
bill_is_complete() {
  local name
  deploy/sbom.py "$build/exporter/cckm_exporter" >"$work/bill.json"
  for name in libcivetweb1 libcurl4 libdeflate0 libgflags2.2 libprometheus-cpp-core1.0 libsimdjson14 libsqlite3-0 libssl3 \
    libyaml-cpp0.7 libc6 libstdc++6; do
    jq -e --arg name $name '.components[] | select(.name == $name and .version != "" and (.purl | startswith("pkg:deb/")))' \
      "$work/bill.json" >/dev/null || { echo "$name is missing"; return 1; }
  done
  jq -e '.metadata.component | .name == "cckm_exporter" and .version == "0.1.0"' "$work/bill.json" >/dev/null
}

compose_is_sound() {
  docker-compose --file deploy/compose/compose.yml config --quiet
  "$build/exporter/cckm_exporter" --config.file="$work/compose/config.yml" --config.check
}

mkdir "$work/compose"
(umask 077 && echo simulated >"$work/compose/token")
sed "s,/credentials/,," deploy/compose/config.yml >"$work/compose/config.yml"
check "bill of materials" bill_is_complete
check "compose" compose_is_sound

# --- package ---

make_package() {  # VERSION
  (cd "$build" && cpack -G DEB -B "$work/$1" -D CPACK_PACKAGE_VERSION="$1")
  mv "$work/$1"/*.deb "$work/$1.deb"
}

check "package" make_package 0.1.0
check "package of the next version" make_package 0.1.1
check "lintian" lintian --allow-root --fail-on error,warning --suppress-tags \
  bogus-mail-host "$work/0.1.0.deb"

# --- life of the package ---

in_root() { chroot "$work/debian" env DEBIAN_FRONTEND=noninteractive "$@"; }

make_root() {
  local release
  release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  mmdebstrap --quiet --variant=apt --include=init-system-helpers,openssl,util-linux --skip=cleanup/apt \
    "$release" "$work/debian"
  # What this machine needs to reach its packages.
  cp -r /etc/apt/apt.conf.d "$work/debian/etc/apt/"
  cp /etc/resolv.conf "$work/debian/etc/"
  mount -t proc proc "$work/debian/proc"
  mount --bind /dev "$work/debian/dev"
  cp "$work"/0.1.?.deb "$work/debian/srv/"
}

install_it() {
  in_root apt-get -q -y install --no-install-recommends /srv/0.1.0.deb
  in_root cckm_exporter --version
  in_root getent passwd cckm-exporter
  [ "$(stat -c %a "$work/debian/etc/cckm_exporter")" = 750 ]
}

it_checks_a_configuration() {
  cp deploy/debian/config.yml "$work/debian/etc/cckm_exporter/"
  echo secret >"$work/debian/etc/cckm_exporter/password"
  in_root openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout /dev/null \
    -out /etc/cckm_exporter/ca.pem
  in_root chown root:cckm-exporter /etc/cckm_exporter/password
  chmod 640 "$work/debian/etc/cckm_exporter/password"
  in_root setpriv --reuid=cckm-exporter --regid=cckm-exporter --clear-groups \
    cckm_exporter --config.file=/etc/cckm_exporter/config.yml --config.check
}

upgrade_it() {
  echo 'ARGS="--log.level=debug"' >"$work/debian/etc/default/cckm_exporter"
  in_root apt-get -q -y install --no-install-recommends /srv/0.1.1.deb
  in_root dpkg -s cckm-exporter | grep -qx 'Version: 0.1.1'
  grep -q debug "$work/debian/etc/default/cckm_exporter"
}

remove_it() {
  mkdir -p "$work/debian/var/lib/cckm_exporter"
  echo kept >"$work/debian/var/lib/cckm_exporter/ledger.sqlite"
  in_root apt-get -q -y remove cckm-exporter
  [ ! -e "$work/debian/usr/bin/cckm_exporter" ]
  [ -e "$work/debian/var/lib/cckm_exporter/ledger.sqlite" ]
  [ -e "$work/debian/etc/cckm_exporter/password" ]
}

purge_it() {
  in_root apt-get -q -y purge cckm-exporter
  [ ! -e "$work/debian/var/lib/cckm_exporter" ]
  [ ! -e "$work/debian/etc/default/cckm_exporter" ]
}

if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then
  skipped=7
  echo "SKIPPED a life in a chroot and in a container: this user may make no mounts"
else
  check "a Debian of its own" make_root
  check "installs" install_it
  check "checks a configuration as its own user" it_checks_a_configuration
  check "upgrades and keeps changed files" upgrade_it
  check "is removed and leaves the ledger" remove_it
  check "is purged without a trace" purge_it
  check "container image, by buildah" tests/packages/image.sh "$build"
fi
checks_done
