# What the scripts of this folder that drive a real browser have in common.
#
# Sourced by status_page.sh and pictures.sh, from the top folder of the source.
# shellcheck shell=bash

say() { printf '\n== %s\n' "$*"; }

# Installs Chromium and Node.js where they are missing, says what it does, and lays playwright-core and the scripts of
# tests/system/e2e/status_page into build/e2e.
prepare_browser() {
  say "Debian packages: a browser and Node.js"
  local missing=() as_root=()
  command -v chromium >/dev/null || missing+=(chromium)
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  if [ ${#missing[@]} -eq 0 ]; then
    echo "All are installed."
  else
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    echo "Installing: ${missing[*]}"
    "${as_root[@]}" apt-get -q update >/dev/null
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get -q -y install --no-install-recommends "${missing[@]}" >/dev/null
  fi
  say "playwright-core (build/e2e)"
  mkdir -p build/e2e
  cp tests/system/e2e/status_page/{package.json,package-lock.json,.npmrc,*.mjs} build/e2e/
  if ! cmp -s build/e2e/package-lock.json build/e2e/node_modules/.installed-from; then
    npm --prefix build/e2e ci --no-audit --no-fund --loglevel=error
    cp build/e2e/package-lock.json build/e2e/node_modules/.installed-from
  fi
}
