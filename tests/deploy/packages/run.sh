#!/usr/bin/env bash
# The unit, the man page and the Debian package, checked by the programs that know them; then the package is installed,
# upgraded, removed and purged in a Debian of its own, and run from a container image.
#
# Usage: tests/deploy/packages/run.sh [BUILD_DIR]   (default: build/release, which is built already)
# Needs root and mounts for the last two; without them these are skipped, which the count says.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tests/checks.sh
. tests/checks.sh
# shellcheck source=tests/deploy/debian.sh
. tests/deploy/debian.sh
build=$(realpath "${1:-build/release}")
cleanup() {
  close_debian "$work/debian"
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT
# --- unit and man page ---

verify_unit() {
  local unit=$work/unit/cckm_exporter.service
  mkdir -p "$work/unit"
  sed "s,^\(Exec[A-Za-z]*=\)/usr/bin/cckm_exporter ,\1$build/exporter/cckm_exporter ," deploy/systemd/cckm_exporter.service >"$unit"
  systemd-analyze verify --man=no "$unit" 2>&1 | tee "$work/verify"
  ! grep -v 'Failed to connect to bus\|^$' "$work/verify"
}

every_flag_has_its_paragraph() {
  local flag
  for flag in $("$build/exporter/cckm_exporter" --help | grep -o -- '--[a-z][a-z.-]*' | sort -u); do
    grep -qF -- "${flag//-/\\-}" <(sed 's/\([a-z]\)-\([a-z]\)/\1\\-\2/g' deploy/debian/cckm_exporter.1) || {
      echo "$flag is not in the man page"
      return 1
    }
  done
}

man_page_is_clean() {
  LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z deploy/debian/cckm_exporter.1 >/dev/null 2>"$work/man"
  cat "$work/man"
  ! grep -q . "$work/man"
}

check "systemd-analyze verify" verify_unit
check "systemd-analyze security: at most 1.5" systemd-analyze security --offline=true --threshold=15 \
  deploy/systemd/cckm_exporter.service
check "man page without warnings" man_page_is_clean
check "every flag is in the man page" every_flag_has_its_paragraph

# --- what is built ---

no_program_looks_in_the_current_folder() {
  local file path programs=0
  while read -r -d '' file; do
    path=$(readelf --dynamic "$file" 2>/dev/null | sed -n 's/.*(R\(UN\)\?PATH).*\[\(.*\)\]/\2/p')
    [ -z "$path" ] || programs=$((programs + 1))
    if [[ :$path: == *::* && -n $path ]]; then echo "$file: $path"; return 1; fi
  done < <(find "$build" -type f -perm -u+x -not -path '*/CMakeFiles/*' -print0)
  [ $programs -gt 0 ] || { echo "no program has a RUNPATH"; return 1; }
}

# The command that linked the exporter, with the flag that many distributions build with.
tls_survives_as_needed() {
  local command
  command=$(ninja -C "$build" -t commands exporter/cckm_exporter | tail -n 1)
  command=${command/ -o exporter\/cckm_exporter / -Wl,--as-needed -o $work/as-needed }
  (cd "$build" && bash -c "$command")
  readelf --dynamic "$work/as-needed" >"$work/needed"
  grep -q 'NEEDED.*\[libssl\.so\]' "$work/needed" && grep -q 'NEEDED.*\[libcrypto\.so\]' "$work/needed"
  readelf --dynamic "$build/lib/cckm_exporter/libcrypto.so" | grep 'NEEDED.*\[libcrypto\.so\.3\]' >/dev/null
}

# configured NAME ARGUMENT...: the folder of a configuration without tests.
configured() {
  cmake -S . -B "$work/$1" -G Ninja -D CCKM_BUILD_TESTS=OFF -D CMAKE_BUILD_TYPE=RelWithDebInfo "${@:2}"
}

warnings_are_errors_in_presets_only() {
  configured plain
  if grep -qw -- -Werror "$work/plain/build.ninja"; then return 1; fi
  cmake --preset release -B "$work/preset" -D CCKM_BUILD_TESTS=OFF
  grep -qw -- -Werror "$work/preset/build.ninja"
}

fortification_yields_to_the_packager() {
  grep -q -- -D_FORTIFY_SOURCE=2 "$work/plain/build.ninja"
  configured fortified -D CMAKE_CXX_FLAGS=-D_FORTIFY_SOURCE=3
  ! grep -q -- -D_FORTIFY_SOURCE=2 "$work/fortified/build.ninja"
}

headers_alone_are_looked_for() {
  grep -qE '^tl-expected_DIR:PATH=/' "$work/plain/CMakeCache.txt"
  grep -qE '^PROTOZERO_INCLUDE_DIR:PATH=/' "$work/plain/CMakeCache.txt"
  if configured nothing -D CMAKE_DISABLE_FIND_PACKAGE_tl-expected=ON 2>"$work/said"; then return 1; fi
  grep -q tl-expected "$work/said"
}

documents_are_packed_when_built() {
  [ -z "$(find "$work/plain" -name '*.gz')" ]
  cmake --build "$work/plain" --target cckm_changelog.gz cckm_cckm_exporter.1.gz
  [ "$(zcat "$work/plain/deploy/changelog.gz" | sha256sum)" = "$(sha256sum <deploy/debian/changelog)" ]
}

architecture_is_the_compilers() {
  local triplet said
  for triplet in aarch64-linux-gnu:arm64 x86_64-linux-gnu:amd64 arm-linux-gnueabihf:armhf; do
    said=$(cmake -D "CMAKE_LIBRARY_ARCHITECTURE=${triplet%:*}" -P deploy/debian/architecture.cmake 2>&1)
    [ "$said" = "${triplet#*:}" ] || { echo "$triplet: $said"; return 1; }
  done
}

places_are_the_packagers() {
  configured places -D CMAKE_INSTALL_PREFIX=/opt/exporter -D CMAKE_INSTALL_LIBDIR=lib64 -D CMAKE_INSTALL_MANDIR=manual \
    -D CMAKE_INSTALL_DOCDIR=documents -D CMAKE_INSTALL_DATADIR=data
  grep -q 'prefix}/lib64/cckm_exporter' -i "$work/places/exporter/web/openssl_shim/cmake_install.cmake"
  grep -q 'prefix}/manual/man1' -i "$work/places/deploy/cmake_install.cmake"
  grep -q 'prefix}/documents' -i "$work/places/deploy/cmake_install.cmake"
  grep -q 'prefix}/data/cckm-exporter' -i "$work/places/deploy/cmake_install.cmake"
  # shellcheck disable=SC2016  # the loader's word
  grep -qF '$ORIGIN/../lib64/cckm_exporter' "$work/places/build.ninja"
}

tests_need_their_own_libraries() {
  if grep -qi 'gtest\|protobuf\|benchmark' "$work/plain/CMakeCache.txt"; then return 1; fi
  cmake -S . -B "$work/untested" -G Ninja -D BUILD_TESTING=OFF
  ! grep -q 'exporter_tests' "$work/untested/build.ninja"
}

# revision_of FOLDER [REVISION]: what is built there says of its source.
revision_of() {
  cmake -D "REVISION=${2-}" -D "SOURCE=$1" -D "FILE=$work/revision.cc" -P "$1/exporter/app/revision.cmake"
  sed -n 's/.*return "\(.*\)";.*/\1/p' "$work/revision.cc"
}

# A repository of its own with the files that tell a revision, below a repository of somebody else.
make_sources() {
  local git=(git -c user.name=x -c user.email=x@example.com -C)
  mkdir -p "$work/other/copy/exporter/app" "$work/own/exporter/app"
  for folder in other/copy own; do
    cp exporter/app/revision.* "$work/$folder/exporter/app/"
    cp .gitattributes "$work/$folder/"
  done
  for folder in other own; do
    "${git[@]}" "$work/$folder" init -q
    "${git[@]}" "$work/$folder" add .
    "${git[@]}" "$work/$folder" commit -qm 1
  done
}

revision_is_that_of_the_source() {
  local head
  make_sources
  head=$(git -C "$work/own" rev-parse --short=12 HEAD)
  [ "$(revision_of "$work/own")" = "$head" ]
  [ "$(revision_of "$work/own" 1.2.3)" = 1.2.3 ]
  [ "$(revision_of "$work/other/copy")" = unknown ]
  mkdir "$work/tarball"
  git -C "$work/own" archive HEAD | tar -x -C "$work/tarball"
  [ "$(revision_of "$work/tarball")" = "$head" ]
  git -C "$work/own" -c user.name=x -c user.email=x@example.com commit -q --allow-empty -m 2
  [ "$(revision_of "$work/own")" != "$head" ]
}

# completed WORD...: what bash offers for the last of these words of a command line.
completed() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  PATH=$build/exporter:$PATH bash -c '. deploy/debian/completion.bash
    COMP_WORDS=(cckm_exporter "$@") COMP_CWORD=$#
    _cckm_exporter
    printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

bash_completes_flags() {
  [ "$(completed --config.c)" = --config.check ]
  [ "$(completed --config.file = README)" = README.md ]
  [ "$(completed -- | wc -l)" -gt 20 ]
}

check "places are those that the packager names" places_are_the_packagers
check "libraries of tests are not looked for without tests" tests_need_their_own_libraries
check "the revision is that of the source, and of nothing around it" revision_is_that_of_the_source
check "bash completes flags and files" bash_completes_flags
check "no program looks for libraries in the current folder" no_program_looks_in_the_current_folder
check "TLS survives -Wl,--as-needed" tls_survives_as_needed
check "warnings are errors in the presets only" warnings_are_errors_in_presets_only
check "_FORTIFY_SOURCE yields to the packager's" fortification_yields_to_the_packager
check "libraries of headers alone are looked for" headers_alone_are_looked_for
check "documents are packed when built, not when configured" documents_are_packed_when_built
check "the package's architecture is the compiler's" architecture_is_the_compilers

# --- a package manager that is busy ---

# stub FOLDER/NAME: a program below $work, whose text is read from standard input.
stub() {
  mkdir -p "$work/${1%/*}"
  { echo '#!/bin/sh'; cat; } >"$work/$1"
  chmod +x "$work/$1"
}

# An apt-get whose first answers to `update` are $1, one a line; then it succeeds.
install_with() {
  printf '%s' "$1" >"$work/answers"
  : >"$work/asked"
  stub apt/dpkg-query <<<'exit 1'
  stub apt/sleep <<<"echo slept >>'$work/asked'"
  stub apt/id <<<'echo 0'
  stub apt/apt-get <<STUB
echo "\$*" >>'$work/asked'
case "\$*" in *' update') ;; *) exit 0 ;; esac
[ -s '$work/answers' ] || exit 0
head -n 1 '$work/answers' >&2
sed -i 1d '$work/answers'
exit 100
STUB
  PATH=$work/apt:$PATH deploy/install-packages.sh image
}

