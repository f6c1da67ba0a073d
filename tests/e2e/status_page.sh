#!/usr/bin/env bash
# Tests the status page in a real browser: Debian's Chromium, driven by playwright-core, against the real exporter and
# the simulated appliance on loopback.  Installs what is missing, says what it does, may be run again.
#
# Usage: status_page.sh     CCKM_EXPORTER_BINARY and CCKM_SIMULATOR_BINARY name the programs (default: build/release);
#                           CCKM_SCREENSHOTS names a folder for pictures of the page (default: none are taken)
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf '\n== %s\n' "$*"; }

say "Debian packages: a browser and Node.js"
missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} -eq 0 ]; then
  echo "All are installed."
else
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  echo "Installing: ${missing[*]}"
  "${as_root[@]}" apt-get -q update >/dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y install --no-install-recommends "${missing[@]}" >/dev/null
fi

export CCKM_EXPORTER_BINARY=${CCKM_EXPORTER_BINARY:-$PWD/build/release/exporter/cckm_exporter}
export CCKM_SIMULATOR_BINARY=${CCKM_SIMULATOR_BINARY:-$PWD/build/release/tests/simulator/ciphertrust_simulator}
for program in "$CCKM_EXPORTER_BINARY" "$CCKM_SIMULATOR_BINARY"; do
  [ -x "$program" ] || { echo "$program is not there; build it first (cmake --preset release)" >&2; exit 1; }
done

say "playwright-core (build/e2e)"
mkdir -p build/e2e
cp tests/e2e/status_page/{package.json,package-lock.json,.npmrc,*.mjs} build/e2e/
cd build/e2e
if ! cmp -s package-lock.json node_modules/.installed-from; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-from
fi

say "Tests of the status page in Chromium"
exec timeout --kill-after=10 300 node --test --test-reporter=spec .
