#!/usr/bin/env bash
# clang-tidy on the product's sources.  Usage: tidy.sh changed | all
#
# "changed" means: changed since the last commit of the default remote branch if there is one, else since the
# commit before.  A changed header stands for the source of its name: what a change of it does to others is seen by
# "all", which takes long and is a part of tests/full.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f build/release/compile_commands.json ] || cmake --preset release >/dev/null

all_sources() { git ls-files 'collectors/*.cc' 'exporter/*.cc'; }
changed_sources() {
  local base
  base=$(git merge-base HEAD origin/HEAD 2>/dev/null || true)
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
    base=$(git rev-parse -q --verify HEAD~1 || git hash-object -t tree /dev/null)
  fi
  git diff --name-only --diff-filter=d "$base" -- 'collectors/*' 'exporter/*' | while read -r file; do
    case $file in
      *.cc) echo "$file" ;;
      *.h) git ls-files "${file%.h}.cc" ;;
    esac
  done | sort -u
}

case "${1-}" in
  all) sources=$(all_sources) ;;
  changed) sources=$(changed_sources) ;;
  *) echo "Usage: tidy.sh changed | all" >&2; exit 2 ;;
esac
if [ -z "$sources" ]; then
  echo "No source to look at."
  exit 0
fi
echo "$(wc -l <<<"$sources") sources"
xargs -P "$(nproc)" -n 2 clang-tidy-14 -p build/release --quiet <<<"$sources" 2>/dev/null
