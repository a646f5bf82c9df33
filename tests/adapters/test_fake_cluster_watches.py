"""FakeCluster keeps the contract of a watcher, and fails as it is told to."""

import asyncio
from collections.abc import Callable

import pytest
from tests.adapters.watcher_contract import CountingWatcher, Heard, WatcherContract

from kubeport.adapters.fake_cluster import Chart, Failure, FakeCluster
from kubeport.application.ports import Change, Job, Stage, WatchPlace
from kubeport.domain.errors import AuthenticationFailed, ExecutionFailed, KubeportError


class FakeScene:
    """An in-memory cluster, changed by the commands that it runs."""

    context = "demo"
    namespace = "shop"

    def __init__(self) -> None:
        charts = (Chart("local/shop", "1.0.0"), Chart("local/shop", "2.0.0"))
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
        self.cluster = FakeCluster([namespace], charts=charts, repositories=("local",))
        self.watcher: CountingWatcher = self.cluster

    async def kubectl(self, *words: str, stdin: str = "") -> None:
        """Run it in memory."""
        await self._run("kubectl", *words, stdin=stdin)

    async def helm(self, verb: str, release: str) -> None:
        """Run it in memory, with a chart where one is needed."""
        chart = [] if verb == "uninstall" else ["local/shop"]
        await self._run("helm", verb, f"--namespace={self.namespace}", release, *chart)

    async def interrupt(self) -> None:
        """Nothing is told for now."""
        self.cluster.interrupt(self.context)

    async def resume(self) -> None:
        """It is told now."""
        self.cluster.resume(self.context)

    async def _run(self, *argv: str, stdin: str = "") -> None:
        done = await self.cluster.run(Job((Stage(argv),), stdin=stdin))
        assert done.stages[0].exit_code == 0, done.stages[0].stderr


class TestFakeWatcher(WatcherContract):
    """Everything happens at once, and in the same order each time."""

    @pytest.fixture
    def scene(self) -> FakeScene:
        """A fresh cluster."""
        return FakeScene()


def refused(failure: Failure, place: WatchPlace) -> KubeportError:
    """How a watch of *place* fails in a cluster with *failure*."""
    cluster = FakeCluster(failures=(failure,))
    with pytest.raises(KubeportError) as caught:
        asyncio.run(cluster.watch(place, Heard()))
    assert cluster.watching == 0
    return caught.value


@pytest.mark.parametrize(
    ("make", "reason"),
    [(Failure.forbidden, "forbidden"), (Failure.unreachable, "unreachable")],
)
def test_a_failure_of_get_is_one_of_the_watch(make: Callable[[str], Failure], reason: str) -> None:
    """Who may not read a kind may not watch it."""
    error = refused(make("kubectl get secrets"), WatchPlace("demo", "default", "secrets"))
    assert isinstance(error, ExecutionFailed)
    assert error.reason == reason


def test_releases_are_secrets_to_a_failure() -> None:
    """As they are to the API server."""
    error = refused(Failure.forbidden("kubectl get secrets"), WatchPlace("demo", "default", "releases"))
    assert isinstance(error, ExecutionFailed)
    assert error.reason == "forbidden"


def test_credentials_can_be_refused() -> None:
    """For every kind of a context at once."""
    error = refused(Failure.unauthorized(), WatchPlace("demo", "", "nodes"))
    assert isinstance(error, AuthenticationFailed)


def test_a_lost_cluster_takes_no_new_watch() -> None:
    """It cannot be reached, until it is back."""
    place = WatchPlace("demo", "", "nodes")

    async def meet() -> int:
        cluster = FakeCluster()
        cluster.interrupt("demo")
        with pytest.raises(ExecutionFailed, match="cannot be reached"):
            await cluster.watch(place, Heard())
        cluster.resume("demo")
        await cluster.watch(place, Heard())
        return cluster.watching

    assert asyncio.run(meet()) == 1


def test_contexts_do_not_hear_of_each_other() -> None:
    """The same place in another cluster is another place."""
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n"
    apply = Stage(("kubectl", "apply", "--context=b", "--namespace=default", "--filename=-"))

    async def meet() -> tuple[list[Change], list[Change]]:
        cluster, here, there = FakeCluster(contexts=("a", "b")), Heard(), Heard()
        await cluster.watch(WatchPlace("a", "default", "configmaps"), here)
        await cluster.watch(WatchPlace("b", "default", "configmaps"), there)
        await cluster.run(Job((apply,), stdin=manifest))
        return here.changes, there.changes

    assert asyncio.run(meet()) == ([], [Change("default", "one", new=True)])
