# Secrets that change, come later, or are written into the values.  tests/deploy/cluster/all_checks.sh sources this and calls `check_secrets`.
# shellcheck shell=bash
# shellcheck disable=SC2086,SC2154  # run.sh and all_checks.sh have set what is in lower case, names without spaces

# The kubelet takes up to a minute and a half to write a Secret, and the exporter waits before it tries a login again.
logs_in_again() {
  local started=$SECONDS
  eventually 150 is_authenticated 1
  echo "It had the password after $((SECONDS - started)) seconds."
}
changes_secret() {
  set_password second
  eventually 120 is_authenticated 0
  make_login second
  logs_in_again
}
comes_later() {
  uninstall
  k delete secret cm-prod
  helm install $release $chart --namespace $namespace --values "$work/values.yaml" >/dev/null
  sleep 5
  make_login second
  rolled_out
  eventually 60 is_authenticated 1
}
changes_values() {
  set_password third
  upgrade fast "$(changed inline 's/value: second/value: third/')"
  eventually 30 is_authenticated 0
  logs_in_again
}
inline_is_followed() {
  upgrade fast inline
  eventually 20 is_authenticated 1
  keeps_pod changes_values
  # For what follows; the session that is open goes on.
  control 'logins/password?value=second'
}

check_secrets() {
  check "a changed Secret is followed without a restart" keeps_pod changes_secret
  check "a Secret that comes later" comes_later
  check "a password in the values is followed without a restart" inline_is_followed
}
