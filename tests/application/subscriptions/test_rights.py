"""Rights that change while a subscription runs: it goes on with what its caller may read now, or it ends."""

import asyncio

import attrs
import pytest

from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.fake_cluster import FakeCluster
from kubeport.application.caller_settings import IdentitySettings
from kubeport.application.kubeport import Kubeport
from kubeport.application.ports import Change
from kubeport.application.settings import AuditSettings, Settings
from kubeport.application.subscriptions import subscription
from kubeport.application.subscriptions.lists import ChangedList
from kubeport.containers.container import Container
from kubeport.domain.effect import Level
from kubeport.domain.errors import ExecutionFailed, KubeportError, PolicyDenied
from kubeport.domain.policy import Caller, Policy, Rule

from .scene import API, WEB, SlowWatcher, Told, cluster

pytestmark = pytest.mark.anyio
SHOP, CONTEXT = "k8s-namespace://demo/shop", "k8s-context://demo"
BLUE, RED = Caller("ann", ("blue",)), Caller("ann", ("red",))
OPEN = Policy("open", Level.READ_ONLY)
CLOSED = Policy(
    "closed", Level.READ_ONLY, rules=(Rule("d", "It is private.", Level.NONE, names=("web",)),)
)
NO_PODS = Policy("no-pods", Level.READ_ONLY, rules=(Rule("p", "no", Level.NONE, kinds=("pods",)),))
TEAMS = Policy(
    "teams", Level.NONE, rules=(Rule("blue", "blue reads", Level.READ_ONLY, callers=("group:blue",)),)
)


@attrs.define(eq=False)
class Site:
    """A Kubeport over an in-memory *cluster* whose *policy* can be replaced, and its records."""

    policy: Policy = OPEN
    identity: IdentitySettings = IdentitySettings()
    required: str = "writes"
    cluster: FakeCluster = attrs.field(factory=cluster)
    audit: MemoryAudit = attrs.field(factory=MemoryAudit)
    told: Told = attrs.field(factory=Told)
    ended: list[tuple[str, KubeportError]] = attrs.field(factory=list[tuple[str, KubeportError]])
    kubeport: Kubeport = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        fake = self.cluster
        container = Container(
            settings=Settings(identity=self.identity, audit=AuditSettings(required=self.required)),
            executor=fake, kubeconfig=fake, repositories=fake, watcher=fake, audit=self.audit,
            policy=lambda: self.policy,
        )  # fmt: skip
        self.kubeport = container.kubeport()
        self.kubeport.subscriptions.quiet = 0.0
        self.kubeport.subscriptions.lists.every = 0.01

    async def subscribe(self, uri: str, caller: Caller = BLUE) -> subscription.Subscription:
        """Listen, and note the end."""
        return await self.kubeport.subscriptions.subscribe(uri, self.told, caller, ended=self._note)

    def _note(self, uri: str, error: KubeportError) -> None:
        self.ended.append((uri, error))

    async def change(self, name: str = "web") -> None:
        """Something happens to a Deployment behind everybody's back."""
        watch = self.kubeport.subscriptions.watches._running  # pyright: ignore[reportPrivateUsage]
        for shared in [*watch.values()]:
            if shared.place.kind == "deployments.apps":
                shared._heard(Change("shop", name))  # pyright: ignore[reportPrivateUsage]
        await asyncio.sleep(0.01)

    async def settled(self, watches: int) -> None:
        """Wait until so many watches run, and no more."""
        async with asyncio.timeout(5):
            while self.cluster.watching != watches or len(self.kubeport.subscriptions.watches) != watches:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.03)
        assert self.cluster.watching == watches


async def test_a_policy_that_takes_the_right_away_ends_the_watch() -> None:
    """Without any change in the cluster: told once, with the reason, on record; and room for others again."""
    site = Site()
    found = await site.subscribe(WEB)
    await site.settled(1)
    site.policy = CLOSED
    await site.settled(0)
    ((uri, error),) = site.ended
    assert uri == WEB and isinstance(error, PolicyDenied) and found.error is error
    assert site.told.uris == [] and len(site.kubeport.subscriptions) == 0
    await site.change()
    await found.stop()
    assert len(site.ended) == 1 and site.told.uris == []
    kept = site.audit.records[-1]
    assert (kept["event"], kept["allowed"], kept["uri"]) == ("subscribe", False, WEB)
    site.policy = OPEN
    await asyncio.sleep(0.05)
    assert site.cluster.watching == 0
    await site.subscribe(WEB)
    await site.settled(1)
    await site.kubeport.aclose()


