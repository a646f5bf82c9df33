"""The examples of docs/how-to/embed.md run as they stand, and the public API has the types it says."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, assert_type

import pytest
from mcp import Client

import kubeport as package
from kubeport import (
    Answer,
    Approval,
    Approver,
    Caller,
    Effect,
    Explanation,
    Failure,
    FakeCluster,
    Kubeport,
    KubeportError,
    Level,
    Policy,
    Question,
    Release,
    ResourceContent,
    Result,
    Rule,
    SecuritySettings,
    Sensitivity,
    Settings,
    Subscription,
    Target,
    in_memory,
    live,
    shop,
)
from kubeport.application.ports import Job

pytest_plugins = ["pytester"]

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "embed.md"
EXAMPLES = re.findall(r"^## (.+?)$.*?^```python\n(.+?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
EXPECTED = {
    "An asyncio agent": ["CrashLoopBackOff", "POLICY_DENIED"],
    "A synchronous agent": ["deployment.apps/web scaled", " 5"],
    "Ask a person before a change": ["command    kubectl scale", "web scaled", "who was asked declined"],
    "An agent of Pydantic AI": ["pod/"],
}


@pytest.mark.parametrize(("title", "code"), EXAMPLES[:-1], ids=lambda text: text[:24].strip())
def test_an_example_runs(title: str, code: str, tmp_path: Path) -> None:
    """In an interpreter of its own, from an empty folder, with every warning an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True,
        timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PAGE.parents[2] / "src")},
    )
    assert done.returncode == 0, done.stderr
    for expected in EXPECTED[title]:
        assert expected in done.stdout


def test_the_fixtures_are_found_by_pytest(pytester: pytest.Pytester) -> None:
    """The tests of the page pass in a project that only has kubeport installed."""
    title, code = EXAMPLES[-1]
    assert title == "Testing your agent"
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n")
    pytester.makepyfile(code)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_the_fixtures_are_a_shop_that_is_only_read(kubeport: Kubeport, fake_cluster: FakeCluster) -> None:
    """Without overriding, there is something to look at and nothing may be changed."""
    assert kubeport.check("kubectl get pods").allowed
    assert not kubeport.check("kubectl delete pod web").allowed
    assert fake_cluster.read().names == shop().read().names


@pytest.mark.anyio
async def test_the_public_types() -> None:
    """What an embedder calls has the types that a checker sees; mypy and pyright read this, too."""
    kubeport = in_memory(shop())
    assert_type(kubeport, Kubeport)
    result = await kubeport.command("kubectl get pods -o name", timeout=5)
    assert_type(result, Result)
    assert_type(result.output, str)
    assert_type(result.exit_code, int | None)
    assert_type(result.as_dict(), dict[str, Any])
    assert_type(kubeport.check("kubectl get pods"), Explanation)
    assert_type(package.__version__, str)
    assert_type(await kubeport.read("k8s-context://demo"), ResourceContent)
    await kubeport.aclose()
    assert result.error is None


def _of_a_live_one(policy: Policy, approver: Approver) -> Kubeport:
    """What ``live`` takes and gives; read by checkers, and called below without being run."""
    assert_type(live(), Kubeport)
    assert_type(live(Settings(), policy=policy, approver=approver), Kubeport)
    return live(Settings(security=SecuritySettings(level=Level.WRITE)), policy=policy)


class Person:
    """Somebody who says yes; an ``Approver`` by its shape."""

    async def ask(self, question: Question) -> Answer:
        """Yes, to what is shown."""
        assert_type(question.text, str)
        assert_type(question.argv, tuple[tuple[str, ...], ...])
        assert_type(question.target, Target)
        assert_type(question.caller, Caller)
        return Answer.APPROVED


@pytest.mark.anyio
async def test_the_types_of_policies_and_approvers() -> None:
    """A policy is data; whatever has the method of an approver is one."""
    rule = Rule("prod", "why", access=Level.READ_ONLY, sensitive=(Sensitivity.LOGS,), contexts=("prod",))
    policy = Policy("team", access=Level.WRITE, approval=Approval.CHANGES, rules=(rule,))
    assert_type(policy.rules, tuple[Rule, ...])
    assert_type(policy.access, Level)
    approver: Approver = Person()
    assert_type(await approver.ask(_question()), Answer)
    kubeport = in_memory(shop(), policy=policy, approver=approver)
    scaled = await kubeport.command("kubectl scale deploy/web --replicas=3", caller=Caller("ann", ("dev",)))
    assert_type(scaled.target, Target | None)
    assert scaled.error is None
    assert _of_a_live_one(policy, approver).rules.policy() is policy


def _question() -> Question:
    argv = (("kubectl", "scale", "deploy/web"),)
    return Question(argv, Target("demo"), Effect.WRITE, "team", "", (), Caller(), "0" * 64)


@pytest.mark.anyio
async def test_the_types_of_subscriptions() -> None:
    """A function gets the URI; the subscription is a context manager that says why it ended."""
    told = list[str]()
    kubeport = in_memory(shop(), Settings(security=SecuritySettings(level=Level.WRITE)))
    subscription = await kubeport.subscriptions.subscribe("k8s-deployment://demo/shop/web", told.append)
    assert_type(subscription, Subscription)
    async with subscription as entered:
        assert_type(entered, Subscription)
        await kubeport.command("kubectl scale deployment web --replicas=3 -n shop")
    assert_type(subscription.error, KubeportError | None)
    await kubeport.aclose()
    assert told == ["k8s-deployment://demo/shop/web"]


@pytest.mark.anyio
async def test_the_types_of_the_fixtures(
    fake_cluster: FakeCluster, kubeport_settings: Settings, kubeport: Kubeport, mcp_client: Client
) -> None:
    """The four that pytest finds are what they are called."""
    found: tuple[object, ...] = (fake_cluster, kubeport_settings, kubeport, mcp_client)
    assert [type(one) for one in found] == [FakeCluster, Settings, Kubeport, Client]
    assert_type(fake_cluster.calls, list[Job])
    assert_type(shop(), FakeCluster)
    failing = FakeCluster(failures=[Failure.hanging("kubectl get")], releases=[Release("r", "r-1")])
    assert_type(in_memory(failing, kubeport_settings), Kubeport)


def test_the_documentation_imports_from_the_top_only() -> None:
    """An example needs no knowledge of how the library is laid out."""
    docs = PAGE.parents[1]
    for page in (*docs.rglob("*.md"), docs.parent / "README.md"):
        assert not re.search(r"^(from|import) kubeport\.(?!testing)", page.read_text(), re.MULTILINE), page
