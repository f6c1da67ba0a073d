#!/usr/bin/env bash
# The programs that tests/bench/run.sh measures, and how it asks them.  To be sourced, with the build folder in `build`.
#
# Everything listens on 127.0.0.1 on free ports and is stopped at the end.

readonly token=bench-token connections=8 web_connections=256
exporter=${build:?}/exporter/cckm_exporter
readonly simulator=$build/tests/simulator/ciphertrust_simulator
work=$(mktemp -d)
readonly work
declare -A pids=()

stop() {  # NAME in pids
  [[ -n ${pids[$1]-} ]] || return 0
  kill "${pids[$1]}" 2>/dev/null || true
  wait "${pids[$1]}" 2>/dev/null || true
  unset "pids[$1]"
}

clean_up() {
  for name in "${!pids[@]}"; do stop "$name"; done
  rm -rf "$work"
}
trap clean_up EXIT

await_line() {  # FILE PATTERN: the first line of the file that matches, within 60 seconds
  local tries
  for ((tries = 0; tries < 600; ++tries)); do
    grep -m1 -E "$2" "$1" 2>/dev/null && return
    sleep 0.1
  done
  echo "nothing like '$2' in:" >&2
  cat "$1" >&2
  return 1
}

start_simulator() {  # REFRESHES DOMAINS [FLAG...]: with refreshes that go on for ever
  start_simulator_of "$@" --never-finish
}

start_simulator_of() {  # REFRESHES DOMAINS [FLAG...]
  stop simulator
  : >"$work/simulator.log"
  "$simulator" --listen=127.0.0.1:0 --families=dsm --refreshes="$1" --finished=0 --domains="$2" \
    --token=$token --ids-file="$work/ids" "${@:3}" >"$work/simulator.log" 2>&1 &
  pids[simulator]=$!
  simulator_url=$(await_line "$work/simulator.log" 'listening on' | sed 's/.* //')
}

start_exporter() {  # POLL_INTERVAL MAX_SERIES [N|discover]: polls every refresh of the simulator, or the first N
  local collector='discovery: { enabled: true, interval: 5s, max_refreshes: 100000 }'
  if [[ ${3-} != discover ]]; then
    head -n "${3:-1000000}" "$work/ids-dsm.txt" >"$work/watched.txt"
    collector='refresh_id_files: [watched.txt]'
  fi
  stop exporter
  (umask 077 && echo $token >"$work/token")
  {
    printf 'global: { poll_interval: %s, max_series: %s }\n' "$1" "$2"
    printf 'targets:\n  - name: cm-bench\n    url: %s\n    allow_http: true\n' "$simulator_url"
    printf '    max_connections: %s\n' $connections
    printf '    authorization: { credentials_file: token }\n'
    [[ $simulator_url == http:* ]] || printf '    tls_config: { ca_file: %s }\n' "$work/tls/ca.pem"
    printf '    collectors: { dsm: { %s } }\n' "$collector"
  } >"$work/config.yml"
  : >"$work/exporter.log"
  "$exporter" --config.file="$work/config.yml" --storage.path= --web.listen-address=127.0.0.1:0 \
    --web.max-connections=$web_connections --web.max-requests=200 >"$work/exporter.log" 2>&1 &
  pids[exporter]=$!
  exporter_port=$(await_line "$work/exporter.log" 'Listening' | sed 's/.*port=//; s/[^0-9].*//')
  await_ready
}

get() {  # PATH [ENCODING]: answer of the exporter, headers included
  local answer
  exec {answer}<>"/dev/tcp/127.0.0.1/$exporter_port"
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Encoding: %s\r\n\r\n' "$1" \
    "${2-identity}" >&"$answer"
  cat <&"$answer"
  exec {answer}>&-
}

await_ready() {  # until the first poll is over
  local tries
  for ((tries = 0; tries < 600; ++tries)); do
    [[ $(get /-/ready) == 'HTTP/1.1 200'* ]] && return
    sleep 0.2
  done
  echo "the exporter is not ready after two minutes" >&2
  return 1
}

cpu_seconds() {  # PID: CPU time of its threads so far, to the nanosecond
  cat "/proc/$1/task"/*/schedstat | awk '{ sum += $1 } END { printf "%.9f\n", sum / 1e9 }'
}

await_idle() {  # until the exporter rests between two polls, for at most 20 seconds
  local tries before after
  for ((tries = 0; tries < 50; ++tries)); do
    before=$(cpu_seconds "${pids[exporter]}")
    sleep 0.4
    after=$(cpu_seconds "${pids[exporter]}")
    awk "BEGIN { exit !($after - $before < 0.02) }" && return
  done
  echo "the exporter never rests: its polls take longer than the interval" >&2
}
