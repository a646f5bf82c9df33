"""Lists of contexts and namespaces: order, pages, cursors, and clusters that do not answer."""

import asyncio
import base64
import json

import pytest

from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.fake_cluster import Failure, FakeCluster
from kubeport.application.kubeport import Kubeport
from kubeport.application.resources import names
from kubeport.application.resources.listing import CLUSTERS, PAGE
from kubeport.application.settings import Settings, ToolSettings
from kubeport.domain.errors import CommandError

from .scene import Obj, cluster, obj, port

pytestmark = pytest.mark.anyio


def spaces(count: int) -> list[Obj]:
    """Namespaces in no order."""
    return [obj("v1", "Namespace", f"n-{n:04}", "") for n in reversed(range(count))]


async def pages(kubeport: Kubeport) -> list[list[str]]:
    """The URIs of all pages, page by page."""
    found, cursor = list[list[str]](), ""
    while True:
        page = await kubeport.resources.list(cursor)
        found.append([one.uri for one in page.resources])
        cursor = page.next_cursor
        if not cursor:
            return found


async def test_contexts_first_then_their_namespaces() -> None:
    """In the kubeconfig's order, namespaces by name, each with a text for people."""
    page = await port(cluster()).resources.list()
    assert [one.uri for one in page.resources] == [
        "k8s-context://dev",
        "k8s-context://arn%3Aaws%3Aeks%3Aeu%2Fa",
        "k8s-namespace://dev/default",
        "k8s-namespace://dev/kube-system",
        "k8s-namespace://dev/web",
        "k8s-namespace://arn%3Aaws%3Aeks%3Aeu%2Fa/default",
        "k8s-namespace://arn%3Aaws%3Aeks%3Aeu%2Fa/kube-system",
    ]
    assert page.resources[0].title == "Context dev" and "current" in page.resources[0].description
    assert all(one.name and one.title and one.description for one in page.resources)
    assert page.next_cursor == ""


async def test_pages_have_everything_once_and_in_order() -> None:
    """Many contexts with many namespaces, over any number of pages."""
    contexts = tuple(f"c{n:03}" for n in range(130))
    fake = FakeCluster({"c001": spaces(250), "c120": spaces(3)}, contexts)
    found = await pages(port(fake))
    assert all(len(page) <= PAGE for page in found)
    flat = [uri for page in found for uri in page]
    assert flat[:130] == [f"k8s-context://{name}" for name in contexts]
    assert len(flat) == len(set(flat)) == 130 + 253 + 2 * 130
    of_one = [uri for uri in flat if uri.startswith("k8s-namespace://c001/")]
    assert of_one == sorted(of_one) and len(of_one) == 252


async def test_a_page_asks_a_bounded_number_of_clusters() -> None:
    """And each of them once: the next page uses what is known."""
    fake = FakeCluster((), tuple(f"c{n:03}" for n in range(20)))
    kubeport = port(fake)
    first = await kubeport.resources.list()
    assert len(fake.calls) == CLUSTERS
    await kubeport.resources.list()
    assert len(fake.calls) == CLUSTERS and first.next_cursor


async def test_a_page_goes_on_where_namespaces_went_away() -> None:
    """The cursor names a place in the order, not a number."""
    fake = FakeCluster(spaces(150), ("dev",))
    clock = StoppedClock()
    kubeport = port(fake, Settings(), clock=clock)
    first = await kubeport.resources.list()
    last = first.resources[-1].uri
    fewer = port(FakeCluster(spaces(120), ("dev",)))
    rest = await fewer.resources.list(first.next_cursor)
    assert [one.uri for one in rest.resources] == [
        f"k8s-namespace://dev/n-{n:04}" for n in range(int(last[-4:]) + 1, 120)
    ]


DEV = "kubectl get --context=dev"


async def no_time(_: float) -> None:
    """Wait longer than anybody has patience for."""
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    "failure",
    [Failure.unreachable(DEV), Failure.unauthorized(DEV), Failure.forbidden(DEV, "namespaces")],
    ids=["unreachable", "unauthorized", "forbidden"],
)
async def test_a_cluster_that_does_not_answer_has_no_namespaces(failure: Failure) -> None:
    """Its context is listed, and so are the namespaces of the others."""
    uris = [one.uri for one in (await port(cluster(failure)).resources.list()).resources]
    assert uris[0] == "k8s-context://dev" and not [u for u in uris if u.startswith("k8s-namespace://dev/")]
    assert uris[-1].endswith("/kube-system")


async def test_a_cluster_that_hangs_does_not_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up after a while, and not asked again for the next page."""
    monkeypatch.setattr(names, "PATIENCE", 0.2)
    fake = cluster(Failure.hanging(DEV), sleep=no_time)
    kubeport = port(fake)
    async with asyncio.timeout(5):
        found = [one.uri for one in (await kubeport.resources.list()).resources]
    assert "k8s-context://dev" in found and found[-1].endswith("/kube-system")
    calls = len(fake.calls)
    await kubeport.resources.list()
    assert len(fake.calls) == calls


async def test_what_the_policy_refuses_is_not_listed() -> None:
    """The same command as a tool call is judged."""
    fake = cluster()
    kubeport = port(fake, Settings(tools=ToolSettings(deny=("kubectl get",))))
    assert len((await kubeport.resources.list()).resources) == 2
    assert not fake.calls


async def test_no_kubeconfig_is_an_empty_list() -> None:
    """Nothing is there and nothing fails."""
    page = await port(FakeCluster((), (), "")).resources.list()
    assert page.resources == () and page.next_cursor == ""


def cursor(value: object) -> str:
    """A cursor that was made by hand."""
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode()


@pytest.mark.parametrize(
    "made",
    [
        "x",
        "äöü",
        "a" * 100_000,
        cursor([]),
        cursor(["dev"]),
        cursor(["dev", "", 1]),
        cursor(["dev", None, True]),
        cursor([1, "", False]),
        cursor(["", "", True]),
        cursor({"dev": 1, "a": 2, "b": 3}),
        cursor([["dev"], "", True]),
        cursor(["gone", "", True]),
        cursor(["gone", "", False]),
        cursor(["dev", "", True]) + "=",
        cursor(["dev", "", True]) + "\n",
        cursor([{"a": 1}, [[[3]]], True]),
    ],
)
async def test_cursors_that_are_not_ours(made: str) -> None:
    """Refused, with the advice to begin anew; nothing is asked."""
    fake = cluster()
    with pytest.raises(CommandError, match="cursor") as refused:
        await port(fake).resources.list(made)
    assert "from the beginning" in refused.value.hint and not fake.calls
