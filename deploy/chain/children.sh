# The processes that a script has started in the background: it adds their numbers to `children`, and calls end_children at
# its end.
#
# Sourced by chain.sh, tests/system/long/session.sh and tests/deploy/packages/systemd.sh.
# shellcheck shell=bash

children=()

# Tells all to end before it waits for the first.
end_children() {
  local child
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
  children=()
}
