"""Two real servers, one Redis and one API server: each change once, one watch for both, whoever goes away."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from mcp import MCPError
from tests.adapters.authentication.provider import AUDIENCE, provider
from tests.adapters.mcp.conftest import ERAS
from tests.adapters.mcp.http_servers import ended, started
from tests.adapters.mcp.older_era import subscribe
from tests.adapters.mcp.test_subscriptions import refused
from tests.adapters.shared_state.conftest import SECRET, Server, clients
from tests.cluster.conftest import Kubectl
from tests.cluster.replicas import LISTS, Ear, Replicas, gauge
from tests.cluster.teams import Trail
from tests.cluster.test_enterprise import POLICY, words
from tests.cluster.test_subscriptions import connections
from tests.cluster.test_watcher import port_of

pytestmark = pytest.mark.anyio
ANN, OLE = ("ann", "blue"), ("ole", "ops")
LEASE = 6.0  # adapters/shared_state/sharing.Pace


@pytest.fixture
def replicas(admin: Kubectl, api_server: Path, trail: Trail, tmp_path: Path) -> Iterator[Replicas]:
    """Two processes that impersonate their callers; all is gone afterwards."""
    redis = Server(tmp_path)
    redis.start()
    files = {"policy": POLICY, "url": redis.url, "secret": SECRET}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    with provider() as idp:
        flags = words(
            auth__mode="jwt", auth__issuer=idp.url, auth__resource=AUDIENCE,
            security__policy_file=tmp_path / "policy", identity__mode="impersonate",
            identity__user="oidc:{name}", identity__group="team:{group}",
            identity__allowed_groups="team:blue,team:ops", tools__paths_kubectl=admin.program,
            state__url_file=tmp_path / "url", state__secret_file=tmp_path / "secret",
        )  # fmt: skip
        servers = [started(*flags, KUBECONFIG=str(api_server)) for _ in range(2)]
        processes, ports = zip(*servers, strict=True)
        try:
            yield Replicas(
                processes, ports, idp, redis, admin, trail, port_of(api_server), gauge(admin)
            )
        finally:
            for process in processes:
                ended(process)
            redis.stop()


@pytest.fixture
def change(admin: Kubectl, blue: str) -> Callable[[str], object]:
    """Writes a value into the ConfigMap menu: one change."""

    def write(value: str) -> object:
        patch = f'{{"data":{{"soup":"{value}"}}}}'
        return admin.output("patch", "configmap", "menu", "-n", blue, "--type=merge", "-p", patch)

    return write


@asynccontextmanager
async def everybody(replicas: Replicas, *uris: str) -> AsyncGenerator[dict[tuple[int, str], Ear]]:
    """Ann listens at both servers, in both eras."""
    async with AsyncExitStack() as stack:
        yield {
            (which, era): await stack.enter_async_context(replicas.listening(which, era, ANN, *uris))
            for which in range(2)
            for era in ERAS
        }


async def each_hears(ears: dict[tuple[int, str], Ear], *expected: str, within: float = 2.0) -> None:
    """All of them, at once."""
    await asyncio.gather(*(ear.hears(*expected, within=within) for ear in ears.values()))


async def test_each_change_once_and_one_watch_for_both(
    replicas: Replicas, admin: Kubectl, blue: str, change: Callable[[str], object]
) -> None:
    """Of one kind, namespace and identity, however many URIs, clients and eras; at the end there is none."""
    menu, other = (f"k8s-configmap://viewer/{blue}/{name}" for name in ("menu", "other"))
    async with everybody(replicas, menu, other) as ears:
        await replicas.runs(1, 5)
        for turn in range(4):
            await asyncio.to_thread(change, f"turn-{turn}")
            await each_hears(ears, menu)
            for ear in ears.values():
                assert f"turn-{turn}" in await ear.read(f"{menu}?format=yaml")
        await asyncio.to_thread(admin.output, "create", "configmap", "other", "-n", blue)
        await each_hears(ears, other)
        await asyncio.to_thread(admin.output, "delete", "configmap", "other", "-n", blue)
        await each_hears(ears, other)
        assert replicas.running() == 1
    await replicas.runs(0, 5)
    assert replicas.watched(blue) == {"oidc:ann": 1}


async def test_callers_with_other_identities_share_nothing(
    replicas: Replicas, admin: Kubectl, blue: str, scratch_namespace: str, change: Callable[[str], object]
) -> None:
    """A watch each; neither what the other alone may see, nor that a namespace came, is told."""
    menu, context = f"k8s-configmap://viewer/{blue}/menu", "k8s-context://viewer"
    private = f"k8s-configmap://viewer/{scratch_namespace}/plan"
    async with AsyncExitStack() as stack:
        ears = {
            (which, who[0]): await stack.enter_async_context(replicas.listening(which, era, who, menu))
            for which, era in enumerate(ERAS)
            for who in (ANN, OLE)
        }
        await replicas.runs(2, 5)
        alone = await stack.enter_async_context(replicas.listening(0, "auto", OLE, private, context))
        await replicas.runs(3, 5)
        with refused(".") as newer:
            async with ears[0, "ann"].client.listen(resource_subscriptions=[private]):
                raise AssertionError("it was taken")
        with refused(".") as older:
            await subscribe(ears[1, "ann"].client, private)
        assert {caught.value.error.data["reason"] for caught in (newer, older)} == {"forbidden"}
        create = ("create", "configmap", "plan", "-n", scratch_namespace)
        await asyncio.to_thread(admin.output, *create)
        await alone.hears(private)
        name = f"late-{scratch_namespace}"
        await asyncio.to_thread(admin.output, "create", "namespace", name)
        await alone.hears(context, LISTS)
        for place, ear in ears.items():  # the other replica watches no context
            await ear.hears(*([LISTS] if place == (0, "ole") else []))
        await asyncio.to_thread(change, "for-both")
        await asyncio.gather(*(ear.hears(menu) for ear in ears.values()))
        await asyncio.to_thread(admin.output, "delete", "namespace", name, "--wait=false")
    await replicas.runs(0, 5)
    assert replicas.watched(blue) == {"oidc:ann": 1, "oidc:ole": 1}
    assert replicas.watched(scratch_namespace) == {"oidc:ole": 1}


async def test_a_newer_token_is_another_name_in_the_cluster(
    replicas: Replicas, blue: str, change: Callable[[str], object]
) -> None:
    """2025-11-25: the same session goes on under its new groups, and ends where those have no rights."""
    menu = f"k8s-configmap://viewer/{blue}/menu"
    async with (
        replicas.listening(0, "legacy", ANN, menu) as ann,
        replicas.listening(1, "legacy", ANN, menu) as other,
    ):
        await replicas.runs(1, 5)
        ann.use(replicas.token("ann", "ops"))
        await ann.client.list_tools()
        await replicas.runs(2, 5)
        await ann.hears(menu, LISTS)
        await other.hears(menu)  # it has taken over what was ann's
        await asyncio.to_thread(change, "as-ops")
        await asyncio.gather(ann.hears(menu), other.hears(menu))
        ann.use(replicas.token("ann", "nobody"))
        await ann.client.list_tools()
        await replicas.runs(1, 5)
        await ann.hears(menu, LISTS)
        await asyncio.to_thread(change, "as-nobody")
        await asyncio.gather(ann.hears(), other.hears(menu))
    await replicas.runs(0, 5)
    names = [(own, groups) for _, own, groups, _ in replicas.trail.of(blue, "watch", "configmaps")]
    assert {groups[0] for own, groups in names if own == "oidc:ann"} == {"team:blue", "team:ops"}


def holder(replicas: Replicas) -> int:
    """Which of the servers is connected to the API server: it watches for both."""
    (found,) = (
        which
        for which, process in enumerate(replicas.processes)
        if process.poll() is None and connections(process.pid, replicas.api_port)
    )
    return found


async def test_a_holder_that_is_killed_is_replaced_and_no_change_is_lost(
    replicas: Replicas, blue: str, change: Callable[[str], object]
) -> None:
    """Within the time of its lease; then each change is told once again."""
    menu = f"k8s-configmap://viewer/{blue}/menu"
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(replicas.listening(0, "auto", ANN, menu))
        await replicas.runs(1, 5)
        assert holder(replicas) == 0
        ears = {
            (1, era): await stack.enter_async_context(replicas.listening(1, era, ANN, menu)) for era in ERAS
        }
        replicas.processes[0].kill()
        replicas.processes[0].wait(10)
        await asyncio.to_thread(change, "in-between")
        await replicas.runs(1, LEASE + 1)
        assert holder(replicas) == 1
        await each_hears(ears, menu)
        for ear in ears.values():
            assert "in-between" in await ear.read(f"{menu}?format=yaml")
        await asyncio.to_thread(change, "afterwards")
        await each_hears(ears, menu)


async def test_a_holder_that_ends_hands_over_at_once_and_leaves_no_connection(
    replicas: Replicas, blue: str, change: Callable[[str], object]
) -> None:
    """At SIGTERM: its stream ends, Redis has nothing of it any more, and the other one watches."""
    menu = f"k8s-configmap://viewer/{blue}/menu"
    async with replicas.listening(0, "auto", ANN, menu) as first:
        await first.hears()
        assert holder(replicas) == 0
        alone = await clients(replicas.redis.url)
        async with replicas.listening(1, "auto", ANN, menu) as second:
            assert len(await clients(replicas.redis.url)) == len(alone) + 2
            replicas.processes[0].send_signal(signal.SIGTERM)
            await asyncio.to_thread(replicas.processes[0].wait, 10)
            assert holder(replicas) == 1
            await second.hears(menu)  # in between something may have been missed
            left = await clients(replicas.redis.url)
            assert len(left) == 1, left
            await asyncio.to_thread(change, "afterwards")
            await second.hears(menu)
        assert first.told == []


async def test_without_redis_each_watches_by_itself_until_it_is_back(
    replicas: Replicas, blue: str, change: Callable[[str], object]
) -> None:
    """Killed in the middle: nothing is lost, calls say why they are refused, and then one watches again."""
    menu = f"k8s-configmap://viewer/{blue}/menu"
    async with everybody(replicas, menu) as ears:
        await replicas.runs(1, 5)
        follower = 1 - holder(replicas)
        replicas.redis.kill()
        await replicas.runs(2, 5)
        for (which, _), ear in ears.items():
            await ear.hears(*([menu] if which == follower else []), within=5)
        await asyncio.to_thread(change, "without")
        await each_hears(ears, menu)
        for ear in ears.values():
            with pytest.raises(MCPError, match="shared state"):
                await ear.read(menu)
        replicas.redis.start()
        await replicas.runs(1, 15)
        await asyncio.sleep(1)
        for ear in ears.values():
            assert ear.told in ([], [menu])
            ear.told.clear()
        await asyncio.to_thread(change, "with-again")
        await each_hears(ears, menu)
        for ear in ears.values():
            assert "with-again" in await ear.read(f"{menu}?format=yaml")
