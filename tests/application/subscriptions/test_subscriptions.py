"""Subscriptions to resource URIs, over an in-memory cluster."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.config import PolicyFile
from kubeport.adapters.fake_cluster import Failure, FakeCluster
from kubeport.application.caller_settings import IdentitySettings
from kubeport.application.ports import Change
from kubeport.application.request import Origin
from kubeport.application.settings import (
    AuditSettings,
    LimitSettings,
    SecuritySettings,
    Settings,
    ToolSettings,
)
from kubeport.application.subscriptions.lists import ChangedList
from kubeport.containers import in_memory
from kubeport.domain.errors import (
    CommandError,
    ContextNotFound,
    ExecutionFailed,
    PolicyDenied,
    RateLimited,
)
from kubeport.domain.policy import Caller

from .scene import API, WEB, Scene, SlowWatcher, Told, cluster

pytestmark = pytest.mark.anyio


async def test_a_change_is_told_with_the_uri_as_it_was_written() -> None:
    """At once, and to nobody who asked for something else of the same kind."""
    scene, told, other = Scene(), Told(), Told()
    written = "k8s-resource://demo/shop/deploy/web"
    await scene.kubeport.subscriptions.subscribe(written, told)
    await scene.kubeport.subscriptions.subscribe(API, other)
    await scene.scale("web", 3)
    assert told.uris == [written]
    assert other.uris == []


async def test_many_subscribers_cost_one_watch() -> None:
    """Of one URI or of many of a kind; all are told, and with the last the watch stops."""
    scene, told = Scene(), Told()
    subscribe = scene.kubeport.subscriptions.subscribe
    many = [await subscribe(WEB if place % 2 else API, told) for place in range(200)]
    assert (scene.cluster.watching, len(scene.kubeport.subscriptions)) == (1, 200)
    await scene.scale("web", 3)
    assert told.uris == [WEB] * 100
    for subscription in many:
        await subscription.stop()
        await subscription.stop()
    assert scene.is_clean()


async def test_first_subscribers_at_once_start_one_watch() -> None:
    """However they come."""
    scene, told = Scene(), Told()
    wanted = [scene.kubeport.subscriptions.subscribe(WEB, told) for _ in range(20)]
    await asyncio.gather(*wanted)
    assert scene.cluster.watching == 1


async def test_a_burst_is_one_message_and_the_last_change() -> None:
    """The first is told at once; what follows closely is told together."""
    scene, told = Scene(quiet=0.4), Told()
    await scene.kubeport.subscriptions.subscribe(WEB, told)
    for replicas in range(2, 12):
        await scene.scale("web", replicas)
    assert told.uris == [WEB]
    await asyncio.sleep(0.5)
    assert told.uris == [WEB, WEB]
    await asyncio.sleep(0.5)
    assert told.uris == [WEB, WEB]


async def test_nothing_is_told_after_the_end() -> None:
    """Not even the rest of a burst."""
    scene, told = Scene(quiet=0.4), Told()
    async with await scene.kubeport.subscriptions.subscribe(WEB, told):
        await scene.scale("web", 2)
        await scene.scale("web", 3)
    await scene.scale("web", 4)
    await asyncio.sleep(0.5)
    assert told.uris == [WEB]
    assert scene.is_clean()


async def test_what_is_not_there_yet_is_told_when_it_comes() -> None:
    """One can wait for an object."""
    scene, told, uri = Scene(), Told(), "k8s-configmap://demo/shop/late"
    await scene.kubeport.subscriptions.subscribe(uri, told)
    await scene.run("kubectl create configmap late --from-literal=a=b")
    await asyncio.sleep(0.12)
    await scene.run("kubectl delete configmap late")
    assert told.uris == [uri, uri]


async def test_a_namespace_is_told_for_what_is_in_it() -> None:
    """Its summary shows workloads, pods and services."""
    scene, told, uri = Scene(), Told(), "k8s-namespace://demo/shop"
    await scene.kubeport.subscriptions.subscribe(uri, told)
    await scene.scale("web", 3)
    assert told.uris[0] == uri


async def test_a_context_is_told_for_its_namespaces() -> None:
    """Those that come and those that go."""
    scene, told, uri = Scene(), Told(), "k8s-context://demo"
    await scene.kubeport.subscriptions.subscribe(uri, told)
    await scene.run("kubectl create namespace new")
    assert told.uris == [uri]
    assert scene.cluster.watching == 2


async def test_a_release_is_told() -> None:
    """By the name that helm has for it."""
    scene, told, uri = Scene(), Told(), "helm-release://demo/shop/shop"
    await scene.kubeport.subscriptions.subscribe(uri, told)
    await scene.run("helm uninstall shop")
    assert told.uris == [uri]


@pytest.mark.parametrize("uri", ["https://example.com", "k8s-pod://demo/shop", WEB + "?watch=yes", ""])
async def test_what_is_no_uri_of_ours_is_refused(uri: str) -> None:
    """As a reading would be."""
    scene = Scene()
    with pytest.raises(CommandError):
        await scene.kubeport.subscriptions.subscribe(uri, Told())
    assert scene.is_clean()


async def test_an_unknown_context_is_refused() -> None:
    """With the names of those that there are."""
    scene = Scene()
    with pytest.raises(ContextNotFound, match="demo"):
        await scene.kubeport.subscriptions.subscribe("k8s-pod://nowhere/shop/web", Told())
    assert scene.is_clean()


@pytest.mark.parametrize("make", [Failure.forbidden, Failure.unreachable])
async def test_what_the_cluster_refuses_leaves_nothing(make: Callable[[str], Failure]) -> None:
    """The error is the cluster's own, and it is on record."""
    scene = Scene(FakeCluster(failures=[make("kubectl get deployments")]))
    with pytest.raises(ExecutionFailed) as caught:
        await scene.kubeport.subscriptions.subscribe(WEB, Told())
    assert scene.is_clean()
    (kept,) = scene.audit.records
    assert (kept["event"], kept["status"], kept["reason"]) == ("subscribe", "error", caught.value.reason)


