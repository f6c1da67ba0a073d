#!/usr/bin/env bash
# Unpacks Debian's prometheus-alertmanager package (alertmanager and amtool) below build/tools, without installing it as
# a service, and prints the folder of the programs.  Does nothing if they are there.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$PWD/build/tools/alertmanager
if [ ! -x "$folder/usr/bin/alertmanager" ]; then
  mkdir -p "$folder"
  (
    cd "$folder"
    # A machine that never updated its package lists knows no package.
    apt-get -q download prometheus-alertmanager >/dev/null 2>&1 || {
      if [ "$(id -u)" -eq 0 ]; then apt-get -q update >/dev/null; else sudo apt-get -q update >/dev/null; fi
      apt-get -q download prometheus-alertmanager >/dev/null
    }
    dpkg-deb -x prometheus-alertmanager_*.deb .
    rm -f prometheus-alertmanager_*.deb
    # Debian's build reads its templates from /usr/share only: lay the unpacked ones there, for this process alone, or
    # for good where root may make no mounts, as in a container.
    cat >usr/bin/alertmanager <<'WRAPPER'
#!/bin/sh
folder=$(cd "$(dirname "$0")/../.." && pwd)
program=$folder/usr/bin/prometheus-alertmanager
[ ! -e /usr/share/prometheus/alertmanager/default.tmpl ] || exec "$program" "$@"
as_root=
[ "$(id -u)" -eq 0 ] || as_root=--map-root-user
if ! unshare $as_root --mount true 2>/dev/null; then
  mkdir -p /usr/share/prometheus && cp -r "$folder/usr/share/prometheus/alertmanager" /usr/share/prometheus/ || exit
  exec "$program" "$@"
fi
exec unshare $as_root --mount sh -c 'mount --bind "$0" /usr/share && exec "$@"' "$folder/usr/share" "$program" "$@"
WRAPPER
    chmod +x usr/bin/alertmanager
  )
fi
echo "$folder/usr/bin"
