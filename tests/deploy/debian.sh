# A Debian in a folder, from the packages that this machine reaches.  As root.
#
# Sourced by run.sh, image.sh and debian13.sh of tests/deploy/packages, and by tests/deploy/cluster/build.sh.
# shellcheck shell=bash

# make_debian FOLDER RELEASE OPTION...: the options are mmdebstrap's.
make_debian() {
  local folder=$1 release=$2
  shift 2
  mmdebstrap --quiet "$@" "$release" "$folder"
  # What this machine needs to reach its packages.
  cp -r /etc/apt/apt.conf.d "$folder/etc/apt/"
}

# open_debian FOLDER: programs may run in it until close_debian FOLDER.
open_debian() {
  cp /etc/resolv.conf "$1/etc/"
  mount -t proc proc "$1/proc"
  mount --bind /dev "$1/dev"
}
close_debian() {
  local folder
  for folder in proc dev; do umount --lazy "$1/$folder" 2>/dev/null || true; done
}

# in_debian FOLDER COMMAND...
in_debian() {
  local folder=$1
  shift
  chroot "$folder" env DEBIAN_FRONTEND=noninteractive "$@"
}
