#!/usr/bin/env bash
# The Debian package under a real systemd: makes a Debian of its own in a temporary folder, boots it in a virtual machine,
# and does there what the README says of the service, then what happens to one in its life.
#
# Usage: systemd.sh DEB SIMULATOR      as root; takes four minutes where KVM does not work, and less where it does
# Exit code 77: skipped, because a tool is missing or this is no amd64 machine.
set -euo pipefail

# shellcheck source=tests/checks.sh
. "$(dirname "$0")/$([ "${1-}" = --inside ] || echo ../../)checks.sh"

# --- in the virtual machine: systemd.sh --inside ---

etc=/etc/cckm_exporter
ledger=/var/lib/cckm_exporter/ledger.sqlite
own=/etc/systemd/system/cckm_exporter.service.d
property() { systemctl show --property="$1" --value cckm_exporter; }
journal() { journalctl --unit=cckm_exporter --output=cat --no-pager; }
has() { grep --count "$@" >/dev/null; }  # reads to the end, so that no pipe breaks
answers() { curl -sf "http://localhost:9847$1"; }
is() { answers /metrics | has "^$1\$"; }
counted() { answers /metrics | awk '/^cckm_refresh_duration_seconds_count/ { sum += $NF } END { print sum + 0 }'; }
has_counted() { [ "$(counted)" = "$1" ]; }
is_up() { is 'cckm_up{target="cm-prod",cloud="dsm"} 1'; }
appliance() { curl -sSf --cacert /srv/ca.pem -X POST "$(cat /srv/appliance)/simulator/$1" >/dev/null; }
# A refresh that begins and ends, of which the exporter sees both.
refresh() {
  local before
  before=$(counted)
  appliance "refresh/dsm?id=$1"
  sleep 3
  appliance "refresh/dsm/$1/finish?as=completed"
  eventually 20 has_counted $((before + 1))
}
is_another() { [ "$(property MainPID)" != "$1" ] && [ "$(property ActiveState)" = active ]; }
# strike SIGNAL SECONDS: a new process has to come by itself within that time, and to know what was counted.
strike() {
  local process before
  process=$(property MainPID)
  before=$(counted)
  kill "-$1" "$process"
  eventually "$2" is_another "$process"
  eventually 20 has_counted "$before"
  eventually 20 is_up
}

