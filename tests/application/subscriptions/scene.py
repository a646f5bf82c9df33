"""A Kubeport over an in-memory cluster, and what its subscriptions tell."""

import asyncio
from collections.abc import Callable

import attrs

from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.fake_cluster import FakeCluster, Release
from kubeport.application.kubeport import Kubeport
from kubeport.application.ports import Change, Watch, WatchPlace
from kubeport.application.settings import LimitSettings, SecuritySettings, Settings
from kubeport.containers import in_memory
from kubeport.domain.effect import Level

WEB = "k8s-deployment://demo/shop/web"
API = "k8s-deployment://demo/shop/api"
_KINDS = {"Deployment": "apps/v1", "ConfigMap": "v1", "Service": "v1"}


def thing(kind: str, name: str, namespace: str = "shop") -> dict[str, object]:
    """An object as in a manifest."""
    spec: dict[str, object] = {}
    if kind == "Deployment":
        labels = {"app": name}
        pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "a:1"}]}}
        spec = {"spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": pod}}
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": _KINDS[kind], "kind": kind, "metadata": meta, **spec}


def cluster() -> FakeCluster:
    """Two Deployments, a ConfigMap and a release."""
    things = [thing("Deployment", "web"), thing("Deployment", "api"), thing("ConfigMap", "settings")]
    return FakeCluster(things, releases=[Release("shop", "shop-0.1.0", "shop")])


@attrs.define
class Told:
    """Listens to subscriptions."""

    uris: list[str] = attrs.field(factory=list[str])

    def __call__(self, uri: str) -> None:
        """Note it."""
        self.uris.append(uri)


@attrs.define
class Scene:
    """A *kubeport* at the level admin, its *cluster* and its *audit*; messages may follow quickly."""

    cluster: FakeCluster = attrs.field(factory=cluster)
    limits: LimitSettings = LimitSettings()
    level: Level = Level.ADMIN
    audit: MemoryAudit = attrs.field(factory=MemoryAudit)
    quiet: float = 0.05
    kubeport: Kubeport = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        settings = Settings(security=SecuritySettings(level=self.level), limits=self.limits)
        self.kubeport = in_memory(self.cluster, settings, audit=self.audit)
        self.kubeport.subscriptions.quiet = self.quiet
        self.kubeport.subscriptions.lists.quiet = self.quiet
        self.kubeport.subscriptions.lists.every = 0.01

    async def run(self, command: str) -> None:
        """Run a command that has to succeed."""
        result = await self.kubeport.command(command, context="demo", namespace="shop")
        assert result.error is None, result.error

    async def scale(self, name: str, replicas: int) -> None:
        """Change a Deployment."""
        await self.run(f"kubectl scale deployment {name} --replicas={replicas}")

    def is_clean(self) -> bool:
        """Whether nothing of a subscription is left."""
        parts = self.kubeport.subscriptions
        return (len(parts), len(parts.watches), self.cluster.watching) == (0, 0, 0)


@attrs.define(eq=False)
class _Stopping:
    watcher: "SlowWatcher"

    async def stop(self) -> None:
        self.watcher.stopped += 1


@attrs.define(eq=False)
class SlowWatcher:
    """A watcher whose watches start when ``go`` is set, or fail with *error* then."""

    error: Exception | None = None
    go: asyncio.Event = attrs.field(factory=asyncio.Event)
    started: int = 0
    broken_off: int = 0
    stopped: int = 0
    places: list[WatchPlace] = attrs.field(factory=list[WatchPlace])
    listeners: list[Callable[[Change], None]] = attrs.field(factory=list[Callable[[Change], None]])

    async def watch(self, place: WatchPlace, changed: Callable[[Change], None]) -> Watch:
        """Wait, then begin or fail."""
        self.started += 1
        self.places.append(place)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.broken_off += 1
            raise
        if self.error is not None:
            raise self.error
        self.listeners.append(changed)
        return _Stopping(self)

    async def aclose(self) -> None:
        """Nothing to end."""
