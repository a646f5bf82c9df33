"""What every Watcher must do, whether it watches an API server or plays one."""

import asyncio
from typing import Protocol

import attrs
import pytest

from kubeport.application.ports import Change, Watch, Watcher, WatchPlace
from kubeport.domain.errors import ContextNotFound, ExecutionFailed, KubeportError

SECONDS = 10.0
_BY_ITSELF = "kube-root-ca.crt"  # a controller makes it in every new namespace


class CountingWatcher(Watcher, Protocol):
    """A watcher that tells how many watches run."""

    @property
    def watching(self) -> int:
        """How many watches run."""
        ...


class Scene(Protocol):
    """A watcher, and a cluster that can be changed behind its back.

    The *context* has the namespace *namespace*, in which nothing happens by itself.
    """

    watcher: CountingWatcher
    context: str
    namespace: str

    async def kubectl(self, *words: str, stdin: str = "") -> None:
        """Run kubectl, which has to succeed."""
        ...

    async def helm(self, verb: str, release: str) -> None:
        """Install, upgrade or uninstall *release* in the namespace."""
        ...

    async def interrupt(self) -> None:
        """Let the watcher, and nobody else, lose the API server."""
        ...

    async def resume(self) -> None:
        """Let the watcher find it again."""
        ...


@attrs.define
class Heard:
    """What a watch told, in order."""

    changes: list[Change] = attrs.field(factory=list[Change])
    _more: asyncio.Event = attrs.field(factory=asyncio.Event)

    def __call__(self, change: Change) -> None:
        """Listen."""
        if change.name != _BY_ITSELF:
            self.changes.append(change)
            self._more.set()

    async def until(self, last: Change) -> list[Change]:
        """Everything that was told up to *last*."""
        async with asyncio.timeout(SECONDS):
            while last not in self.changes:
                self._more.clear()
                await self._more.wait()
        return self.changes


