# Configurations that change without a new pod, and files of refresh IDs.  tests/deploy/cluster/all_checks.sh sources this and calls
# `check_reload`.
# shellcheck shell=bash
# shellcheck disable=SC2086,SC2154  # run.sh and all_checks.sh have set what is in lower case, names without spaces

slower() { changed fast 's/poll_interval: 1s/poll_interval: 3s/'; }
status_of_reload() { curl -s -o /dev/null -w '%{http_code}' -X POST "http://$host:9847/-/reload"; }
goes_on() {
  upgrade fast no-restart
  keeps_pod upgrade "$(slower)" no-restart
  config_says 'poll_interval: 1s'
  [ "$(status_of_reload)" = 403 ]
}
# The kubelet takes its time.
file_is_written() { k exec $pod -- grep -q 'poll_interval: 3s' /etc/cckm_exporter/config.yml; }
hangs_up() {
  eventually 120 file_is_written
  config_says 'poll_interval: 1s'
  k exec $pod -- sh -c 'kill -HUP 1'
  eventually 5 config_says 'poll_interval: 3s'
}
reloaded_says() { [ "$(status_of_reload)" = 200 ] && config_says "$1"; }
posts() {
  upgrade fast no-restart lifecycle
  eventually 120 reloaded_says 'poll_interval: 1s'
}
reloads() {
  upgrade "$(slower)" no-restart lifecycle
  keeps_pod posts
}
watches() { [ "$(value 'cckm_tracked_refreshes{target="cm-prod",cloud="dsm"}')" = "$1" ]; }
watches_another() {
  upgrade "$(changed ids 's/"r1\\n"/"r1\\nr2\\n"/')"
  eventually 120 watches 2
}
follows_files() {
  upgrade ids
  eventually 30 watches 1
  keeps_pod watches_another
}

check_reload() {
  check "restartOnChange: false: the pod goes on, and refuses POST /-/reload" goes_on
  check "SIGHUP reads the new configuration" keeps_pod hangs_up
  check "POST /-/reload with enableLifecycle" reloads
  check "a changed file of refresh IDs is followed without a restart" follows_files
}
