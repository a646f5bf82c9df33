#!/usr/bin/env bash
# A real Kubernetes 1.20.2 API server with etcd, controller-manager and a stand-in node, on loopback.
#   cluster.sh build       compile it from Debian bookworm's own packages, once (5 minutes on 2 cores,
#                          3 GB scratch); exit 3 with the reason where this machine cannot
#   cluster.sh up NAME     start one on free ports, print its kubeconfig (contexts admin and viewer);
#                          audit.log beside it tells who asked for what, in whose name
#   cluster.sh down NAME   stop it and remove what it wrote
# All of it stays below $KUBEPORT_TEST_CLUSTER_HOME, by default ~/.cache/kubeport-cluster.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${KUBEPORT_TEST_CLUSTER_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/kubeport-cluster}
programs=(etcd kube-apiserver kube-controller-manager)
kubernetes_commands=(cmd/kube-apiserver cmd/kube-controller-manager)

cannot() {
  echo "cluster.sh: the test cluster cannot be built here: $1." >&2
  exit 3
}

is_built() {
  local program
  for program in "${programs[@]}"; do [[ -x $home/bin/$program ]] || return 1; done
}

check_machine() {
  [[ $(uname -sm) == "Linux x86_64" ]] || cannot "it needs Linux on amd64, this is $(uname -sm)"
  grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release || cannot "it needs Debian 12 (bookworm)"
  [[ $(id -u) == 0 ]] || cannot "it needs root, for apt"
}

install_build_tools() {
  local program missing=0
  for program in rsync jq dpkg-source make; do command -v "$program" >/dev/null || missing=1; done
  ((missing)) || return 0
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends rsync jq dpkg-dev make
}

# The machine's own bookworm sources, with source packages switched on.
bookworm_sources() {
  local deb822=/etc/apt/sources.list.d/debian.sources
  if [[ -f $deb822 ]]; then
    awk 'BEGIN { RS = ""; ORS = "\n\n" } /(^|\n)Suites:([^\n]* )?bookworm( |\n|$)/' "$deb822" |
      sed 's/^Types: deb$/Types: deb deb-src/' >"$1/debian.sources"
  else
    awk '$1 == "deb" && / bookworm /' /etc/apt/sources.list |
      sed 'p; s/^deb /deb-src /' >"$1/debian.list"
  fi
}

# An apt of our own, so that the system's package lists stay as they are.
private_apt() {
  local root=$1
  mkdir -p "$root"/{state/lists/partial,cache/archives/partial,parts}
  bookworm_sources "$root/parts"
  cat >"$root/conf" <<CONF
Dir::State "$root/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$root/cache";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$root/parts";
APT::Sandbox::User "root";
CONF
  export APT_CONFIG=$root/conf
  apt-get -qq update
}

fetch_packages() {
  local deb
  mkdir debs root
  (cd debs && apt-get -qq download \
    golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev etcd-server)
  for deb in debs/*.deb; do dpkg -x "$deb" root; done
  apt-get -qq source --download-only kubernetes
  dpkg-source --no-check -x kubernetes_*.dsc src >/dev/null 2>&1
}

# Kubernetes' vendored reflect2 1.0.1 crashes when built with Go 1.18 or later; 1.0.2 is a drop-in.
replace_reflect2() {
  local vendored=src/vendor/github.com/modern-go/reflect2
  rm -f "$vendored"/*.go "$vendored"/*.s
  cp root/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} "$vendored"
  rm -f "$vendored"/*_test.go
}

compile() {
  local go=$PWD/root/usr/lib/go-1.19 part
  for part in api misc src test; do ln -sfn "../../share/go-1.19/$part" "$go/$part"; done
  GOROOT=$go PATH=$go/bin:$PWD/root/usr/bin:$PATH GOPATH=$PWD/gopath GOCACHE=$PWD/gocache \
    CGO_ENABLED=0 GOPROXY=off GOFLAGS='' GOLDFLAGS='-s -w' \
    KUBE_GIT_COMMIT=unknown KUBE_GIT_TREE_STATE=clean KUBE_GIT_VERSION=v1.20.2 \
    KUBE_GIT_MAJOR=1 KUBE_GIT_MINOR=20 \
    make -s -C src WHAT="${kubernetes_commands[*]}"
}

build() {
  is_built && return 0
  check_machine
  install_build_tools
  local scratch=$home/build
  rm -rf "$scratch"
  mkdir -p "$scratch" "$home/bin"
  cd "$scratch"
  private_apt "$scratch/apt"
  fetch_packages
  replace_reflect2
  compile
  cp root/usr/bin/etcd src/_output/local/bin/linux/amd64/kube-{apiserver,controller-manager} \
    "$home/bin/"
  cd "$home"
  chmod -R u+w "$scratch" # Go writes its module cache read-only
  rm -rf "$scratch"
}

case ${1:-} in
build) build ;;
up | down)
  is_built || build
  exec "${PYTHON:-python3}" "$here/processes.py" "$1" "${2:?NAME}"
  ;;
*)
  sed -n '2,8p' "${BASH_SOURCE[0]}"
  exit 2
  ;;
esac