def settings(name: str, value: str = "1") -> str:
    """A manifest of a ConfigMap."""
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: '{value}'\n"


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: web:1
"""


class WatcherContract:
    """Subclass it and give a fixture ``scene``."""

    pytestmark = pytest.mark.anyio

    async def apply(self, scene: Scene, name: str, value: str = "1", namespace: str = "") -> None:
        """Create or change the ConfigMap *name*."""
        where = f"--namespace={namespace or scene.namespace}"
        await scene.kubectl("apply", where, "--filename=-", stdin=settings(name, value))

    async def remove(self, scene: Scene, name: str) -> None:
        """Delete the ConfigMap *name*."""
        await scene.kubectl("delete", f"--namespace={scene.namespace}", "configmaps", name)

    async def watch(
        self, scene: Scene, heard: Heard, kind: str = "configmaps", *, wide: bool = False
    ) -> Watch:
        """Watch *kind* in the namespace, or everywhere."""
        place = WatchPlace(scene.context, "" if wide else scene.namespace, kind)
        return await scene.watcher.watch(place, heard)

    async def refusal(self, scene: Scene, place: WatchPlace) -> KubeportError:
        """The error with which a watch of *place* does not begin; nothing is left of it."""
        heard = Heard()
        with pytest.raises(KubeportError) as caught:
            await scene.watcher.watch(place, heard)
        assert scene.watcher.watching == 0
        assert heard.changes == []
        return caught.value

    async def test_new_changed_and_gone_are_told_once_each(self, scene: Scene) -> None:
        """Three changes are three messages, and what was there before is none."""
        await self.apply(scene, "old")
        heard, name = Heard(), scene.namespace
        await self.watch(scene, heard)
        await self.apply(scene, "one")
        await self.apply(scene, "one", "2")
        await self.remove(scene, "one")
        assert await heard.until(Change(name, "one", gone=True)) == [
            Change(name, "one", new=True), Change(name, "one"), Change(name, "one", gone=True),
        ]  # fmt: skip

    async def test_what_changes_nothing_is_not_told(self, scene: Scene) -> None:
        """To apply the same again is no change."""
        heard, name = Heard(), scene.namespace
        await self.apply(scene, "same")
        await self.watch(scene, heard)
        await self.apply(scene, "same")
        await self.apply(scene, "other")
        assert await heard.until(Change(name, "other", new=True)) == [Change(name, "other", new=True)]

    async def test_another_namespace_is_not_told(self, scene: Scene) -> None:
        """Who watches one namespace hears nothing of the others."""
        heard, name = Heard(), scene.namespace
        await self.watch(scene, heard)
        await self.apply(scene, f"far-{name}", namespace="default")
        await self.apply(scene, "near")
        assert await heard.until(Change(name, "near", new=True)) == [Change(name, "near", new=True)]

    async def test_every_namespace_is_told_with_its_name(self, scene: Scene) -> None:
        """Who watches all namespaces hears of each."""
        heard, name = Heard(), scene.namespace
        await self.watch(scene, heard, wide=True)
        await self.apply(scene, f"far-{name}", namespace="default")
        await self.apply(scene, "near")
        told = await heard.until(Change(name, "near", new=True))
        assert Change("default", f"far-{name}", new=True) in told

    async def test_a_cluster_wide_kind_has_no_namespace(self, scene: Scene) -> None:
        """A namespace is an object without one."""
        heard, name = Heard(), f"{scene.namespace}-new"
        await self.watch(scene, heard, "namespaces", wide=True)
        await scene.kubectl("create", "namespace", name)
        assert (await heard.until(Change("", name, new=True)))[0].namespace == ""
        await scene.kubectl("delete", "namespace", name, "--wait=false")
        await heard.until(Change("", name, gone=True))

    async def test_scaling_is_a_change_of_the_deployment(self, scene: Scene) -> None:
        """The kind is spelled with its group; the object is neither new nor gone."""
        where = f"--namespace={scene.namespace}"
        await scene.kubectl("apply", where, "--filename=-", stdin=DEPLOYMENT)
        heard = Heard()
        await self.watch(scene, heard, "deployments.apps")
        await scene.kubectl("scale", where, "deployments", "web", "--replicas=2")
        told = await heard.until(Change(scene.namespace, "web"))
        assert set(told) == {Change(scene.namespace, "web")}

    async def test_a_release_is_told_by_its_name(self, scene: Scene) -> None:
        """It comes with its first revision, changes with the next, goes with the last."""
        heard, change = Heard(), Change(scene.namespace, "shop")
        await self.watch(scene, heard, "releases")
        await scene.helm("install", "shop")
        await heard.until(attrs.evolve(change, new=True))
        before = len(heard.changes)
        await scene.helm("upgrade", "shop")
        while len(heard.changes) == before:
            await asyncio.sleep(0.01)
        await scene.helm("uninstall", "shop")
        told = await heard.until(attrs.evolve(change, gone=True))
        assert told[0] == attrs.evolve(change, new=True)
        assert set(told[1:-1]) == {change}
        assert told[-1] == attrs.evolve(change, gone=True)

    async def test_after_a_loss_the_meantime_is_told_once(self, scene: Scene) -> None:
        """What came, changed and went while the API server was away is told when it is back."""
        name = scene.namespace
        for one in ("changes", "goes", "stays"):
            await self.apply(scene, one)
        heard = Heard()
        await self.watch(scene, heard)
        await scene.interrupt()
        await self.apply(scene, "changes", "2")
        await self.apply(scene, "changes", "3")
        await self.remove(scene, "goes")
        await self.apply(scene, "comes")
        assert heard.changes == []
        await scene.resume()
        meantime = {Change(name, "changes"), Change(name, "goes", gone=True), Change(name, "comes", new=True)}
        for change in meantime:
            await heard.until(change)
        await self.apply(scene, "after")
        told = await heard.until(Change(name, "after", new=True))
        assert set(told[:-1]) == meantime
        assert len(told) == 4

    async def test_a_stopped_watch_tells_nothing_more(self, scene: Scene) -> None:
        """Stopping twice is fine, and the other watches go on."""
        stopped, other = Heard(), Heard()
        watch = await self.watch(scene, stopped)
        await self.watch(scene, other)
        assert scene.watcher.watching == 2
        await watch.stop()
        await watch.stop()
        assert scene.watcher.watching == 1
        await self.apply(scene, "late")
        await other.until(Change(scene.namespace, "late", new=True))
        assert stopped.changes == []

    async def test_closing_ends_every_watch(self, scene: Scene) -> None:
        """None is left, and closing again does nothing."""
        heard = Heard()
        await self.watch(scene, heard)
        await self.watch(scene, heard, "nodes", wide=True)
        await scene.watcher.aclose()
        await scene.watcher.aclose()
        assert scene.watcher.watching == 0
        await self.apply(scene, "late")
        assert heard.changes == []

    async def test_an_unknown_context_is_refused(self, scene: Scene) -> None:
        """With the names of those that there are."""
        error = await self.refusal(scene, WatchPlace("nowhere", "", "nodes"))
        assert isinstance(error, ContextNotFound)
        assert scene.context in error.message

    @pytest.mark.parametrize(
        "kind", ["gadgets", "gadgets.example.com", "deployments", "pods.apps", "../nodes", "Pods"]
    )
    async def test_an_unknown_kind_is_refused(self, scene: Scene, kind: str) -> None:
        """Kinds are spelled as the API does, plural and group."""
        error = await self.refusal(scene, WatchPlace(scene.context, "", kind))
        assert isinstance(error, ExecutionFailed)
        assert error.reason == "unknown_kind"

    async def test_a_cluster_wide_kind_is_in_no_namespace(self, scene: Scene) -> None:
        """It is a mistake to ask for one, and not the whole cluster is watched instead."""
        error = await self.refusal(scene, WatchPlace(scene.context, scene.namespace, "nodes"))
        assert isinstance(error, ExecutionFailed)
        assert error.reason == "invalid"
