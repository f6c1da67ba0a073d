#!/usr/bin/env bash
# The whole matrix, longer than the gate: g++ and clang, every sanitizer on every test, the package in a machine of its own,
# clang-tidy on everything, the long tests, the benchmarks.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n#### %s\n' "$*"; }

say "g++"
tests/run.sh

say "Prometheus 3"
tests/fetch_prometheus3.sh
tests/deploy/operations/run.sh
tests/system/formats/prometheus3.sh build/release

say "clang"
cmake --preset release-clang >/dev/null
cmake --build --preset release-clang | tail -n 1
ctest --preset release-clang -LE scripts -j "$(nproc)" | tail -n 10

for preset in asan-ubsan tsan; do
  say "$preset, every test"
  cmake --preset $preset >/dev/null
  cmake --build --preset $preset | tail -n 1
  ctest --preset $preset -j "$(nproc)" | tail -n 10
done

say "The package under a real systemd, the images from the sources, Debian 13"
deploy/install-packages.sh image machine
rm -f build/release/cckm-exporter_*.deb
(cd build/release && cpack -G DEB >/dev/null)
tests/deploy/packages/systemd.sh build/release/cckm-exporter_*.deb build/release/tests/simulator/ciphertrust_simulator || [ $? -eq 77 ]
tests/deploy/packages/image.sh
tests/deploy/packages/debian13.sh
tests/deploy/packages/matrix.sh

say "The chart on a real Kubernetes"
tests/deploy/cluster/run.sh build/release || [ $? -eq 77 ]

say "clang-tidy"
tests/tidy.sh all

say "A thousand kills, and every failing write"
export PYTHONPATH=$PWD/tests/support/processes
python3 -B tests/system/crash/run.py --build-dir=build/release --moments=1000 --seconds=560
python3 -B tests/system/crash/failing_disk.py --build-dir=build/release --every --library build/release/tests/system/crash/libfailing_disk.so

say "Three minutes of logins"
tests/system/long/session.sh

say "Benchmarks"
tests/bench/run.sh
