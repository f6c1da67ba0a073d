#!/usr/bin/env bash
# Unpacks Debian's prometheus package (prometheus and promtool) below build/tools, without installing it as a
# service, and prints the folder of the programs.  Does nothing if they are there.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$PWD/build/tools/prometheus
if [ ! -x "$folder/usr/bin/promtool" ]; then
  mkdir -p "$folder"
  (
    cd "$folder"
    # A machine that never updated its package lists knows no package.
    apt-get -q download prometheus >/dev/null 2>&1 || {
      if [ "$(id -u)" -eq 0 ]; then apt-get -q update >/dev/null; else sudo apt-get -q update >/dev/null; fi
      apt-get -q download prometheus >/dev/null
    }
    dpkg-deb -x prometheus_*.deb .
    rm -f prometheus_*.deb
  )
fi
echo "$folder/usr/bin"
