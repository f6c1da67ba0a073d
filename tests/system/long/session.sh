#!/usr/bin/env bash
# Polls 2,000 refreshes every second for three minutes with tokens that live 20 seconds, against the simulated
# appliance, prints what was measured, and exits 1 if a poll failed, renewals came otherwise than planned, or
# two logins were under way at once.
#
# Usage: tests/system/long/session.sh [--build-dir=DIR]
#   --build-dir  a configured build folder (build/release); what is missing in it is built
#
# Everything listens on 127.0.0.1 on free ports and is stopped at the end.

set -euo pipefail
cd "$(dirname "$0")/../../.."

build=build/release
for argument in "$@"; do
  case "$argument" in
    --build-dir=*) build=${argument#*=} ;;
    *) echo "usage: $0 [--build-dir=DIR]" >&2; exit 2 ;;
  esac
done

# The list has so many more refreshes that asking for each by its id takes fewer requests.
readonly refreshes=2000 listed=200100
readonly seconds=180 token_seconds=20 password=CANARY-password
# A token is renewed when 54 to 66 % of its life have passed.
readonly least_renewals=14 most_renewals=17
[[ -f $build/build.ninja || -f $build/Makefile ]] || cmake --preset release >&2
cmake --build "$build" -j2 --target cckm_exporter ciphertrust_simulator >&2

work=$(mktemp -d)
readonly work
# shellcheck source=deploy/chain/children.sh
. deploy/chain/children.sh
trap 'end_children; rm -rf "$work"' EXIT

wait_for() {  # FILE PATTERN: the first match, within 60 seconds
  local tries
  for ((tries = 0; tries < 600; ++tries)); do
    grep -oE -m1 "$2" "$1" 2>/dev/null | sed -n 1p | grep . && return
    sleep 0.1
  done
  echo "nothing like '$2' in:" >&2
  cat "$1" >&2
  return 1
}

"$build/tests/simulator/ciphertrust_simulator" --listen=127.0.0.1:0 --families=dsm --control \
  --refreshes=$listed --domains=$refreshes --finished=0 --never-finish --username=exporter --password=$password \
  --token-lifetime=${token_seconds}s --ids-file="$work/ids" >"$work/simulator.log" 2>&1 &
children+=($!)
appliance=$(wait_for "$work/simulator.log" 'http://127[0-9.:]+')

(umask 077 && echo $password >"$work/password")
cat >"$work/config.yml" <<CONFIG
global: { poll_interval: 1s }
targets:
  - name: cm-long
    url: $appliance
    allow_http: true
    login: { username: exporter, password_file: password }
    collectors: { dsm: { refresh_ids: [$(head -n $refreshes "$work/ids-dsm.txt" | paste -sd,)] } }
CONFIG
"$build/exporter/cckm_exporter" --config.file="$work/config.yml" --storage.path="$work/data" \
  --web.listen-address=127.0.0.1:0 >"$work/exporter.log" 2>&1 &
children+=($!)
port=$(wait_for "$work/exporter.log" ' port=[0-9]+' | cut -d= -f2)

ask() { curl -sf --noproxy '*' "$1"; }
scrape() { ask "http://127.0.0.1:$port/metrics"; }
sum_of() { awk -v pattern="$1" '$0 ~ pattern { sum += $NF } END { print sum + 0 }' "$work/metrics"; }
journal_number() { grep -oE "\"$1\":[0-9]+" "$work/journal" | cut -d: -f2 | grep . || echo 0; }

until ask "http://127.0.0.1:$port/-/ready" >/dev/null; do sleep 0.1; done
down=0
end=$((SECONDS + seconds))
while ((SECONDS < end)); do
  sleep 1
  scrape >"$work/metrics"
  [[ $(sum_of '^cckm_up{') == 1 && $(sum_of '^cckm_unanswered_refreshes') == 0 ]] || ((++down))
done
scrape >"$work/metrics"
ask "$appliance/simulator/journal" >"$work/journal"

failed=no
report() {  # WHAT FIGURE EXPECTED CONDITION
  local verdict=ok
  awk "BEGIN { exit !($4) }" || { verdict=FAILED failed=yes; }
  printf '%-44s %10s   %-20s %s\n' "$1" "$2" "$3" "$verdict"
}

answers=$(sum_of '^cckm_api_requests_total.*endpoint="refresh",code="200"')
polls=$((answers / refreshes))
errors=$(sum_of '^cckm_api_errors_total')
renewals=$(sum_of '^cckm_token_renewals_total')
renewal_failures=$(sum_of '^cckm_token_renewal_failures_total')
passwords=$(journal_number password)
at_once=$(journal_number most_logins_at_once)
refused=$(journal_number requests_answered_401)
expired=$(journal_number requests_with_expired_token)

printf '%s refreshes polled every second for %s s, tokens of %s s\n' $refreshes $seconds $token_seconds
report "polls" "$polls" "at least $((seconds * 9 / 10))" "$polls >= $seconds * 0.9"
report "seconds in which a poll had failed" "$down" 0 "$down == 0"
report "errors" "$errors" 0 "$errors == 0"
report "renewals" "$renewals" "$least_renewals to $most_renewals" \
  "$renewals >= $least_renewals && $renewals <= $most_renewals"
report "renewals that failed" "$renewal_failures" 0 "$renewal_failures == 0"
report "logins with the password" "$passwords" 1 "$passwords == 1"
report "most logins at once" "$at_once" 1 "$at_once == 1"
report "requests answered 401" "$refused" 0 "$refused == 0"
report "requests with an expired token" "$expired" 0 "$expired == 0"
[[ $failed == no ]]