async def test_who_may_not_watch_all_namespaces_still_hears_of_one() -> None:
    """Of what is in it; the rest is left out."""
    scene, told = Scene(), Told()
    scene = Scene(FakeCluster(scene.cluster.objects("deployments"), failures=[
        Failure.forbidden("kubectl get namespaces"), Failure.forbidden("kubectl get services"),
    ]))  # fmt: skip
    await scene.kubeport.subscriptions.subscribe("k8s-namespace://demo/shop", told)
    await scene.scale("web", 4)
    assert told.uris[:1] == ["k8s-namespace://demo/shop"]
    assert scene.cluster.watching == 4


async def test_it_is_judged_as_the_same_read_for_the_same_caller(tmp_path: Path) -> None:
    """The policy speaks of kinds, names and callers."""
    policy = tmp_path / "policy.toml"
    policy.write_text(
        'access = "read-only"\n[[rules]]\nname = "not-api"\nreason = "It is private."\naccess = "none"\n'
        'names = ["api"]\ncallers = ["bob"]\n'
    )
    settings = Settings(security=SecuritySettings(policy_file=str(policy)))
    kubeport, told = in_memory(cluster(), settings), Told()
    subscribe = kubeport.subscriptions.subscribe
    await subscribe(API, told, Caller("ann"))
    await subscribe(WEB, told, Caller("bob"))
    with pytest.raises(PolicyDenied, match="It is private"):
        await subscribe(API, told, Caller("bob"))
    assert len(kubeport.subscriptions) == 2


async def test_a_policy_that_changes_holds_for_what_runs(tmp_path: Path) -> None:
    """Who may not read any more is told that once, and nothing any more."""
    path = tmp_path / "policy.toml"
    path.write_text('access = "admin"\n')
    scene, told = Scene(), Told()
    rules = attrs.evolve(scene.kubeport.rules, policy=PolicyFile(path))
    explain = attrs.evolve(scene.kubeport.explain, rules=rules)
    parts = scene.kubeport.subscriptions
    parts.admission = attrs.evolve(parts.admission, explain=explain)
    await parts.subscribe(WEB, told)
    await scene.scale("web", 2)
    assert told.uris == [WEB]
    await asyncio.sleep(0.12)
    path.write_text('access = "none" # from now on\n')
    await scene.scale("web", 3)
    await asyncio.sleep(0.12)
    await scene.scale("web", 4)
    await asyncio.sleep(0.12)
    assert told.uris == [WEB, WEB]  # the last time: a read says why


async def test_the_record_of_a_subscription() -> None:
    """It names the URI, the caller and the read by which it was judged."""
    scene, origin = Scene(), Origin("inspector 1.0", transport="http")
    await scene.kubeport.subscriptions.subscribe(WEB, Told(), Caller("ann", ("dev",)), origin)
    (kept,) = scene.audit.records
    assert (kept["event"], kept["uri"], kept["caller"]) == ("subscribe", WEB, "ann")
    assert (kept["client"], kept["transport"]) == ("inspector 1.0", "http")
    assert (kept["allowed"], kept["status"], kept["rule"]) == (True, "success", "admin")
    assert kept["command"] == "kubectl get deployments.apps web"
    assert (kept["context"], kept["namespace"]) == ("demo", "shop")


async def test_the_record_of_a_refusal() -> None:
    """Whoever is refused is on record as well."""
    scene = Scene()
    settings = Settings(tools=ToolSettings(enabled=("kubectl",)))
    kubeport = in_memory(scene.cluster, settings, audit=scene.audit)
    with pytest.raises(CommandError, match="Available tools: kubectl"):
        await kubeport.subscriptions.subscribe("helm-release://demo/shop/shop", Told())
    (kept,) = scene.audit.records
    assert (kept["event"], kept["allowed"], kept["code"]) == ("subscribe", False, "TOOL_NOT_FOUND")


@attrs.define
class _Full(MemoryAudit):
    """A sink that keeps nothing."""

    async def record(self, entry: object, durable: bool = False) -> None:
        """Fail."""
        raise ExecutionFailed("There is no space.")