waits_for_a_busy_package_manager() {
  local busy='E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)'
  install_with "$busy"$'\n'"$busy"$'\n'
  [ "$(grep -c slept "$work/asked")" = 2 ]
  grep -q 'DPkg::Lock::Timeout=[1-9].* install ' "$work/asked"
}

ends_at_once_for_another_reason() {
  if install_with $'E: The repository does not have a Release file.\n'; then return 1; fi
  ! grep -q 'slept\|install' "$work/asked"
}

check "install-packages.sh waits for a busy package manager" waits_for_a_busy_package_manager
check "install-packages.sh ends at once where waiting does not help" ends_at_once_for_another_reason

# --- bill of materials, compose ---

# With the versions that the program itself tells of its libraries.
bill_is_complete() {
  local name
  deploy/sbom.py "$build/exporter/cckm_exporter" "$build" >"$work/bill.json"
  for name in libcivetweb1 libcurl4 libgflags2.2 libisal2 libprometheus-cpp-core1.0 libre2-9 libsimdjson14 libsqlite3-0 libssl3 \
    libyaml-cpp0.7 libc6 libstdc++6 libexpected-dev libprotozero-dev nlohmann-json3-dev; do
    jq -e --arg name $name '.components[] | select(.name == $name and .version != "" and (.purl | startswith("pkg:deb/")))' \
      "$work/bill.json" >/dev/null || { echo "$name is missing"; return 1; }
  done
  jq -e '.metadata.component | .name == "cckm_exporter" and .version == "0.1.0"' "$work/bill.json" >/dev/null
  jq -e '.compositions[0].aggregate == "complete"' "$work/bill.json" >/dev/null
  # What is loaded is not in it a second time with its headers, and the compiler's own headers are not in it.
  jq -e '[.components[].name | select(test("^(libcurl4-openssl|libssl|libc6|libstdc..-[0-9]+)-dev$"))] == []' \
    "$work/bill.json" >/dev/null
}

