"""KubernetesWatcher keeps the contract against a real API server."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest
from tests.adapters.watcher_contract import CountingWatcher, WatcherContract
from tests.cluster.conftest import Kubectl
from tests.cluster.forwarder import Forwarder

from kubeport.adapters.watching import KubernetesWatcher


@attrs.define(eq=False)
class RealScene:
    """The real cluster, which the watcher reaches through a forwarder."""

    admin: Kubectl
    helm_program: str
    chart: Path
    forwarder: Forwarder
    namespace: str
    watcher: CountingWatcher
    context: str = "admin"

    async def kubectl(self, *words: str, stdin: str = "") -> None:
        """Run the real one."""
        await asyncio.to_thread(self.admin.output, *words, stdin=stdin)

    async def helm(self, verb: str, release: str) -> None:
        """Run the real one, with a chart of its own."""
        helm = Kubectl(self.helm_program, self.admin.environ)
        chart = [] if verb == "uninstall" else [str(self.chart)]
        await asyncio.to_thread(helm.output, verb, release, *chart, f"--namespace={self.namespace}")

    async def interrupt(self) -> None:
        """Cut every connection of the watcher, and refuse new ones."""
        await self.forwarder.cut()

    async def resume(self) -> None:
        """Accept connections again."""
        await self.forwarder.start()


def chart_in(folder: Path) -> Path:
    """A chart with one ConfigMap."""
    (folder / "shop" / "templates").mkdir(parents=True)
    (folder / "shop" / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    settings = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-chart\n"
    (folder / "shop" / "templates" / "settings.yaml").write_text(settings)
    return folder / "shop"


def through(forwarder: Forwarder, kubeconfig: Path, folder: Path) -> Path:
    """A copy of *kubeconfig* that leads to *forwarder*."""
    config = json.loads(kubeconfig.read_text())
    config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{forwarder.port}"
    path = folder / "kubeconfig"
    path.touch(mode=0o600)
    path.write_text(json.dumps(config))
    return path


def port_of(kubeconfig: Path) -> int:
    """The port of the API server."""
    server: str = json.loads(kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    return urlsplit(server).port or 0


def descriptors() -> int:
    """How many files, sockets and pipes this process has open."""
    return len(os.listdir("/proc/self/fd"))


class TestKubernetesWatcher(WatcherContract):
    """Everything happens over TLS, with a bearer token; nothing is left open afterwards."""

    @pytest.fixture
    async def scene(
        self, admin: Kubectl, helm4: str, api_server: Path, scratch_namespace: str, tmp_path: Path,
        anyio_backend: str,
    ) -> AsyncIterator[RealScene]:  # fmt: skip
        """A watcher of the session's cluster, and a namespace of its own."""
        before, tasks = descriptors(), len(asyncio.all_tasks())
        forwarder = Forwarder(port_of(api_server))
        await forwarder.start()
        path = through(forwarder, api_server, tmp_path)
        watcher = KubernetesWatcher(lambda: {"KUBECONFIG": str(path), "PATH": os.environ["PATH"]})
        yield RealScene(admin, helm4, chart_in(tmp_path), forwarder, scratch_namespace, watcher)
        await watcher.aclose()
        await forwarder.cut()
        assert watcher.watching == 0
        assert len(asyncio.all_tasks()) == tasks
        assert descriptors() <= before