installs() {
  cd /srv
  apt-get -q -y install ./cckm-exporter_*.deb
  systemctl is-enabled cckm_exporter
  if systemctl start cckm_exporter; then echo "It starts without a configuration."; return 1; fi
  [ "$(property ActiveState)/$(property AssertResult)" = inactive/no ]
}
takes_the_example() {
  mkdir -m 0750 config
  cp /usr/share/doc/cckm-exporter/examples/config.yml config/config.yml
  sed -i -e "s,https://cm.example.com,$(cat /srv/appliance)," \
    -e 's,enabled: true,enabled: true\, interval: 1s,' -e '/^targets:/i global: { poll_interval: 1s }' config/config.yml
  cp /srv/ca.pem config/ca.pem
  (umask 027 && echo wrong >config/password)
  sudo install -m 0640 -g cckm-exporter config/* $etc/
  sudo -u cckm-exporter /usr/bin/cckm_exporter --config.file=$etc/config.yml --config.check
}
names_who_may_not_read() {
  chgrp root $etc/password
  if sudo -u cckm-exporter /usr/bin/cckm_exporter --config.file=$etc/config.yml --config.check 2>/tmp/said; then return 1; fi
  command=$(sed -n 's/.*the user cckm-exporter may not read it: run //p' /tmp/said)
  [ -n "$command" ] || { cat /tmp/said; return 1; }
  bash -c "$command"
  sudo -u cckm-exporter /usr/bin/cckm_exporter --config.file=$etc/config.yml --config.check
}
starts() {
  sudo systemctl start cckm_exporter
  [ "$(property ActiveState)/$(property Type)/$(property NotifyAccess)" = active/notify/main ]
  [ "$(property WatchdogUSec)" = 1min ]
  answers /metrics | has '^cckm_up{'
  answers / | has '<title>'
  [ "$(stat -c '%U %a' ${ledger%/*}) $(stat -c %a $ledger)" = "cckm-exporter 700 600" ]
}
unit_is_clean() {
  systemd-analyze verify --man=no cckm_exporter.service 2>&1 | tee /tmp/said
  journalctl --boot --no-pager --priority=warning _PID=1 | { grep cckm_exporter || true; } |
    { grep -vi 'assert' || true; } | tee -a /tmp/said
  [ ! -s /tmp/said ]
}
notices_a_password() {
  eventually 10 is 'cckm_authenticated{target="cm-prod"} 0'
  journalctl --unit=cckm_exporter --priority=warning --no-pager | has 'level=warn'
  echo correct >$etc/password
  eventually 10 is 'cckm_authenticated{target="cm-prod"} 1'
  eventually 10 is_up
}
knows_its_process() {
  local name
  for name in cpu_seconds_total open_fds max_fds resident_memory_bytes virtual_memory_bytes start_time_seconds; do
    is "process_$name .*" || { echo "no process_$name"; return 1; }
  done
}
reloads() {
  local process
  process=$(property MainPID)
  sed -i 's/poll_interval: 1s/poll_interval: 2s/' $etc/config.yml
  systemctl reload cckm_exporter
  eventually 10 eval 'answers /config | has "poll_interval: 2s"'
  sed -i 's/poll_interval/pol_interval/' $etc/config.yml
  if systemctl reload cckm_exporter; then echo "It takes a mistake."; return 1; fi
  journal | has 'config.yml:.*pol_interval'
  is 'cckm_exporter_config_last_reload_successful 1'
  kill -HUP "$process"
  eventually 10 is 'cckm_exporter_config_last_reload_successful 0'
  sed -i 's/pol_interval: 2s/poll_interval: 1s/' $etc/config.yml
  systemctl reload cckm_exporter
  eventually 10 is 'cckm_exporter_config_last_reload_successful 1'
  [ "$(property MainPID)" = "$process" ]
}
leaves_no_core() {
  grep -E '^Max core file size +0 +0 ' "/proc/$(property MainPID)/limits"
  strike SEGV 30
}
watchdog_restarts() {
  mkdir -p $own
  printf '[Service]\nWatchdogSec=5s\n' >$own/watchdog.conf
  systemctl daemon-reload
  systemctl restart cckm_exporter
  strike STOP 60
  rm -r $own
  systemctl daemon-reload
  systemctl restart cckm_exporter
  journal | has 'Watchdog timeout'
}
refuses_a_mistake() {
  cp -p $etc/config.yml /tmp/
  echo 'targets: [{ nam: x }]' >$etc/config.yml
  if systemctl restart cckm_exporter; then echo "It starts."; return 1; fi
  sleep 7
  [ "$(property ActiveState) $(property ExecMainStatus) $(property NRestarts)" = "failed 2 0" ]
  journal | has 'config.yml:1: .*nam: is not a known key'
  cp -p /tmp/config.yml $etc/
  systemctl start cckm_exporter
  eventually 20 is_up
}
stops() {
  local begin=$SECONDS
  systemctl stop cckm_exporter
  [ $((SECONDS - begin)) -le 3 ] && [ "$(property Result)" = success ]
  systemctl start cckm_exporter
  eventually 20 is_up
}
is_installed_again() {
  local process
  process=$(property MainPID)
  apt-get -q -y install --reinstall /srv/cckm-exporter_*.deb
  is_another "$process"
  eventually 20 has_counted "$1"
}
came_with_the_machine() {
  eventually 60 is_up
  [ "$(property NRestarts)" = 0 ]
  has_counted 3
  refresh after-boot
}
is_removed() {
  apt-get -q -y remove cckm-exporter
  [ "$(property LoadState)/$(property ActiveState)" = not-found/inactive ]
  [ -e $ledger ] && [ -e $etc/password ]
}
is_purged() {
  apt-get -q -y purge cckm-exporter
  [ ! -e ${ledger%/*} ] && [ ! -e /etc/default/cckm_exporter ]
  [ -z "$(find /etc/systemd /var/lib/systemd -name 'cckm_exporter*')" ]
}

first_boot() {
  check "the package installs, and waits for a configuration" installs
  check "README's steps up to --config.check" takes_the_example
  check "a password that it may not read: the command that helps is told" names_who_may_not_read
  check "it starts, says so, and serves" starts
  check "systemd has no warning" unit_is_clean
  check "a password that becomes right is noticed" notices_a_password
  check "every process metric is there" knows_its_process
  check "a reload, and one with a mistake" reloads
  check "a refresh is counted" refresh one
  check "kill -9: it comes again and knows the count" strike KILL 30
  check "SIGSEGV: the same, and no core file" leaves_no_core
  check "it counts on" refresh two
  check "SIGSTOP: the watchdog has it restarted" watchdog_restarts
  check "a wrong configuration: told, and not tried again" refuses_a_mistake
  check "it stops at once" stops
  check "and counts on" refresh three
  check "installed again: restarted, and knows the count" is_installed_again 3
}
second_boot() {
  check "it starts with the machine and knows the count" came_with_the_machine
  check "removed: gone, but for the ledger and the configuration" is_removed
  check "purged: without a trace but the configuration" is_purged
}
if [ "${1-}" = --inside ]; then
  if [ ! -e /srv/counts ]; then
    first_boot
    echo "passed=$passed failed=$failed" >/srv/counts
    systemctl reboot 2>/dev/null
  else
    # shellcheck source=/dev/null
    . /srv/counts
    second_boot
    checks_done || true
    systemctl poweroff 2>/dev/null
  fi
  exit
fi

# --- on this machine ---

[ $# -eq 2 ] || { sed -n '5,6s/^# \{0,1\}//p' "$0"; exit 2; }
deb=$(realpath "$1")
simulator=$(realpath "$2")
cd "$(dirname "$0")/../../.."
for tool in qemu-system-x86_64 mmdebstrap mke2fs; do
  command -v "$tool" >/dev/null || { echo "SKIPPED: $tool is missing"; exit 77; }
done
[ "$(id -u)" -eq 0 ] || { echo "SKIPPED: not root"; exit 77; }
[ "$(dpkg --print-architecture)" = amd64 ] || { echo "SKIPPED: not an amd64 machine"; exit 77; }

# shellcheck source=deploy/chain/children.sh
. deploy/chain/children.sh
trap 'end_children; rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' INT TERM
root=$work/root

# The appliance is on this machine, which the virtual one sees as 10.0.2.2.
"$simulator" --listen=127.0.0.1:0 --families=dsm,external-cm --domains=2 --refreshes=0 --username=exporter \
  --password=correct --control --tls-folder="$work/tls" --tls-name=cm.example.com >"$work/simulator" 2>&1 &
children+=($!)
eventually 10 grep -q 'listening on' "$work/simulator"
port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$work/simulator")

# Packages the exporter needs are laid into apt's cache: the virtual machine reaches no other.
# shellcheck disable=SC2016  # mmdebstrap's shell expands it
DEB=$deb mmdebstrap --quiet --variant=minbase --skip=cleanup/apt \
  --include=systemd-sysv,udev,linux-image-cloud-amd64,ca-certificates,curl,sudo,init-system-helpers \
  --customize-hook='cp "$DEB" "$1/srv/"' \
  --customize-hook='APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq -y --download-only install "$DEB" >/dev/null' \
  bookworm "$root"
cp "$work/tls/ca.pem" "$root/srv/"
cp "$0" tests/checks.sh "$root/srv/"
echo "https://cm.example.com:$port" >"$root/srv/appliance"
printf '127.0.0.1 localhost check\n10.0.2.2 cm.example.com\n' >"$root/etc/hosts"
echo check >"$root/etc/hostname"
echo '/dev/vda / ext4 defaults 0 1' >"$root/etc/fstab"
printf '[Match]\nName=en* eth*\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/check.network"
cat >"$root/etc/systemd/system/check.service" <<'UNIT'
[Unit]
Wants=network-online.target
After=network-online.target
[Service]
Environment=DEBIAN_FRONTEND=noninteractive
ExecStart=/bin/bash /srv/systemd.sh --inside
StandardOutput=file:/dev/ttyS1
StandardError=file:/dev/ttyS1
[Install]
WantedBy=multi-user.target
UNIT
systemctl --root="$root" enable check systemd-networkd >/dev/null 2>&1
cp -L "$root/vmlinuz" "$root/initrd.img" "$work/"
truncate -s 4G "$work/disk"
mke2fs -q -F -t ext4 -d "$root" "$work/disk"
rm -rf --one-file-system "$root"

boot() {  # ACCELERATOR
  timeout 1200 qemu-system-x86_64 -accel "$1" -smp 2 -m 1024 -kernel "$work/vmlinuz" -initrd "$work/initrd.img" \
    -append 'root=/dev/vda rw console=ttyS0' -drive "file=$work/disk,if=virtio,format=raw,cache=unsafe" \
    -nic user,model=virtio-net-pci -display none -monitor none -serial "file:$work/console" -serial "file:$work/report" \
    </dev/null >"$work/qemu" 2>&1 &
  machine=$!
  children+=("$machine")
}
# A nested KVM may be there and yet run no kernel.
: >"$work/report"
boot kvm
if ! eventually 20 grep -qa 'Linux version' "$work/console" >/dev/null 2>&1; then
  kill "$machine" 2>/dev/null || true
  wait "$machine" 2>/dev/null || true
  echo "No KVM that works: emulated, which takes longer."
  boot tcg,thread=multi
fi
tail -n +1 -f --pid="$machine" "$work/report" 2>/dev/null | sed -u 's,\r$,,'
wait "$machine" || true
if ! tr -d '\r' <"$work/report" | grep '^[0-9]* passed, 0 failed, 0 skipped$' >/dev/null; then
  grep -q ' passed, ' "$work/report" || tail -n 40 "$work/console"
  exit 1
fi
