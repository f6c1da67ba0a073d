#!/usr/bin/env bash
# Builds the exporter on Debian 13, in a folder of its own, and runs it there once.  As root; takes about ten minutes.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/deploy/debian.sh
. tests/deploy/debian.sh
work=$(mktemp -d)
debian=$work/debian
cleanup() {
  close_debian "$debian"
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT
say() { printf '\n== %s\n' "$*"; }
inside() { in_debian "$debian" "$@"; }

say "Debian 13"
make_debian "$debian" trixie --variant=apt --skip=cleanup/apt
open_debian "$debian"

say "Build"
mkdir "$debian/source"
git archive HEAD | tar -x -C "$debian/source"
inside /source/deploy/install-packages.sh build
inside cmake -S /source -B /build -G Ninja -D CMAKE_BUILD_TYPE=RelWithDebInfo -D CCKM_BUILD_TESTS=OFF >/dev/null
inside cmake --build /build | tail -n 1

say "Run"
inside cmake --install /build --prefix /usr >/dev/null
inside cckm_exporter --version
mkdir "$debian/etc/cckm"
(umask 077 && echo token >"$debian/etc/cckm/token")
cat >"$debian/etc/cckm/config.yml" <<'CONFIG'
targets:
  - name: cm
    url: https://127.0.0.1:9
    authorization: { credentials_file: token }
    collectors: { dsm: { refresh_ids: [r] } }
CONFIG
inside openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout /etc/cckm/key.pem \
  -out /etc/cckm/cert.pem 2>/dev/null
chmod 600 "$debian/etc/cckm/key.pem"
echo 'tls_server_config: { cert_file: cert.pem, key_file: key.pem }' >"$debian/etc/cckm/web.yml"
inside cckm_exporter --config.file=/etc/cckm/config.yml --web.config.file=/etc/cckm/web.yml --config.check
# Nobody answers on that port: the metrics are printed, and the exit code says that the collector is down.
code=0
inside cckm_exporter --config.file=/etc/cckm/config.yml --once >"$work/metrics" 2>"$work/log" || code=$?
if [ $code -ne 1 ] || ! grep -q '^cckm_up{target="cm",cloud="dsm"} 0$' "$work/metrics"; then
  cat "$work/log"
  exit 1
fi
echo "It works on Debian 13."
