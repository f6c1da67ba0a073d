#!/usr/bin/env bash
# Takes the pictures of README.md anew: the status page and Prometheus' page of alerts, from the demo, in Chromium.
# Writes deploy/docs/images/*.png; look at them, and commit them.
#
# Usage: tests/system/e2e/pictures.sh      builds the demo first, as that does; takes two minutes more
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/system/e2e/browser.sh
. tests/system/e2e/browser.sh
# shellcheck source=deploy/chain/children.sh
. deploy/chain/children.sh
prepare_browser

log=$(mktemp)
trap 'end_children; rm -f "$log"' EXIT
trap 'exit 1' INT TERM

say "The demo"
deploy/demo.sh >"$log" 2>&1 &
demo=$!
children+=("$demo")
until grep -q '^Ctrl-C ends everything' "$log"; do
  kill -0 "$demo" 2>/dev/null || { cat "$log" >&2; exit 1; }
  sleep 1
done
page=$(sed -n 's/^Its page for people: *//p' "$log")
alerts=$(sed -n 's/^Prometheus and its alerts: *//p' "$log")
[ -n "$alerts" ] || { echo "The demo runs without Prometheus here." >&2; exit 1; }

say "Pictures"
mkdir -p deploy/docs/images
node build/e2e/pictures.mjs "$page" deploy/docs/images/status-page.png "$alerts" deploy/docs/images/alerts.png
ls -l deploy/docs/images
