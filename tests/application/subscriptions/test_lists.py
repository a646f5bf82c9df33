"""Lists that change: contexts, namespaces, and what a policy offers."""

import asyncio

import attrs
import pytest

from kubeport.application.subscriptions.lists import ChangedList, Lists
from kubeport.domain.context import ContextRef, Kubeconfig
from kubeport.domain.effect import Level
from kubeport.domain.errors import ExecutionFailed
from kubeport.domain.policy import BUILT_IN, Caller, Policy, Rule

from .scene import Scene, Told

pytestmark = pytest.mark.anyio


@attrs.define
class Changing:
    """A kubeconfig and a policy that a test changes."""

    known: Kubeconfig | None = Kubeconfig((ContextRef("dev"),), "dev")
    policy: Policy = BUILT_IN["read-only"]
    fails_at: int = 0

    def read(self) -> Kubeconfig:
        """The contexts, unless the file is wrong, or just now is when a test wants it to be."""
        self.fails_at -= 1
        if self.known is None or self.fails_at == 0:
            raise ExecutionFailed("The kubeconfig cannot be used.")
        return self.known


def lists(changing: Changing, caller: Caller = Caller()) -> tuple[Lists, list[ChangedList]]:
    """Lists that look often, and what they have told."""
    kubeport, told = Scene().kubeport, list[ChangedList]()
    rules = attrs.evolve(kubeport.rules, policy=lambda: changing.policy)
    contexts = attrs.evolve(kubeport.contexts, kubeconfig=changing, rules=rules)
    found = Lists(contexts, rules, every=0.005, quiet=0.02)
    found.listen(told.append, caller)
    return found, told


async def until(told: list[ChangedList], expected: list[ChangedList]) -> None:
    """Wait for *expected*, and a while for more that must not come."""
    async with asyncio.timeout(5):
        while told != expected:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert told == expected


async def test_contexts_that_come_and_go() -> None:
    """A file that is wrong for a while has lost none."""
    changing = Changing()
    watched, told = lists(changing)
    await asyncio.sleep(0.03)
    assert told == []
    before, changing.known = changing.known, None
    await asyncio.sleep(0.03)
    changing.known = before
    await asyncio.sleep(0.03)
    assert told == []
    changing.known = Kubeconfig((ContextRef("dev"), ContextRef("prod")), "prod")
    await until(told, [ChangedList.RESOURCES])
    await watched.aclose()


async def test_a_policy_that_is_replaced() -> None:
    """Whether tools come and go by it is for the face to find out."""
    changing = Changing()
    watched, told = lists(changing)
    await asyncio.sleep(0.02)
    changing.policy = BUILT_IN["admin"]
    await until(told, [ChangedList.POLICY])
    await watched.aclose()


async def test_a_context_that_a_policy_hides_is_a_change_of_the_list() -> None:
    """For the caller from whom it is hidden, and for no other."""
    changing = Changing(Kubeconfig((ContextRef("dev"), ContextRef("prod")), "dev"))
    of_ann, told_ann = lists(changing, Caller("ann"))
    of_bob, told_bob = lists(changing, Caller("bob"))
    rule = Rule("no-prod", "Not hers.", access=Level.NONE, contexts=("prod",), callers=("ann",))
    changing.policy = Policy("new", rules=(rule,))
    await until(told_bob, [ChangedList.POLICY])
    await until(told_ann, [ChangedList.POLICY, ChangedList.RESOURCES])
    await of_ann.aclose()
    await of_bob.aclose()


async def test_a_file_that_is_wrong_for_a_moment_hides_no_change() -> None:
    """What a look could not tell, the next one does; and what it told is not told again."""
    changing = Changing()
    watched, told = lists(changing)
    both = Kubeconfig((ContextRef("dev"), ContextRef("prod")), "dev")
    changing.known, changing.fails_at = both, 2  # a look reads what there is, then what the caller may use
    await until(told, [ChangedList.RESOURCES])
    hidden = Rule("no-prod", "Not theirs.", access=Level.NONE, contexts=("prod",))
    changing.policy, changing.fails_at = Policy("new", rules=(hidden,)), 2
    await until(told, [ChangedList.RESOURCES, ChangedList.POLICY, ChangedList.RESOURCES])
    await watched.aclose()


async def test_a_look_that_fails_ends_no_looking(caplog: pytest.LogCaptureFixture) -> None:
    """A fault of ours is in the log, and the next look tells what there is."""
    changing = Changing()
    watched, told = lists(changing)
    faults = [RuntimeError("a fault of ours")]

    def look() -> None:
        if faults:
            raise faults.pop()

    watched.on_look(look)
    changing.policy = BUILT_IN["admin"]
    await until(told, [ChangedList.POLICY])
    assert "a fault of ours" in caplog.text
    await watched.aclose()


async def test_nobody_looks_when_nobody_listens() -> None:
    """The last one to leave ends it."""
    changing = Changing()
    watched, told = lists(changing)
    leave = watched.listen(told.append)
    leave()
    leave()
    before = len(asyncio.all_tasks())
    await watched.aclose()
    assert len(asyncio.all_tasks()) == before - 1
    changing.policy = BUILT_IN["admin"]
    await asyncio.sleep(0.03)
    assert told == []


async def test_namespaces_of_a_watched_context() -> None:
    """Told once, however many subscriptions hear of them; a change of a namespace is none of the list."""
    scene, told = Scene(), list[ChangedList]()
    scene.kubeport.subscriptions.on_lists(told.append)
    for uri in ("k8s-context://demo", "k8s-namespace://demo/shop", "k8s-context://demo"):
        await scene.kubeport.subscriptions.subscribe(uri, Told())
    await scene.run("kubectl create namespace new")
    await until(told, [ChangedList.RESOURCES])
    await scene.run("kubectl label namespace new a=b")
    await asyncio.sleep(0.1)
    assert told == [ChangedList.RESOURCES]
    await scene.kubeport.aclose()
