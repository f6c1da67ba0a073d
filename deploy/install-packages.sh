#!/usr/bin/env bash
# Installs Debian packages that are missing and says which.  Asks nothing as root; otherwise uses sudo.
#
# Usage: install-packages.sh build              what compiling and packaging the exporter needs
#        install-packages.sh build simulator    and what compiling the simulator and the tests needs
#        install-packages.sh build test         and what running the tests and checks needs
#        install-packages.sh image              what making a container image without a daemon needs
#        install-packages.sh machine            what a virtual machine with a Debian of its own needs
set -euo pipefail

build=(cmake ninja-build g++ pkg-config git ca-certificates curl dpkg-dev fakeroot file
  libabsl-dev libcivetweb-dev libcrypt-dev libcurl4-openssl-dev libexpected-dev libfmt-dev libgflags-dev
  libisal-dev libprotozero-dev libre2-dev libsimdjson-dev libspdlog-dev libsqlite3-dev libssl-dev libyaml-cpp-dev nlohmann-json3-dev
  prometheus-cpp-dev python3 zlib1g-dev)
simulator=(libbenchmark-dev libdeflate-dev libgmock-dev libgtest-dev libprotobuf-dev protobuf-compiler)
test=("${simulator[@]}" bsdextrautils clang-14 clang-format-14 clang-tidy-14 docker-compose jq libclang-rt-14-dev lintian man-db mmdebstrap
  openssl python3-croniter python3-jsonschema python3-prometheus-client python3-protobuf python3-yaml shellcheck systemd yamllint)
image=(buildah jq mmdebstrap)
machine=(e2fsprogs mmdebstrap qemu-system-x86)

missing=()
for group in "$@"; do
  case $group in
    build) packages=("${build[@]}") ;;
    simulator) packages=("${simulator[@]}") ;;
    test) packages=("${test[@]}") ;;
    image) packages=("${image[@]}") ;;
    machine) packages=("${machine[@]}") ;;
    *) echo "Usage: install-packages.sh [build] [simulator] [test] [image] [machine]" >&2; exit 2 ;;
  esac
  for package in "${packages[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
  done
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "All Debian packages needed are installed."
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "These Debian packages are missing, and neither root nor sudo is at hand: ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
# A machine that has just started updates itself for a while: wait for it, up to ten minutes for each lock.
locks=(-o DPkg::Lock::Timeout=600)

# The lock of the package lists knows no timeout.
update_lists() {
  local said code try
  for try in $(seq 60); do
    code=0
    said=$("${as_root[@]}" env LC_ALL=C apt-get -q "${locks[@]}" update 2>&1 >/dev/null) || code=$?
    [[ $code -ne 0 && $said == *"Could not get lock"* && $try -lt 60 ]] || break
    [ "$try" -gt 1 ] || echo "Another package manager is busy; waiting for it."
    sleep 10
  done
  [ -z "$said" ] || echo "$said" >&2
  return "$code"
}

echo "Installing Debian packages: ${missing[*]}"
update_lists
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get -q -y "${locks[@]}" install --no-install-recommends "${missing[@]}" >/dev/null
echo "Installed."