async def test_who_does_not_want_to_know_of_an_end_is_told_of_a_change() -> None:
    """A read says why, then."""
    site = Site()
    found = await site.kubeport.subscriptions.subscribe(WEB, site.told, BLUE)
    site.policy = CLOSED
    await site.settled(0)
    assert site.told.uris == [WEB] and found.error is not None


async def test_withdrawn_rights_hold_before_the_next_look() -> None:
    """What changes in between is not told."""
    site = Site()
    site.kubeport.subscriptions.lists.every = 60
    await site.subscribe(WEB)
    site.policy = CLOSED
    await site.change()
    assert site.told.uris == [] and [uri for uri, _ in site.ended] == [WEB]


async def test_what_is_beside_the_thing_itself_comes_and_goes_with_the_policy() -> None:
    """The namespace goes on without its pods, and with them again; each is told once, and nothing else."""
    site = Site()
    await site.subscribe(SHOP)
    await site.settled(6)
    site.policy = NO_PODS
    await site.settled(5)
    assert site.told.uris == [SHOP]
    site.policy = OPEN
    await site.settled(6)
    assert site.told.uris == [SHOP, SHOP]
    site.policy = Policy("open", Level.READ_ONLY)  # read again, and the same
    await asyncio.sleep(0.05)
    site.policy = Policy("another", Level.WRITE)
    await asyncio.sleep(0.05)
    assert site.told.uris == [SHOP, SHOP] and site.ended == []
    await site.kubeport.aclose()


async def test_another_token_of_the_same_caller_is_judged_anew() -> None:
    """Groups that do not matter change nothing; without the one that does it ends; others go on."""
    site = Site(TEAMS)
    first, second = await site.subscribe(WEB), await site.subscribe(API)
    first.renew(Caller("ann", ("blue", "new")))
    await site.change()
    assert site.told.uris == [WEB] and site.cluster.watching == 1
    first.renew(RED)
    assert [uri for uri, _ in site.ended] == [WEB]
    await site.change("api")
    assert site.told.uris == [WEB, API]
    with pytest.raises(ValueError, match="one caller"):
        second.renew(Caller("bob", ("blue",)))
    await site.kubeport.aclose()


IMPERSONATE = IdentitySettings("impersonate", user="oidc:{name}", allowed_groups=("*",))


async def test_other_groups_are_other_rights_in_the_cluster() -> None:
    """The watch under the old ones ends at once, one under the new ones begins; told once, on record."""
    site, watcher = Site(identity=IMPERSONATE, required="all"), SlowWatcher()
    watcher.go.set()
    site.kubeport.subscriptions.watches.watcher = watcher
    found = await site.subscribe(WEB)
    found.renew(RED)
    old = watcher.listeners[0]
    old(Change("shop", "web"))
    assert site.told.uris == [], "what the old rights still tell is not told"
    async with asyncio.timeout(5):
        while not site.told.uris:
            await asyncio.sleep(0.005)
    assert [(place.user, place.groups) for place in watcher.places] == [
        ("oidc:ann", ("blue",)), ("oidc:ann", ("red",)),
    ]  # fmt: skip
    assert watcher.stopped == 1 and len(site.kubeport.subscriptions.watches) == 1
    assert [kept["event"] for kept in site.audit.records] == ["intent", "subscribe"] * 2
    assert [kept["groups"] for kept in site.audit.records] == [["blue"]] * 2 + [["red"]] * 2
    watcher.listeners[1](Change("shop", "web"))
    await asyncio.sleep(0.01)
    assert site.told.uris == [WEB, WEB] and site.ended == []
    await site.kubeport.aclose()


async def test_rights_that_change_again_and_again_leave_one_watch() -> None:
    """Those of the last one; and the end leaves none."""
    site, watcher = Site(identity=IMPERSONATE), SlowWatcher()
    watcher.go.set()
    site.kubeport.subscriptions.watches.watcher = watcher
    found = await site.subscribe(SHOP)
    for turn in range(30):
        found.renew((RED, BLUE)[turn % 2])
        for _ in range(turn % 7):
            await asyncio.sleep(0)
    found.renew(RED)
    await asyncio.sleep(0.05)
    parts = site.kubeport.subscriptions
    assert {place.groups for place in parts.watches._running} == {("red",)}  # pyright: ignore[reportPrivateUsage]
    assert len(parts.watches) == 6 == len(watcher.places) - watcher.stopped - watcher.broken_off
    found.renew(BLUE)
    await found.stop()
    await parts.aclose()
    assert len(parts.watches) == 0 == len(watcher.places) - watcher.stopped - watcher.broken_off


