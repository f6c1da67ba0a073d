#!/usr/bin/env bash
# Builds the exporter as packagers do: each compiler of this Debian, each build type, and flags that distributions set.  Each
# build is installed, runs, and serves TLS.  As root, where a compiler is missing; takes an hour and a half on two cores.
#
# Usage: tests/deploy/packages/matrix.sh [PATTERN]   (only the rows whose text matches the regular expression)
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/checks.sh
. tests/checks.sh

# Compiler, build type, generator, CXXFLAGS, LDFLAGS.  A compiler that this Debian does not have is skipped.
rows='
g++-11    Release        Ninja          -                       -
g++-12    Debug          Ninja          -                       -
g++-12    Release        Ninja          -                       -
g++-12    RelWithDebInfo Ninja          -                       -
g++-12    MinSizeRel     Ninja          -                       -
g++-12    Release        Unix_Makefiles -                       -Wl,--as-needed
g++-12    RelWithDebInfo Ninja          -D_FORTIFY_SOURCE=3     -
g++-12    None           Ninja          -O2_-D_FORTIFY_SOURCE=3_-fstack-clash-protection -Wl,-z,relro,-z,now
g++-12    Release        Ninja          -flto=auto              -flto=auto
g++-13    Release        Ninja          -                       -
g++-14    Release        Ninja          -                       -
clang++-13 Release       Ninja          -                       -
clang++-14 RelWithDebInfo Ninja         -D_FORTIFY_SOURCE=3     -
clang++-15 Release       Ninja          -                       -
clang++-16 MinSizeRel    Ninja          -                       -
clang++-17 Release       Ninja          -                       -
clang++-18 Release       Ninja          -                       -
clang++-19 Debug         Ninja          -                       -
clang++-19 Release       Ninja          -                       -
'

# The package of a compiler; its name alone is no pattern for apt.
package_of() { echo "${1/clang++/clang}"; }

has_compiler() {
  command -v "$1" >/dev/null && return 0
  apt-cache policy "^$(package_of "$1" | sed 's/+/\\+/g')\$" 2>/dev/null | grep 'Candidate: [0-9]' >/dev/null || return 1
  apt-get -q -y install "$(package_of "$1")" >/dev/null
}

# Everything that is not told is the packager's default: no preset, and so no -Werror.
builds_and_serves_tls() {
  local compiler=$1 type=$2 generator=${3//_/ } build=$work/build
  local cxx_flags=${4#-} linker_flags=${5#-}
  [ -z "$cxx_flags" ] || cxx_flags=-${cxx_flags//_-/ -}
  [ -z "$linker_flags" ] || linker_flags=-$linker_flags
  rm -rf "$build"
  CXX=$compiler CXXFLAGS=$cxx_flags LDFLAGS=$linker_flags \
    cmake -S . -B "$build" -G "$generator" -D CMAKE_BUILD_TYPE="$type" -D CCKM_BUILD_TESTS=OFF
  cmake --build "$build" --parallel "$(nproc)"
  "$build/exporter/cckm_exporter" --version
  tests/system/install/run.sh "$build"
}

# The sources in two folders, as `git archive` gives them: paths and repositories leave no trace.
is_the_same_wherever_it_is_built() {
  local folder
  for folder in one two/deeper; do
    mkdir -p "$work/$folder"
    git archive HEAD | tar -x -C "$work/$folder"
    cmake -S "$work/$folder" -B "$work/$folder/made" -G Ninja -D CMAKE_BUILD_TYPE=RelWithDebInfo -D CCKM_BUILD_TESTS=OFF
    cmake --build "$work/$folder/made" --target cckm_exporter
    readelf --notes "$work/$folder/made/exporter/cckm_exporter" | sed -n 's/.*Build ID: //p' >>"$work/build-ids"
  done
  cat "$work/build-ids"
  [ "$(sort -u "$work/build-ids" | wc -l)" = 1 ]
}

[[ "the same wherever it is built" =~ ${1-} ]] && check "the same wherever it is built" is_the_same_wherever_it_is_built
while read -r compiler type generator cxx_flags linker_flags; do
  [ -n "$compiler" ] || continue
  name="$compiler $type $generator CXXFLAGS=$cxx_flags LDFLAGS=$linker_flags"
  [[ $name =~ ${1-} ]] || continue
  if has_compiler "$compiler"; then
    check "$name" builds_and_serves_tls "$compiler" "$type" "$generator" "$cxx_flags" "$linker_flags"
  else
    skipped=$((skipped + 1))
    echo "skipped $name: this Debian has no $compiler"
  fi
done <<<"$rows"
checks_done
