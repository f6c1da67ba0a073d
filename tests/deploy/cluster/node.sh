# The cluster: a control plane and a node, with DNS and storage.  tests/deploy/cluster/run.sh sources this in its namespaces, and calls
# it in the folder $state, where everything is kept.
# shellcheck shell=bash
# shellcheck disable=SC2154  # run.sh has set what is in lower case

node=10.89.0.1
appliance=10.96.0.50
files=$PWD/$here/node
cgroup=cckm-${state##*.}

# start NAME COMMAND...: in the background; what it says is in log/NAME.
start() {
  local name=$1
  shift
  "$@" >"log/$name" 2>&1 &
}
# filled FILE: with the words in capitals replaced.
filled() {
  sed -e "s#\bSTATE\b#$state#g; s#\bNODE\b#$node#g; s#\bAPPLIANCE\b#$appliance#g; s#\bCGROUP\b#$cgroup#g" "$files/$1"
}
# fill FILE [FOLDER]: into this one.
fill() { filled "$1" >"${2:-.}/$1"; }

# --- the machine, as the cluster sees it ---

# kernel_says NAME VALUE: the kubelet wants it of the whole machine; it reads a file that says so, and the machine keeps its own.
kernel_says() {
  mkdir -p kernel
  echo "$2" >"kernel/${1##*/}"
  mount --bind "kernel/${1##*/}" "/proc/sys/$1"
}
hide_folders() {
  local folder
  for folder in "${hidden[@]}"; do
    mount -t tmpfs -o mode=0755 cluster "$folder"
    mount --make-rshared "$folder"
  done
}
make_network() {
  ip link set lo up
  ip link add name node0 type veth peer name node1
  ip link set node1 up
  ip address add $node/24 dev node0
  ip link set node0 up
  ip route add default via 10.89.0.254
  sysctl -qw net.ipv4.ip_forward=1
  sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null || true
}
# The machine asks the cluster's DNS; the DNS asks nobody.
use_dns() {
  printf 'nameserver %s\nsearch cluster.local\n' $node >resolv.conf
  : >no-resolv.conf
  mount --bind resolv.conf "$(realpath /etc/resolv.conf)"
}
make_cgroups() {
  local folder file root=/sys/fs/cgroup
  if [ -e $root/cgroup.controllers ]; then
    mkdir "$root/$cgroup"
    return
  fi
  for folder in "$root"/*/; do
    [ -L "${folder%/}" ] || [[ $(stat -f -c %T "$folder") != cgroup* ]] || mkdir "$folder$cgroup"
  done
  [ -e "$root/cpuset/$cgroup" ] || return 0
  for file in cpuset.mems cpuset.cpus; do cat "$root/cpuset/$file" >"$root/cpuset/$cgroup/$file"; done
}
prepare_machine() {
  mount --make-rshared /
  hide_folders
  mkdir -p log pki cni volumes
  kernel_says vm/overcommit_memory 1
  kernel_says vm/panic_on_oom 0
  kernel_says kernel/panic 10
  kernel_says kernel/panic_on_oops 1
  make_network
  use_dns
  make_cgroups
}

# --- the control plane ---

make_key() { openssl ecparam -name prime256v1 -genkey -noout -out "pki/$1.key"; }
# make_cluster_certificate NAME SUBJECT EXTENSION
make_cluster_certificate() {
  make_key "$1"
  openssl req -new -key "pki/$1.key" -subj "$2" |
    openssl x509 -req -CA pki/authority.crt -CAkey pki/authority.key -CAcreateserial -days 2 -extfile <(echo "$3") \
      -out "pki/$1.crt" 2>/dev/null
}
make_keys() {
  make_key authority
  openssl req -x509 -new -key pki/authority.key -days 2 -subj /CN=cluster -out pki/authority.crt
  make_key accounts
  make_cluster_certificate apiserver /CN=apiserver "subjectAltName=IP:$node,IP:10.96.0.1"
  make_cluster_certificate admin /O=system:masters/CN=admin extendedKeyUsage=clientAuth
  {
    kubectl config set-cluster c --server https://$node:6443 --certificate-authority pki/authority.crt --embed-certs
    kubectl config set-credentials admin --client-certificate pki/admin.crt --client-key pki/admin.key --embed-certs
    kubectl config set-context c --cluster c --user admin
    kubectl config use-context c
  } >/dev/null
}
# With two families of addresses, so that Services may ask for both.
start_apiserver() {
  start apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 --service-cluster-ip-range=10.96.0.0/16,fd00:96::/112 \
    --advertise-address=$node --tls-cert-file=pki/apiserver.crt --tls-private-key-file=pki/apiserver.key \
    --client-ca-file=pki/authority.crt --authorization-mode=RBAC --allow-privileged=true \
    --service-account-issuer=https://kubernetes.default.svc --service-account-signing-key-file=pki/accounts.key \
    --service-account-key-file=pki/accounts.key --kubelet-client-certificate=pki/admin.crt \
    --kubelet-client-key=pki/admin.key --kubelet-preferred-address-types=InternalIP
  eventually 120 kubectl get --raw /readyz >/dev/null 2>&1
}
start_control_plane() {
  make_keys
  start etcd etcd --data-dir etcd --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380
  start_apiserver
  start controllers kube-controller-manager --kubeconfig="$KUBECONFIG" --service-account-private-key-file=pki/accounts.key \
    --root-ca-file=pki/authority.crt --use-service-account-credentials=true --leader-elect=false
  start scheduler kube-scheduler --kubeconfig="$KUBECONFIG" --leader-elect=false
}

# --- the node, and what runs on it ---

start_containerd() {
  local image
  fill containerd.toml
  fill pods.conflist cni
  start containerd containerd --config containerd.toml
  eventually 30 test -S /run/containerd.sock
  for image in images/*.tar; do ctr --address /run/containerd.sock --namespace k8s.io images import "$image" >/dev/null; done
}
start_node() {
  start_containerd
  fill kubelet.yaml
  start kubelet kubelet --config=kubelet.yaml --kubeconfig="$KUBECONFIG" --hostname-override=node --node-ip=$node
  fill proxy.yaml
  start proxy kube-proxy --config=proxy.yaml
}
start_dns() {
  fill example.com
  fill Corefile
  start dns coredns -conf Corefile
}
start_storage() {
  fill storage.json
  fill helper.yaml
  kubectl apply --filename "$files/storage.yaml" >/dev/null
  start storage local-path-provisioner start --kubeconfig "$KUBECONFIG" --config storage.json --helper-pod-file helper.yaml \
    --helper-image localhost/busybox:test --namespace storage
}
start_services() {
  start_dns
  start_storage
  kubectl create --filename "$tools/crds.yaml" >/dev/null
  kubectl wait --for=condition=Established --timeout=60s --all crd >/dev/null
  eventually 60 kubectl get node node >/dev/null
  kubectl wait --for=condition=Ready --timeout=60s node/node
}
