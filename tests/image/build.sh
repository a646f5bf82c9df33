#!/usr/bin/env bash
# Build localhost/kubeport, :slim, :cloud and :supplied with buildah, without an engine, an image registry or the internet:
# the base is made from Debian's packages, under the name that the Dockerfile gives. It has its Python, not its contents.
# The tools come from a mirror on loopback (mirror.py): helm is the real one ($KUBEPORT_TEST_HELM4, from
# tests/cluster/tools.sh), the others are stand-ins.
#   apt-get install --no-install-recommends buildah podman runc debootstrap
#   build.sh probe    builds nothing; says whether this machine could
#   build.sh arm64    localhost/kubeport:slim-arm64 instead, under emulation (qemu-user-static, a quarter of an hour)
set -euo pipefail
cd "$(dirname "$0")/../.."
for program in buildah podman runc debootstrap; do
  command -v "$program" >/dev/null || { echo "build.sh: $program is missing; see the comment in this file" >&2; exit 1; }
done
if [ "${1:-}" = probe ]; then
  # there is a helm to fetch for amd64 only; ldconfig loads nothing, so that it alone makes an image that runs
  [ "$(id -u) $(uname -m)" = "0 x86_64" ] &&
    made=$(buildah from scratch) && buildah add -q "$made" /sbin/ldconfig /ldconfig >/dev/null &&
    buildah commit -q --rm "$made" localhost/kubeport:probe >/dev/null &&
    podman --cgroup-manager cgroupfs --runtime runc run --rm --network host --ulimit nofile=1024:4096 \
      --ulimit nproc=1024:4096 localhost/kubeport:probe /ldconfig --version >/dev/null &&
    podman rmi localhost/kubeport:probe >/dev/null
  exit
fi
version=$(sed -n 's/^ARG PYTHON=//p' Dockerfile)
foreign=()
if [ "${1:-}" = arm64 ]; then
  version=$version-arm64
  foreign=(--arch arm64 --build-arg "PYTHON=$version")
  handlers=/proc/sys/fs/binfmt_misc
  [ -e $handlers/register ] || mount -t binfmt_misc binfmt_misc $handlers
  # F: the kernel keeps the emulator open, so that it is there in every root
  magic='\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
  mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
  [ -e $handlers/qemu-aarch64 ] ||
    printf %s ":qemu-aarch64:M::$magic:$mask:/usr/bin/qemu-aarch64-static:F" >$handlers/register
fi
base=$(sed -n 's/^FROM \(.*\)${PYTHON}-slim AS dependencies/\1/p' Dockerfile)$version-slim
scratch=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$scratch"' EXIT

if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
  debootstrap ${foreign:+--arch=arm64} --variant=minbase --include=python3,python3-venv,python3-pip,ca-certificates,tzdata \
    trixie "$scratch/root" >"$scratch/log" 2>&1 || { tail -20 "$scratch/log" >&2; exit 1; }
  rm -f "$scratch"/root/usr/lib/python3*/EXTERNALLY-MANAGED "$scratch"/root/var/cache/apt/archives/*.deb
  ln -s /usr/bin/python3 "$scratch/root/usr/local/bin/python3"
  ln -s /usr/bin/python3 "$scratch/root/usr/local/bin/python"
  made=$(buildah from ${foreign:+--arch arm64} scratch)
  buildah add -q "$made" "$scratch/root" / >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd python3 "$made"
  buildah commit -q --rm "$made" "$base" >/dev/null
fi

# a proxy's certificates, where this machine has some
trust=()
if [ -n "${PIP_CERT:-}" ]; then
  printf '[global]\ncert = /ca.crt\n' > "$scratch/pip.conf"
  trust=(--volume "$PIP_CERT:/ca.crt:ro" --volume "$scratch/pip.conf:/etc/pip.conf:ro")
fi
build() {
  buildah bud "${foreign[@]}" --isolation chroot --pull=never --format docker --layers "${trust[@]}" "$@" . >"$scratch/log" 2>&1 ||
    { tail -40 "$scratch/log" >&2; exit 1; }
}
if [ -n "${foreign[*]}" ]; then
  build --target slim -t localhost/kubeport:slim-arm64
  exit
fi

: "${KUBEPORT_TEST_HELM4:?run . tests/cluster/tools.sh first}"
"${PYTHON:-python3}" -m tests.image.mirror "$scratch/mirror"
: >"$scratch/served"
"${PYTHON:-python3}" -u -m http.server --bind 127.0.0.1 --directory "$scratch/mirror" 0 >"$scratch/served" 2>&1 &
until port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$scratch/served"); [ -n "$port" ]; do sleep 0.1; done

mkdir "$scratch/supplied"
cp "$KUBEPORT_TEST_HELM4" "$scratch/supplied/helm"
for tool in istioctl argocd; do
  printf '#!/opt/kubeport/bin/python3 -I\nimport sys\nprint("%s", *sys.argv[1:])\n' "$tool" > "$scratch/supplied/$tool"
done

build --target slim -t localhost/kubeport:slim
# TOOLS=fetched is what the Dockerfile says, too; buildah before 1.30 leaves out the stage when only that says it
mirrored=(--build-arg "MIRROR=http://127.0.0.1:$port" --build-arg TOOLS=fetched)
build "${mirrored[@]}" -t localhost/kubeport
build "${mirrored[@]}" --target cloud -t localhost/kubeport:cloud
build --build-arg TOOLS=supplied --build-context "supplied=$scratch/supplied" -t localhost/kubeport:supplied