async def test_what_cannot_begin_again_now_is_tried_until_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is left without a watch in silence."""
    monkeypatch.setattr(subscription, "FIRST", 0.01)
    site = Site(identity=IMPERSONATE)
    found = await site.subscribe(WEB)
    site.cluster.interrupt("demo")
    found.renew(RED)
    await asyncio.sleep(0.1)
    assert site.told.uris == [] and site.ended == [] and found.error is None
    site.cluster.resume("demo")
    await site.settled(1)
    assert site.told.uris == [WEB]
    await site.kubeport.aclose()


async def test_a_fault_of_our_own_is_on_record_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With its traceback in the log; the caller's watch begins again as after any other failure."""
    monkeypatch.setattr(subscription, "FIRST", 0.01)
    site, watcher = Site(identity=IMPERSONATE), SlowWatcher()
    watcher.go.set()
    site.kubeport.subscriptions.watches.watcher = watcher
    found = await site.subscribe(WEB)
    watcher.error = RuntimeError("a fault")
    found.renew(RED)
    await asyncio.sleep(0.1)
    assert watcher.started > 2 and site.told.uris == [] and found.error is None
    assert "RuntimeError: a fault" in caplog.text
    watcher.error = None
    async with asyncio.timeout(5):
        while site.told.uris != [WEB]:
            await asyncio.sleep(0.005)
    watcher.listeners[-1](Change("shop", "web"))
    await asyncio.sleep(0.01)
    assert (site.told.uris, site.ended) == ([WEB, WEB], [])
    await site.kubeport.aclose()


async def test_what_the_cluster_refuses_under_the_new_rights_ends() -> None:
    """With its own words."""
    site, watcher = Site(identity=IMPERSONATE), SlowWatcher()
    watcher.go.set()
    site.kubeport.subscriptions.watches.watcher = watcher
    found = await site.subscribe(WEB)
    watcher.error = ExecutionFailed("The cluster does not let red watch.", reason="forbidden")
    found.renew(RED)
    async with asyncio.timeout(5):
        while not site.ended:
            await asyncio.sleep(0.005)
    assert "red" in site.ended[0][1].message and len(site.kubeport.subscriptions) == 0
    await site.kubeport.aclose()


async def test_rights_that_go_while_it_begins_refuse_it() -> None:
    """And leave nothing."""
    site, watcher = Site(), SlowWatcher()
    site.kubeport.subscriptions.watches.watcher = watcher
    beginning = asyncio.create_task(site.subscribe(WEB))
    await asyncio.sleep(0.02)
    site.policy = CLOSED
    watcher.go.set()
    with pytest.raises(PolicyDenied):
        await beginning
    await site.kubeport.subscriptions.watches.settle()
    assert (len(site.kubeport.subscriptions.watches), watcher.stopped, site.ended) == (0, 1, [])


async def test_what_a_policy_takes_away_while_it_begins_is_not_told() -> None:
    """One of its watches runs already, another one is about to."""
    site, watcher = Site(), SlowWatcher()
    site.kubeport.subscriptions.watches.watcher = watcher
    watcher.go.set()
    beginning = asyncio.create_task(site.subscribe(SHOP))
    while not watcher.listeners:
        await asyncio.sleep(0)
    watcher.go.clear()
    await asyncio.sleep(0.02)
    assert not beginning.done()
    site.policy = Policy("none", Level.NONE)
    watcher.listeners[0](Change("", "shop"))
    watcher.go.set()
    with pytest.raises(KubeportError):
        await beginning
    assert site.told.uris == [] and site.ended == []
    await site.kubeport.aclose()


async def test_namespaces_of_one_identity_are_no_news_to_another() -> None:
    """A list that changes for who is answered in one name is not told to who is answered in another."""
    site, lists = Site(identity=IMPERSONATE), dict[str, list[ChangedList]](ann=[], bob=[], nobody=[])
    for name, heard in lists.items():
        caller = Caller("" if name == "nobody" else name, ("blue",))
        site.kubeport.subscriptions.on_lists(heard.append, caller)
    await site.subscribe(CONTEXT)
    site.kubeport.subscriptions.lists.heard(
        next(iter(site.kubeport.subscriptions.watches._running)),  # pyright: ignore[reportPrivateUsage]
        Change("", "new", new=True),
    )
    assert lists == {"ann": [ChangedList.RESOURCES], "bob": [], "nobody": []}
    await site.kubeport.aclose()
