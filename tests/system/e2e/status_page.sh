#!/usr/bin/env bash
# Tests the status page in a real browser: Debian's Chromium, driven by playwright-core, against the real exporter and
# the simulated appliance on loopback.  Installs what is missing, says what it does, may be run again.
#
# Usage: status_page.sh     CCKM_EXPORTER_BINARY and CCKM_SIMULATOR_BINARY name the programs (default: build/release);
#                           CCKM_SCREENSHOTS names a folder for pictures of the page (default: none are taken)
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/system/e2e/browser.sh
. tests/system/e2e/browser.sh
prepare_browser

export CCKM_EXPORTER_BINARY=${CCKM_EXPORTER_BINARY:-$PWD/build/release/exporter/cckm_exporter}
export CCKM_SIMULATOR_BINARY=${CCKM_SIMULATOR_BINARY:-$PWD/build/release/tests/simulator/ciphertrust_simulator}
for program in "$CCKM_EXPORTER_BINARY" "$CCKM_SIMULATOR_BINARY"; do
  [ -x "$program" ] || { echo "$program is not there; build it first (cmake --preset release)" >&2; exit 1; }
done

say "Tests of the status page in Chromium"
cd build/e2e
exec timeout --kill-after=10 300 node --test --test-reporter=spec .
