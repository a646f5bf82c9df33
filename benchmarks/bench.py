"""What every measurement is given: a folder, an environment, and what can be talked to."""

import json
import os
from pathlib import Path

import attrs

from .report import LeftOut

_SRC = Path(__file__).parents[1] / "src"
_NOWHERE: dict[str, object] = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "nowhere",
    "clusters": [{"name": "nowhere", "cluster": {"server": "https://127.0.0.1:1"}}],
    "contexts": [{"name": "nowhere", "context": {"cluster": "nowhere", "user": "nobody"}}],
    "users": [{"name": "nobody", "user": {}}],
}


@attrs.frozen
class Bench:
    """A scratch *folder*, the *environ* of all programs, and a real *kubectl* (empty: none).

    *cluster* says why there is no API server behind the kubeconfig; empty where there is one.
    """

    folder: Path
    environ: dict[str, str]
    kubectl: str = ""
    cluster: str = "not started"

    def real_kubectl(self) -> str:
        """The path of kubectl; LeftOut where there is none."""
        if not self.kubectl:
            raise LeftOut(
                "there is no real kubectl: run `make bench`, or set KUBEPORT_TEST_KUBECTL"
            )
        return self.kubectl

    def need_cluster(self) -> None:
        """LeftOut where there is no API server."""
        if self.cluster:
            raise LeftOut(self.cluster)

    @property
    def has_proc(self) -> bool:
        """Whether processes can be looked into."""
        return os.path.isdir("/proc/self/fd")

    def need_proc(self) -> None:
        """LeftOut where processes cannot be looked into."""
        if not self.has_proc:
            raise LeftOut("it looks into processes by way of /proc, which only Linux has")

    def fake(self, name: str, script: str) -> str:
        """The path of a program that runs the lines of *script* in place of kubectl."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return str(path)


def prepare(folder: Path) -> Bench:
    """A bench without a cluster: a kubeconfig that leads nowhere, bytecode kept as if installed."""
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(json.dumps(_NOWHERE), encoding="utf-8")
    environ = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "KUBECONFIG": str(kubeconfig),
        "PYTHONPATH": str(_SRC),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    return Bench(folder, environ, os.environ.get("KUBEPORT_TEST_KUBECTL", ""))