bill_says_what_it_cannot_know() {
  deploy/sbom.py "$build/exporter/cckm_exporter" | jq -e '.compositions[0].aggregate == "incomplete"' >/dev/null
}

# pin_with DIGEST: of a copy of the folder, by a registry that tells this digest of every image.
pin_with() {
  rm -rf "$work/pinned" && cp -r deploy/compose "$work/pinned"
  stub registry/skopeo <<<"echo '$1'"
  PATH=$work/registry:$PATH "$work/pinned/pin_images.sh"
}

images_can_be_pinned() {
  local digest
  digest=sha256:$(printf 'a%.0s' $(seq 64))
  pin_with "$digest"
  docker-compose --file "$work/pinned/compose.yml" --project-directory "$work/pinned" config >"$work/pinned/whole.yml"
  grep -E '^ *(image|BASE):' "$work/pinned/whole.yml" >"$work/images"
  [ "$(wc -l <"$work/images")" -ge 6 ]
  ! grep -v "@$digest$" "$work/images"
}

nothing_is_pinned_without_a_digest() {
  if pin_with "manifest unknown"; then return 1; fi
  [ ! -e "$work/pinned/.env" ]
}

# The Dockerfile takes every base from its argument.
dockerfile_names_its_base_once() {
  [ "$(grep -c '^ARG BASE=' deploy/docker/Dockerfile)" = 1 ]
  ! grep -E '^FROM ' deploy/docker/Dockerfile | grep -vE '^FROM (\$\{BASE\}|build)( |$)'
}

