"""Completion of the arguments of templates: filtered, bounded, kept briefly, and never a failure."""

import asyncio

import pytest

from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.fake_cluster import Failure, FakeCluster
from kubeport.application.kubeport import Kubeport
from kubeport.application.resources import names
from kubeport.application.resources.completion import Completions
from kubeport.application.resources.names import KEPT_FOR, MOST_ANSWERS
from kubeport.application.settings import Settings, ToolSettings
from kubeport.domain.policy import Caller
from kubeport.domain.resources.uri import SCHEMES

from .scene import URIS, cluster, obj, port

pytestmark = pytest.mark.anyio
TEMPLATES = {scheme.name: scheme.template for scheme in SCHEMES}
WEB = {"context": "dev", "namespace": "web"}


async def complete(
    kubeport: Kubeport, scheme: str, argument: str, typed: str = "", chosen: dict[str, str] | None = None
) -> Completions:
    """What is offered for *argument* of the template of *scheme*."""
    return await kubeport.resources.complete(TEMPLATES[scheme], argument, typed, chosen)


@pytest.mark.parametrize("uri", URIS)
async def test_every_template_is_completed_down_to_a_uri_that_is_there(uri: str) -> None:
    """Part for part, with what was chosen before, and some letters of the next."""
    kubeport, chosen = port(cluster()), dict[str, str]()
    scheme = next(one for one in SCHEMES if uri.startswith(f"{one.name}://"))
    for part, value in zip(scheme.parts, uri.partition("://")[2].split("/"), strict=True):
        offered = await complete(kubeport, scheme.name, part, value[:2], chosen)
        assert value in offered.values, f"{part}: {offered}"
        assert all(one.startswith(value[:2]) for one in offered.values)
        chosen[part] = value
    assert (await kubeport.read(uri)).uri == uri


async def test_contexts_are_offered_as_they_are() -> None:
    """Clients encode them when they expand the template."""
    assert (await complete(port(cluster()), "k8s-pod", "context", "arn:")).values == ("arn:aws:eks:eu/a",)


async def test_cluster_wide_objects_are_found_behind_a_dash() -> None:
    """k8s-resource offers - as a namespace, and names of kinds that have none."""
    kubeport = port(cluster())
    assert "-" in (await complete(kubeport, "k8s-resource", "namespace", "", {"context": "dev"})).values
    chosen = {"context": "dev", "namespace": "-", "kind": "nodes"}
    assert (await complete(kubeport, "k8s-resource", "name", "", chosen)).values == ("n1",)


async def test_names_of_secrets_are_offered_and_nothing_of_their_content() -> None:
    """A name is no value."""
    found = await complete(port(cluster()), "k8s-resource", "name", "", {**WEB, "kind": "secrets"})
    assert found.values == ("login",)


async def test_at_most_a_hundred_of_many() -> None:
    """The total is told."""
    maps = [obj("v1", "ConfigMap", f"m-{n:04}") for n in range(250)]
    found = await complete(port(cluster(objects=maps)), "k8s-configmap", "name", "m-0", WEB)
    assert len(found.values) == 100 and found.total == 250 and found.has_more
    assert list(found.values) == sorted(found.values)
    fewer = await complete(port(cluster(objects=maps)), "k8s-configmap", "name", "m-024", WEB)
    assert fewer == Completions(tuple(f"m-{n:04}" for n in range(240, 250)), 10, False)


@pytest.mark.parametrize(
    ("template", "argument", "chosen"),
    [
        ("k8s-secret://{context}/{namespace}/{name}", "name", WEB),
        ("", "context", {}),
        (TEMPLATES["k8s-pod"], "kind", WEB),
        (TEMPLATES["k8s-pod"], "name", {}),
        (TEMPLATES["k8s-pod"], "name", {"context": "dev"}),
        (TEMPLATES["k8s-pod"], "name", {"context": "nope", "namespace": "web"}),
        (TEMPLATES["k8s-pod"], "name", {"context": "dev", "namespace": "--all-namespaces"}),
        (TEMPLATES["k8s-pod"], "name", {"context": "dev", "namespace": "a b"}),
        (TEMPLATES["k8s-pod"], "namespace", {"context": "--kubeconfig=/etc/passwd"}),
        (TEMPLATES["k8s-resource"], "name", {**WEB, "kind": "-o"}),
        (TEMPLATES["k8s-resource"], "name", {**WEB, "kind": "pods,secrets"}),
        (TEMPLATES["k8s-resource"], "name", WEB),
    ],
)
async def test_what_leads_nowhere_offers_nothing(
    template: str, argument: str, chosen: dict[str, str]
) -> None:
    """And asks no cluster."""
    fake = cluster()
    assert await port(fake).resources.complete(template, argument, "", chosen) == Completions()
    assert not fake.calls


