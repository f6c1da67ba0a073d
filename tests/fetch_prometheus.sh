#!/usr/bin/env bash
# Unpacks Debian's prometheus package (prometheus and promtool) below build/tools, with what its pages need and without
# installing it as a service, and prints the folder of the programs.  Does nothing if they are there.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$PWD/build/tools/prometheus
packages=(prometheus fonts-glyphicons-halflings libjs-bootstrap4 libjs-d3 libjs-eonasdan-bootstrap-datetimepicker
  libjs-jquery libjs-jquery-hotkeys libjs-moment libjs-moment-timezone libjs-mustache libjs-popper.js libjs-rickshaw)
if [ ! -x "$folder/usr/bin/promtool" ] || [ ! -d "$folder/usr/share/javascript/rickshaw" ]; then
  mkdir -p "$folder"
  (
    cd "$folder"
    # A machine that never updated its package lists knows no package.
    apt-get -q download "${packages[@]}" >/dev/null 2>&1 || {
      if [ "$(id -u)" -eq 0 ]; then apt-get -q update >/dev/null; else sudo apt-get -q update >/dev/null; fi
      apt-get -q download "${packages[@]}" >/dev/null
    }
    for package in *.deb; do dpkg-deb -x "$package" .; done
    rm -f ./*.deb
  )
fi
echo "$folder/usr/bin"