compose_is_sound() {
  docker-compose --file deploy/compose/compose.yml config --quiet
  "$build/exporter/cckm_exporter" --config.file="$work/compose/config.yml" --config.check
}

mkdir "$work/compose"
(umask 077 && echo simulated >"$work/compose/token")
sed "s,/credentials/,," deploy/compose/config.yml >"$work/compose/config.yml"
check "bill of materials, with libraries of headers alone" bill_is_complete
check "a bill of materials without the build says that it is incomplete" bill_says_what_it_cannot_know
check "images of compose are pinned by their digests" images_can_be_pinned
check "nothing is pinned where the registry tells no digest" nothing_is_pinned_without_a_digest
check "the Dockerfile's base can be pinned" dockerfile_names_its_base_once
check "compose" compose_is_sound

# --- package ---

make_package() {  # VERSION UMASK
  (umask "$2" && cd "$build" && cpack -G DEB -B "$work/$1" -D CPACK_PACKAGE_VERSION="$1")
  mv "$work/$1"/*.deb "$work/$1.deb"
  chmod 0644 "$work/$1.deb"
}

everybody_may_enter_its_folders() {  # VERSION
  dpkg-deb --contents "$work/$1.deb" >"$work/contents"
  grep -q '^drwxr-x--- root/root .* \./etc/cckm_exporter/$' "$work/contents"
  grep '^d' "$work/contents" | grep -v ' \./etc/cckm_exporter/$' >"$work/folders"
  if grep -v '^drwxr-xr-x root/root' "$work/folders"; then return 1; fi
  ! grep '^-' "$work/contents" | grep -v '^-rwxr-xr-x\|^-rw-r--r--'
}

depends_on_what_makes_its_account() {
  dpkg-deb --field "$work/0.1.0.deb" Depends | grep 'passwd | systemd | systemd-standalone-sysusers' >/dev/null
  dpkg-deb --field "$work/0.1.0.deb" Depends | grep 'libssl3' >/dev/null
}

installs_folders_for_everybody() {
  (umask 077 && cmake --install "$build" --prefix "$work/installed" >/dev/null)
  [ -z "$(find "$work/installed" -type d -path '*cckm*' -not -perm -0755)" ]
}

uninstalls_what_was_installed() {
  [ -x "$work/installed/bin/cckm_exporter" ]
  cmake --build "$build" --target uninstall
  [ -z "$(find "$work/installed" -type f)" ]
}

has_what_operators_need() {
  local file
  dpkg-deb --contents "$work/0.1.0.deb" >"$work/contents"
  for file in doc/cckm-exporter/README.md doc/cckm-exporter/deploy/docs/metrics.md doc/cckm-exporter/examples/config.yml \
    doc/cckm-exporter/deploy/runbooks/CCKMCollectorDown.md bash-completion/completions/cckm_exporter \
    cckm-exporter/provisioning/dashboards/cckm.yml cckm-exporter/scrape/bare-host.yml cckm-exporter/cckm.schema.json; do
    grep -q " ./usr/share/$file" "$work/contents" || { echo "no $file"; return 1; }
  done
}

has_symbols_for_debuggers() {
  mkdir "$work/symbols"
  dpkg-deb --extract "$work/0.1.0/"*.ddeb "$work/symbols"
  find "$work/symbols" -name '*.debug' -exec readelf --sections {} + >"$work/sections"
  grep -q '\.debug_info' "$work/sections"
}

check "package, made with umask 077" make_package 0.1.0 077
check "package of the next version, made with umask 027" make_package 0.1.1 027
check "everybody may enter the folders of both packages, but for the secrets'" \
  eval 'everybody_may_enter_its_folders 0.1.0 && everybody_may_enter_its_folders 0.1.1'
check "an installation with umask 077 can be used by everybody" installs_folders_for_everybody
check "an installation is taken back" uninstalls_what_was_installed
check "the package has documents, runbooks, examples and completion" has_what_operators_need
check "the package's symbols are in one of their own" has_symbols_for_debuggers
check "the package depends on what makes its account" depends_on_what_makes_its_account
check "lintian" lintian --allow-root --fail-on error,warning --suppress-tags \
  bogus-mail-host "$work/0.1.0.deb"

# --- life of the package ---

in_root() { in_debian "$work/debian" "$@"; }

make_root() {
  local release
  release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  make_debian "$work/debian" "$release" --variant=apt --include=init-system-helpers,openssl,util-linux \
    --skip=cleanup/apt
  open_debian "$work/debian"
  cp "$work"/0.1.?.deb "$work/debian/srv/"
}

install_it() {
  in_root apt-get -q -y install --no-install-recommends /srv/0.1.0.deb
  in_root cckm_exporter --version
  in_root getent passwd cckm-exporter
  [ "$(stat -c %a "$work/debian/etc/cckm_exporter")" = 750 ]
}

it_checks_a_configuration() {
  cp deploy/debian/config.yml "$work/debian/etc/cckm_exporter/"
  echo secret >"$work/debian/etc/cckm_exporter/password"
  in_root openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout /dev/null \
    -out /etc/cckm_exporter/ca.pem
  in_root chown root:cckm-exporter /etc/cckm_exporter/password
  chmod 640 "$work/debian/etc/cckm_exporter/password"
  in_root setpriv --reuid=cckm-exporter --regid=cckm-exporter --clear-groups \
    cckm_exporter --config.file=/etc/cckm_exporter/config.yml --config.check
}

upgrade_it() {
  echo 'ARGS="--log.level=debug"' >"$work/debian/etc/default/cckm_exporter"
  in_root apt-get -q -y install --no-install-recommends /srv/0.1.1.deb
  in_root dpkg -s cckm-exporter | grep -x 'Version: 0.1.1' >/dev/null
  grep -q debug "$work/debian/etc/default/cckm_exporter"
}

remove_it() {
  mkdir -p "$work/debian/var/lib/cckm_exporter"
  echo kept >"$work/debian/var/lib/cckm_exporter/ledger.sqlite"
  in_root apt-get -q -y remove cckm-exporter
  [ ! -e "$work/debian/usr/bin/cckm_exporter" ]
  [ -e "$work/debian/var/lib/cckm_exporter/ledger.sqlite" ]
  [ -e "$work/debian/etc/cckm_exporter/password" ]
}

purge_it() {
  in_root apt-get -q -y purge cckm-exporter
  [ ! -e "$work/debian/var/lib/cckm_exporter" ]
  [ ! -e "$work/debian/etc/default/cckm_exporter" ]
}

if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then
  skipped=7
  echo "SKIPPED a life in a chroot and in a container: this user may make no mounts"
else
  check "a Debian of its own" make_root
  check "installs" install_it
  check "checks a configuration as its own user" it_checks_a_configuration
  check "upgrades and keeps changed files" upgrade_it
  check "is removed and leaves the ledger" remove_it
  check "is purged without a trace" purge_it
  check "container image, by buildah" tests/deploy/packages/image.sh "$build"
fi
checks_done