async def test_nothing_is_raised_for_a_cluster_that_fails() -> None:
    """Built-in kinds are offered without it."""
    for failure in (Failure.unreachable(), Failure.unauthorized(), Failure("kubectl", 0, stdout="\x00/{}\n")):
        kubeport = port(cluster(failure))
        assert await complete(kubeport, "k8s-pod", "name", "", WEB) == Completions()
        kinds = await complete(kubeport, "k8s-resource", "kind", "deploy", WEB)
        assert kinds.values == ("deployments.apps",)


async def test_the_policy_decides() -> None:
    """What could not be listed by a command is not offered."""
    fake = cluster()
    kubeport = port(fake, Settings(tools=ToolSettings(deny=("kubectl get",))))
    assert await complete(kubeport, "k8s-pod", "name", "", WEB) == Completions()
    assert not fake.calls


async def test_answers_are_kept_briefly() -> None:
    """One question for many letters, another once the time is over."""
    fake, clock = cluster(), StoppedClock()
    kubeport = port(fake, clock=clock)
    for typed in ("", "a", "ap", "api"):
        await complete(kubeport, "k8s-deployment", "name", typed, WEB)
    assert len(fake.calls) == 1
    clock.advance(KEPT_FOR + 0.1)
    await complete(kubeport, "k8s-deployment", "name", "", WEB)
    assert len(fake.calls) == 2


async def test_who_asks_at_once_shares_one_question() -> None:
    """Keys that are hit faster than the cluster answers start one process."""
    fake = cluster()
    kubeport = port(fake)
    await asyncio.gather(*(complete(kubeport, "k8s-deployment", "name", "a", WEB) for _ in range(20)))
    assert len(fake.calls) == 1


async def test_each_caller_asks_for_itself() -> None:
    """What one may see is not offered to another out of memory."""
    fake = cluster()
    kubeport = port(fake)
    for caller in (Caller("ana"), Caller("bob"), Caller("ana", ("admins",)), Caller("ana")):
        await kubeport.resources.complete(TEMPLATES["k8s-pod"], "name", "", WEB, caller)
    assert len(fake.calls) == 3


async def test_what_is_kept_is_bounded() -> None:
    """Neither many questions nor long answers fill the memory."""
    kubeport = port(cluster())
    for n in range(MOST_ANSWERS + 50):
        await complete(kubeport, "k8s-pod", "name", "", {"context": "dev", "namespace": f"n{n}"})
    assert kubeport.resources.complete.names.kept == MOST_ANSWERS


async def test_long_answers_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer beyond the bound is used and not kept."""
    monkeypatch.setattr(names, "MOST_NAMES", 10)
    maps = [obj("v1", "ConfigMap", f"m-{n:04}") for n in range(20)]
    kubeport = port(cluster(objects=maps))
    assert (await complete(kubeport, "k8s-configmap", "name", "", WEB)).total == 20
    assert kubeport.resources.complete.names.kept == 0


async def no_time(_: float) -> None:
    """Wait longer than anybody has patience for."""
    await asyncio.sleep(60)


async def test_a_cluster_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is offered after a while, nor asked again at once."""
    monkeypatch.setattr(names, "PATIENCE", 0.1)
    fake = cluster(Failure.hanging("kubectl get pods"), sleep=no_time)
    kubeport = port(fake)
    async with asyncio.timeout(5):
        assert await complete(kubeport, "k8s-pod", "name", "", WEB) == Completions()
        assert await complete(kubeport, "k8s-pod", "name", "", WEB) == Completions()
    assert len(fake.calls) == 1


def test_scene_has_a_uri_for_every_scheme() -> None:
    """So that no scheme is forgotten by the tests above."""
    assert {uri.partition("://")[0] for uri in URIS} == set(TEMPLATES)
    assert isinstance(cluster(), FakeCluster)
