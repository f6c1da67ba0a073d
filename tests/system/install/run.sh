#!/usr/bin/env bash
# Installs the exporter into a folder of its own and checks that it serves TLS from there, also where libssl-dev is
# not installed: the files that civetweb opens by name are hidden for the check.
#
# Usage: tests/system/install/run.sh BUILD_DIR.  Exit code 77: skipped, because mount namespaces are not allowed here.
set -euo pipefail
build=$1

if [ "${2-}" != --inside ]; then
  if ! unshare --mount true 2>/dev/null; then
    echo "SKIPPED: this user may make no mount namespace, in which files could be hidden"
    exit 77
  fi
  exec unshare --mount --propagation private "$0" "$build" --inside
fi

work=$(mktemp -d)
exporter=
stop() {
  [ -z "$exporter" ] || kill "$exporter" 2>/dev/null || true
  umount --lazy "${libraries-$work}" "$work/real" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap stop EXIT

cmake --install "$build" --prefix "$work/usr" >/dev/null
# The folder of libraries as it is without libssl-dev: links to all the others.
libraries=$(dirname "$(ldconfig -p | sed -n 's/.*libssl\.so\.3 .*=> //p' | sed -n 1p)")
mkdir "$work/real" "$work/libraries"
mount --bind "$libraries" "$work/real"
cp --recursive --symbolic-link "$work"/real/* "$work/libraries/"
rm -f "$work"/libraries/libssl.so "$work"/libraries/libcrypto.so
mount --bind "$work/libraries" "$libraries"

cd "$work"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>/dev/null
chmod 600 key.pem
printf 'tls_server_config: { cert_file: cert.pem, key_file: key.pem }\n' >web.yml
(umask 077 && echo t >token)
printf 'targets: [{name: cm, url: "https://127.0.0.1:9", authorization: {credentials_file: token}, %s}]\n' \
  'collectors: {dsm: {refresh_ids: [r]}}' >config.yml

"$work/usr/bin/cckm_exporter" --config.file=config.yml --web.config.file=web.yml --config.check
"$work/usr/bin/cckm_exporter" --config.file=config.yml --web.config.file=web.yml --storage.path= \
  --web.listen-address=127.0.0.1:0 2>log &
exporter=$!
for _ in $(seq 100); do
  port=$(sed -n 's/.*Listening.* port=\([0-9]*\).*/\1/p' log)
  [ -z "$port" ] || break
  sleep 0.1
done
[ -n "$port" ] || { cat log; exit 1; }
curl --silent --show-error --fail --cacert cert.pem --resolve "localhost:$port:127.0.0.1" \
  "https://localhost:$port/metrics" | grep -c '^cckm_' >/dev/null
echo "The installed exporter serves TLS."

# Without its own libraries it must not start, rather than crash at the first handshake.
mv "$work/usr/lib/cckm_exporter" "$work/elsewhere"
if "$work/usr/bin/cckm_exporter" --config.file=config.yml --web.config.file=web.yml --config.check 2>refusal; then
  echo "It accepts TLS that cannot work."
  exit 1
fi
echo "Without its libraries it says: $(head -n 1 refusal)"
