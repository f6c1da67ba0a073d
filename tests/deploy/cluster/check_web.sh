# TLS, passwords and certificates of clients, as the ServiceMonitor tells Prometheus to use them.  tests/deploy/cluster/all_checks.sh sources
# this and calls `check_web`.
# shellcheck shell=bash
# shellcheck disable=SC2086,SC2154  # run.sh and all_checks.sh have set what is in lower case, names without spaces

ec=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
make_web_authority() { openssl req -x509 "${ec[@]}" -days 2 -subj /CN=web -keyout "$work/ca.key" -out "$work/ca.crt"; }
# make_web_certificate FILE HOST
make_web_certificate() {
  openssl req "${ec[@]}" -subj "/CN=$2" -keyout "$work/$1.key" -out "$work/$1.csr"
  openssl x509 -req -in "$work/$1.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -days 2 \
    -extfile <(echo "subjectAltName=DNS:$2") -out "$work/$1.crt"
}
# make_web_secret NAME FILE ARGUMENT...: the certificate of that name, and its authority.
make_web_secret() {
  make_secret "$1" --from-file=tls.crt="$work/$2.crt" --from-file=tls.key="$work/$2.key" --from-file=ca.crt="$work/ca.crt" \
    "${@:3}"
}
monitor() { k get servicemonitor/$release --output json | jq -r ".spec.endpoints[0]$1"; }
# scraped ARGUMENT...: curl asks as the ServiceMonitor tells Prometheus to, but for what the arguments say.
# shellcheck disable=SC2120  # it is called by eventually and fails, too
scraped() {
  local server
  server=$(monitor .tlsConfig.serverName) && [ "$(monitor .scheme)" = https ] || return 1
  k get secret "$(monitor .tlsConfig.ca.secret.name)" --output json |
    jq -r --arg key "$(monitor .tlsConfig.ca.secret.key)" '.data[$key] | @base64d' >"$work/scrape-ca.pem" &&
    curl -s -f --max-time 10 --cacert "$work/scrape-ca.pem" --connect-to "$server:9847:$host:9847" \
      "https://$server:9847/metrics" "$@" >"$work/scraped" && grep -q '^cckm_up' "$work/scraped"
}
probe_kinds() {
  k get pod $pod --output json | jq -r '.spec.containers[0]
    | [.startupProbe, .livenessProbe, .readinessProbe | if .exec then "exec" else .httpGet.scheme end] | join(" ")'
}
has_tls() {
  make_web_authority
  make_web_certificate web $release.$namespace.svc
  make_web_secret cckm-web web --from-file=web.yml=$secrets/tls.yml
  upgrade fast web
  [ "$(probe_kinds)" = "exec exec HTTPS" ]
  eventually 20 scraped
  helm_test
  has_not_restarted
}
served_serial() { echo | openssl s_client -connect $host:9847 2>/dev/null | openssl x509 -noout -serial; }
serves_certificate() { [ "$(served_serial)" = "$(openssl x509 -noout -serial -in "$work/$1.crt")" ]; }
renews_certificate() {
  make_web_certificate renewed $release.$namespace.svc
  make_web_secret cckm-web renewed --from-file=web.yml=$secrets/tls.yml
  eventually 120 serves_certificate renewed
  eventually 5 scraped
}
make_auth_secrets() {
  make_web_certificate client prometheus
  make_secret cckm-web-auth --from-file=web.yml=$secrets/auth.yml
  make_web_secret cckm-web-tls web
  make_web_secret prometheus-client client
  make_secret prometheus-cckm --from-literal=username=prometheus --from-literal=password=scrape
}
asks_for_both() {
  local certificate=(--cert "$work/client.crt" --key "$work/client.key") password=(--user prometheus:scrape)
  make_auth_secrets
  upgrade fast web-auth
  [ "$(probe_kinds)" = "exec exec exec" ]
  eventually 20 scraped "${certificate[@]}" "${password[@]}"
  fails scraped "${certificate[@]}"
  fails scraped "${password[@]}"
  helm_test
  has_not_restarted
}

check_web() {
  check "with TLS: probes, scrape, helm test" has_tls
  check "a renewed certificate is served without a restart" keeps_pod renews_certificate
  check "with a password and certificates of clients: the same" asks_for_both
}