async def test_without_its_record_nothing_is_watched_where_all_are_required() -> None:
    """As for a read."""
    watched = cluster()
    kubeport = in_memory(watched, Settings(audit=AuditSettings(required="all")), audit=_Full())
    with pytest.raises(ExecutionFailed, match="audit record"):
        await kubeport.subscriptions.subscribe(WEB, Told())
    assert watched.watching == 0


@pytest.mark.parametrize(
    ("limits", "match"),
    [
        (LimitSettings(watches=1), "of this server, 1"),
        (LimitSettings(caller_watches=1), "of one caller's, 1"),
        (LimitSettings(subscriptions=1), "of this server, 1"),
        (LimitSettings(caller_subscriptions=1), "of one caller's, 1"),
        (LimitSettings(rate=1, burst=1), "try again in"),
    ],
)
async def test_limits(limits: LimitSettings, match: str) -> None:
    """Each is told, leaves what there is, and is free again after an end."""
    scene, told = Scene(limits=limits), Told()
    first = await scene.kubeport.subscriptions.subscribe(WEB, told)
    with pytest.raises(RateLimited, match=match):
        await scene.kubeport.subscriptions.subscribe("k8s-configmap://demo/shop/settings", told)
    assert (len(scene.kubeport.subscriptions), scene.cluster.watching) == (1, 1)
    await first.stop()
    assert scene.is_clean()


async def test_a_cancelled_subscribe_leaves_nothing() -> None:
    """Wherever it was."""
    for moment in range(8):
        scene = Scene()
        task = asyncio.create_task(
            scene.kubeport.subscriptions.subscribe("k8s-namespace://demo/shop", Told())
        )
        for _ in range(moment):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await scene.kubeport.subscriptions.watches.settle()
        assert scene.is_clean(), moment


async def test_a_listener_that_fails_keeps_no_other_from_hearing() -> None:
    """It is in the log."""
    scene, told = Scene(), Told()

    def fails(_: str) -> None:
        raise ValueError("of the embedder")

    await scene.kubeport.subscriptions.subscribe(WEB, fails)
    await scene.kubeport.subscriptions.subscribe(WEB, told)
    await scene.scale("web", 2)
    assert told.uris == [WEB]


async def test_closing_ends_all_and_takes_no_more() -> None:
    """Twice is fine."""
    scene, told = Scene(), Told()
    await scene.kubeport.subscriptions.subscribe(WEB, told)
    await scene.kubeport.aclose()
    await scene.kubeport.aclose()
    assert scene.is_clean()
    with pytest.raises(ExecutionFailed, match="ending"):
        await scene.kubeport.subscriptions.subscribe(WEB, told)
    await scene.scale("web", 2)
    assert told.uris == []


def test_the_example_of_the_page_runs(tmp_path: Path) -> None:
    """In an interpreter of its own: it prints the URI once."""
    root = Path(__file__).parents[3]
    page = (root / "docs" / "how-to" / "subscribe.md").read_text()
    code = page.split("```python\n")[1].split("```")[0]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True,
        timeout=60, check=False, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root / "src")},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("k8s-deployment://demo/shop/web\n", "")


async def test_callers_who_act_in_their_own_name_share_no_watch() -> None:
    """Each watch asks the cluster in the name of its caller; one without a name gets none."""
    identity = IdentitySettings(mode="impersonate", user="oidc:{name}")
    kubeport = in_memory(cluster(), Settings(identity=identity))
    watcher = SlowWatcher()
    watcher.go.set()
    kubeport.subscriptions.watches.watcher = watcher
    for name in ("ann", "bob", "ann"):
        await kubeport.subscriptions.subscribe(WEB, Told(), Caller(name))
    assert sorted(place.user for place in watcher.places) == ["oidc:ann", "oidc:bob"]
    with pytest.raises(PolicyDenied, match="own name"):
        await kubeport.subscriptions.subscribe(WEB, Told())
    assert watcher.started == 2


async def test_where_anything_may_have_changed_every_uri_of_the_place_is_told() -> None:
    """Once each, and none of another place; the list of resources where namespaces are concerned."""
    kubeport, watcher, told, lists = in_memory(cluster()), SlowWatcher(), Told(), list[ChangedList]()
    watcher.go.set()
    kubeport.subscriptions.watches.watcher = watcher
    kubeport.subscriptions.on_lists(lists.append)
    uris = [WEB, API, "k8s-namespace://demo/shop", "k8s-configmap://demo/shop/settings"]
    for uri in uris:
        await kubeport.subscriptions.subscribe(uri, told)
    tell = {place.kind: listener for place, listener in zip(watcher.places, watcher.listeners, strict=True)}
    tell["deployments.apps"](Change("shop", ""))
    assert sorted(told.uris) == sorted(uris[:3])
    assert lists == []
    await asyncio.sleep(0.6)
    tell["namespaces"](Change("", ""))
    assert told.uris[3:] == [uris[2]]
    assert lists == [ChangedList.RESOURCES]
    await kubeport.aclose()
