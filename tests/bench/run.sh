#!/usr/bin/env bash
# Measures the exporter against floors that are measured in the same run, prints a table of figure,
# floor, ratio and bound, and exits 1 if a bound is missed.
#
# Usage: tests/bench/run.sh [--quick] [--build-dir=DIR]
#   --quick      about three minutes: fewer polls, no 100,000 refreshes
#   --build-dir  a configured build folder (build/release); what is missing in it is built
#
# Everything listens on 127.0.0.1 on free ports and is stopped at the end.  Times are CPU times of
# one process, so that a busy machine disturbs the ratios little.

set -euo pipefail
cd "$(dirname "$0")/../.."

quick=false
build=build/release
for argument in "$@"; do
  case "$argument" in
    --quick) quick=true ;;
    --build-dir=*) build=${argument#*=} ;;
    *) echo "usage: $0 [--quick] [--build-dir=DIR]" >&2; exit 2 ;;
  esac
done

readonly programs=(cckm_exporter ciphertrust_simulator bare_poll bare_server exposer load_client
  render_bench)
[[ -f $build/build.ninja || -f $build/Makefile ]] || cmake --preset release >&2
cmake --build "$build" -j2 --target "${programs[@]}" >&2

# shellcheck source=tests/bench/processes.sh
. tests/bench/processes.sh
bench=$build/tests/bench
table=$work/table
: >"$table"

# --- arithmetic ---

calculate() { awk "BEGIN { printf \"%.${2:-2}f\\n\", $1 }"; }

median() { sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

report() {  # NAME FIGURE FLOOR RATIO BOUND UNIT (at-most|at-least)
  local verdict=ok comparison='<='
  [[ $7 == at-least ]] && comparison='>='
  awk "BEGIN { exit !($4 $comparison $5) }" || verdict=MISSED
  printf '%s\t%s\t%s\t%s\t%s %s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$comparison" "$5" "$6" "$verdict" |
    tee -a "$table" >&2
}

# --- polling and memory ---

refreshes_so_far() {  # polled by id, or by pages of the list, each of 100
  get /metrics | awk '/^cckm_api_requests_total.*endpoint="refresh"/ { sum += $2 }
    /^cckm_api_requests_total.*endpoint="refresh_list"/ { sum += 100 * $2 } END { print sum + 0 }'
}

bare_microseconds() {  # POLLS [PAGE]: CPU of the bare loop for each refresh, by ID or through the list
  "$bench/bare_poll" "$simulator_url/api/v1/cckm/dsm/refresh" "$work/ids-dsm.txt" $connections "$1" \
    $token "${@:2}" | awk '{ printf "%.2f\n", $2 / $1 * 1e6 }'
}

exporter_microseconds() {  # SECONDS: CPU of the running exporter for each refresh, over whole polls
  local cpu refreshes
  await_idle
  refreshes=$(refreshes_so_far)
  cpu=$(cpu_seconds "${pids[exporter]}")
  sleep "$1"
  await_idle
  cpu=$(calculate "$(cpu_seconds "${pids[exporter]}") - $cpu" 9)
  refreshes=$(calculate "$(refreshes_so_far) - $refreshes" 0)
  ((refreshes > 0)) || { echo "the exporter asked for nothing" >&2; return 1; }
  calculate "$cpu / $refreshes * 1e6"
}

repeat() {  # TIMES COMMAND...: the median of what the command prints
  local times=$1
  shift
  for ((; times > 0; --times)); do "$@"; done | median
}

resident_mebibytes() {
  await_idle
  awk '/^VmRSS/ { printf "%.1f\n", $2 / 1024 }' "/proc/${pids[exporter]}/status"
}

report_memory() {  # NAME REFRESHES: resident memory after the polls so far, and a scrape of text and one of gzip
  local body resident allowed
  get /metrics gzip >/dev/null
  body=$(get /metrics | awk '/^Content-Length:/ { print $2 + 0 }')
  resident=$(resident_mebibytes)
  allowed=$(calculate "24 + $2 / 1024 + 1.25 * $body / 1048576" 1)
  report "$1" "$resident" "$allowed" "$(calculate "$resident / $allowed")" 1.00 MiB \
    at-most
}

measure_polling() {
  local floor figure windows=3
  $quick && windows=1
  start_simulator 20000 20000
  floor=$(repeat $windows bare_microseconds 2)
  start_exporter 5s 200000
  figure=$(repeat $windows exporter_microseconds 10)
  report "CPU of a polled refresh, of 20,000" "$figure" "$floor" "$(calculate "$figure / $floor")" 2 \
    us at-most
  report_memory "memory, 20,000 refreshes" 20000
  $quick && return
  start_exporter 5s 100000000
  await_idle
  report_memory "memory, 20,000 refreshes, every series" 20000
}

scrape_compressed() {  # the exporter, every five seconds
  local answer
  while sleep 5; do
    exec {answer}<>"/dev/tcp/127.0.0.1/$exporter_port"
    printf 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n' >&"$answer"
    printf 'Connection: close\r\n\r\n' >&"$answer"
    cat <&"$answer" >/dev/null
    exec {answer}>&-
  done
}

steady_microseconds() {  # SECONDS: CPU of the running and scraped exporter for each refresh
  local cpu refreshes
  scrape_compressed &
  pids[scraper]=$!
  sleep 10
  refreshes=$(refreshes_so_far)
  cpu=$(cpu_seconds "${pids[exporter]}")
  sleep "$1"
  cpu=$(calculate "$(cpu_seconds "${pids[exporter]}") - $cpu" 9)
  refreshes=$(calculate "$(refreshes_so_far) - $refreshes" 0)
  stop scraper
  ((refreshes > 0)) || { echo "the exporter asked for nothing" >&2; return 1; }
  calculate "$cpu / $refreshes * 1e6"
}

# Nothing of what the list says is new.  The floor is measured before and after, in the same seconds.
measure_steady_list() {  # REFRESHES
  local floors figure floor how windows=3 seconds=40
  $quick && windows=1 seconds=20
  start_simulator "$1" "$1"
  for how in configured discovered; do
    start_exporter 5s 200000 "$([[ $how == configured ]] || echo discover)"
    floors=$(repeat $windows bare_microseconds 3 100)
    figure=$(steady_microseconds $seconds)
    floor=$(calculate "($floors + $(repeat $windows bare_microseconds 3 100)) / 2")
    report "CPU of a refresh through the list, $how, of $1" "$figure" "$floor" \
      "$(calculate "$figure / $floor")" 2.5 us at-most
  done
}

start_seconds() {  # CPU of the exporter until it is ready: /metrics has all of 10,000 refreshes
  start_exporter 1h 200000 10000
  cpu_seconds "${pids[exporter]}"
  stop exporter
}

bare_start_seconds() {  # CPU of the bare loop from its start, for the same requests: of each of them, and of the domains
  local url=$simulator_url/api/v1/cckm/dsm
  {
    "$bench/bare_poll" "$url/refresh" "$work/started.txt" $connections 0 $token | awk '{ print $3 }'
    "$bench/bare_poll" "$url/domains" "$work/started.txt" $connections 1 $token 100 | awk '{ print $2 }'
  } | awk '{ sum += $1 } END { print sum }'
}

# From the start of the process to its first complete exposition, with 10,000 refreshes of a list so
# long that each is requested by id.
measure_start() {
  local figure floor
  start_simulator 1000100 10000
  head -n 10000 "$work/ids-dsm.txt" >"$work/started.txt"
  floor=$(repeat 3 bare_start_seconds)
  figure=$(repeat 3 start_seconds)
  report "CPU of a start with 10,000 refreshes, until it is ready" "$(calculate "$figure" 3)" \
    "$(calculate "$floor" 3)" "$(calculate "$figure / $floor")" 2 s at-most
}

# A million of refreshes through the list cost as much each as a thousand, and show a million series.
measure_million() {
  local few many
  start_simulator 1000 1000
  start_exporter 1s 200000
  few=$(steady_microseconds 20)
  start_simulator 1000000 10000
  start_exporter 45s 1000000
  sleep 90  # a poll reads what is new, the next one what it says then
  many=$(steady_microseconds 90)
  report "CPU of a refresh through the list, 1,000,000 to 1,000" "$many" "$few" \
    "$(calculate "$many / $few")" 1 us at-most
  report_memory "memory, 1,000,000 refreshes, 1,000,000 series" 1000000
}

# What a burst takes goes back: the appliance gives no answer for a while, so that all refreshes change
# twice, the configuration is read again, and many clients scrape meanwhile.
measure_burst() {
  local before after
  start_simulator 20000 20000
  start_exporter 5s 200000
  get /metrics gzip >/dev/null
  get /metrics >/dev/null
  sleep 65  # memory that was freed is returned once a minute
  before=$(resident_mebibytes)
  kill -STOP "${pids[simulator]}"
  kill -HUP "${pids[exporter]}"
  "$bench/load_client" "$exporter_port" /metrics 32 30 identity >/dev/null
  kill -CONT "${pids[simulator]}"
  sleep 100
  after=$(resident_mebibytes)
  report "memory, 20,000 refreshes, a minute after a burst, to before" "$after" "$before" \
    "$(calculate "$after / $before")" 1.05 MiB at-most
}

# One refresh more costs the same however many there are.
measure_growth() {
  local few many
  start_simulator 1000 1000
  start_exporter 1s 200000
  few=$(exporter_microseconds 20)
  start_simulator 100000 100000
  start_exporter 15s 200000
  many=$(exporter_microseconds 30)
  report "CPU of a polled refresh, 100,000 to 1,000" "$many" "$few" "$(calculate "$many / $few")" 1.3 \
    us at-most
  report_memory "memory, 100,000 refreshes" 100000
  start_exporter 15s 100000000
  await_idle
  report_memory "memory, 100,000 refreshes, every series" 100000
}

# The same requests with TLS and without, on connections that are kept: one for each refresh, since
# the list has so many more that asking by id takes fewer.
measure_tls() {
  local plain encrypted windows=3
  $quick && windows=1
  start_simulator 200100 2000
  start_exporter 2s 200000 2000
  plain=$(repeat $windows exporter_microseconds 10)
  start_simulator 200100 2000 --tls-folder="$work/tls"
  start_exporter 2s 200000 2000
  encrypted=$(repeat $windows exporter_microseconds 10)
  report "CPU of a polled refresh, with TLS to without" "$encrypted" "$plain" \
    "$(calculate "$encrypted / $plain")" 1.5 us at-most
}

# --- scrapes ---

# Sets rate, body_bytes and p99_ms.
load() {  # PORT CONNECTIONS ENCODING
  local seconds=3
  $quick && seconds=1
  read -r rate body_bytes p99_ms < <("$bench/load_client" "$1" /metrics "$2" $seconds "$3")
}

start_server() {  # PROGRAM ARGUMENT...: sets server_port
  : >"$work/server.log"
  "$bench/$1" "${@:2}" >"$work/server.log" &
  pids[server]=$!
  server_port=$(await_line "$work/server.log" '^[0-9]+$')
}

# Medians of five rounds in turns, of the rate and of the slowest hundredth: sets figure, floor,
# figure_p99 and floor_p99.
compare_with_bare_server() {  # CONNECTIONS ENCODING
  load "$exporter_port" "$1" "$2"
  start_server bare_server "$body_bytes" $((web_connections + 8))
  rm -f "$work"/{exporter,bare}_{rates,p99}
  local side port
  for _ in 1 2 3 4 5; do
    for side in exporter bare; do
      port=$exporter_port
      [[ $side == exporter ]] || port=$server_port
      load "$port" "$1" "$2"
      echo "$rate" >>"$work/${side}_rates"
      echo "$p99_ms" >>"$work/${side}_p99"
    done
  done
  stop server
  figure=$(median <"$work/exporter_rates")
  floor=$(median <"$work/bare_rates")
  figure_p99=$(median <"$work/exporter_p99")
  floor_p99=$(median <"$work/bare_p99")
}

report_rate() {  # NAME LEAST_RATIO
  report "$1, $(calculate "$body_bytes / 1e6" 1) MB" "$figure" "$floor" \
    "$(calculate "$figure / $floor")" "$2" 1/s at-least
}

measure_scrapes() {
  local rate body_bytes p99_ms figure floor figure_p99 floor_p99 text_rate series
  start_simulator 2080 2080  # 48 series for a refresh and its domain
  start_exporter 15s 200000
  await_idle
  series=$(get /metrics | grep -c '^[a-z]')
  compare_with_bare_server 2 identity
  report_rate "scrapes of $series series, text" 0.9
  text_rate=$figure
  compare_with_bare_server 2 gzip
  report_rate "scrapes of $series series, gzip" 0.9
  compare_with_bare_server 200 gzip
  report "slowest of 100 scrapes, 200 at once, gzip" "$figure_p99" "$floor_p99" \
    "$(calculate "$figure_p99 / $floor_p99")" 1.5 ms at-most
  start_server exposer "$series"
  load "$server_port" 2 identity
  stop server
  report "scrapes of $series series, text, to prometheus-cpp's Exposer" "$text_rate" "$rate" \
    "$(calculate "$text_rate / $rate")" 40 1/s at-least
}

# Every refresh ends and another one of its domain begins, so that each poll changes what all show.
measure_changing() {
  local rate body_bytes p99_ms figure floor figure_p99 floor_p99
  start_simulator_of 2000 2000 --min-duration=1s --max-duration=3s --auto-restart \
    --restart-after=500ms --history=4000
  start_exporter 1s 200000 discover
  sleep 20  # until every domain has finished refreshes, and bodies keep their size
  compare_with_bare_server 8 gzip
  report "slowest of 100 scrapes while 2,000 refreshes begin and end, 8 at once, gzip" "$figure_p99" \
    "$floor_p99" "$(calculate "$figure_p99 / $floor_p99")" 1.5 ms at-most
}

# --- steps from an answer to the exposition ---

per_series() {  # BENCHMARK: nanoseconds
  awk -F'[:,] *' -v name="\"$1_median\"" '
    $1 ~ /"name"/ { found = index($0, name) }
    found && $1 ~ /"per_series"/ { printf "%.1f\n", $2 * 1e9 }' "$work/render.json"
}

cpu_of() {  # BENCHMARK: microseconds
  awk -F'[:,] *' -v name="\"$1_median\"" '
    $1 ~ /"name"/ { found = index($0, name) }
    found && $1 ~ /"cpu_time"/ { printf "%.1f\n", $2 }' "$work/render.json"
}

measure_rendering() {
  local sizes='domains:10/max_series:10000000' figure floor filter=. name
  $quick && filter='RenderText|CopyLines|Publish'
  "$bench/render_bench" --benchmark_filter="$filter" --benchmark_repetitions=3 \
    --benchmark_min_time=0.1 \
    --benchmark_out="$work/render.json" --benchmark_out_format=json >"$work/render.txt" 2>&1
  grep -E '_median|^Benchmark' "$work/render.txt" >&2
  figure=$(per_series "RenderText/$sizes")
  floor=$(per_series "CopyLines/$sizes")
  report "rendering a series, of 10,000 refreshes" "$figure" "$floor" \
    "$(calculate "$figure / $floor")" 3.5 ns at-most
  report "rendering a series, in nanoseconds" "$figure" 1 "$figure" 30 ns at-most
  floor=$(cpu_of PublishWhole)
  for name in One None; do
    figure=$(cpu_of PublishAfter$name)
    report "publication of 100,000 series with gzip, ${name,,} of 2,000 refreshes changed" "$figure" "$floor" \
      "$(calculate "$figure / $floor" 3)" 0.02 us at-most
  done
}

measure_rendering
measure_polling
measure_steady_list 20000
$quick || measure_steady_list 100000
measure_tls
measure_scrapes
if ! $quick; then
  measure_changing
  measure_burst
  measure_growth
  measure_start
  measure_million
fi

echo
column -t -s $'\t' -N 'what,figure,floor,ratio,bound,unit,' "$table"
! grep -q MISSED "$table"
