#!/usr/bin/env bash
# The whole matrix, longer than the gate: g++ and clang, every sanitizer on every test, clang-tidy on everything,
# the benchmarks.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n#### %s\n' "$*"; }

say "g++"
tests/run.sh

say "clang"
cmake --preset release-clang >/dev/null
cmake --build --preset release-clang | tail -n 1
ctest --preset release-clang -j "$(nproc)" | tail -n 10

for preset in asan-ubsan tsan; do
  say "$preset, every test"
  cmake --preset $preset >/dev/null
  cmake --build --preset $preset | tail -n 1
  ctest --preset $preset -j "$(nproc)" | tail -n 10
done

say "clang-tidy"
tests/tidy.sh all

say "Benchmarks"
tests/bench/run.sh
