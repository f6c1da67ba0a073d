# The processes in the background of the script that sources this, which says `trap end_children EXIT` or does it itself.
#
# Sourced by deploy/demo.sh and by scripts of tests/e2e, tests/long and tests/packages.
# shellcheck shell=bash

children=()

# Tells all to end before it waits for the first.
end_children() {
  local child
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
  children=()
}
