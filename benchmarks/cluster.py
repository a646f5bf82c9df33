"""A real API server with a namespace of 23 pods, for as long as a ``with`` lasts."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

import attrs
from tests.cluster import processes

from .bench import Bench
from .measure import SECONDS, run

NAMESPACE = "bench"
PODS = 23
_START_SECONDS = 200


@contextmanager
def populated(bench: Bench) -> Generator[Bench]:
    """*bench* with an API server behind its kubeconfig, or with the reason why there is none."""
    why = _missing(bench)
    if why:
        yield attrs.evolve(bench, cluster=why)
        return
    processes.sweep()
    name = f"bench-{os.getpid()}"
    try:
        yield _filled(bench, name)
    finally:
        processes.Cluster(name).down()


def _missing(bench: Bench) -> str:
    if not bench.kubectl:
        return "there is no real kubectl: run `make bench`, or set KUBEPORT_TEST_KUBECTL"
    if not processes.is_built():
        return "there is no API server: build it once with `tests/cluster/cluster.sh build`"
    return ""


def _filled(bench: Bench, name: str) -> Bench:
    """*bench* with the cluster *name*; with the reason where that did not start in time."""
    owned = [sys.executable, processes.__file__, "up", name, str(os.getpid())]
    try:
        started = subprocess.run(
            owned, capture_output=True, text=True, check=True, timeout=_START_SECONDS
        )
        environ = {**bench.environ, "KUBECONFIG": started.stdout.strip()}
        _deploy(bench.kubectl, environ)
    except subprocess.SubprocessError as error:
        told = str(getattr(error, "stderr", None) or "").strip()[-300:]
        return attrs.evolve(bench, cluster=f"the API server did not start: {error}. {told}".strip())
    return attrs.evolve(bench, environ=environ, cluster="")


def _deploy(kubectl: str, environ: dict[str, str]) -> None:
    create = [
        "create",
        "deployment",
        "web",
        "--image=nginx:1.27",
        f"--replicas={PODS}",
        "-n",
        NAMESPACE,
    ]
    run([kubectl, "create", "namespace", NAMESPACE], environ)
    run([kubectl, *create], environ)
    wait = ["rollout", "status", "deploy/web", "-n", NAMESPACE, f"--timeout={SECONDS - 10}s"]
    run([kubectl, *wait], environ)
