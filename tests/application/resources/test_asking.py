"""Questions through the choke point: what they run, what their errors are, and how they end."""

import asyncio

import pytest

from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.fake_cluster import Failure
from kubeport.application.resources.asking import Asking, command_line, raised, together
from kubeport.domain.errors import (
    ApprovalRequired,
    AuthenticationFailed,
    Busy,
    ExecutionFailed,
    InternalFault,
    KubeportError,
    PolicyDenied,
    RateLimited,
    ResourceNotFound,
    TimedOut,
)
from kubeport.domain.reading import read
from kubeport.domain.result import ErrorDetails

from .scene import cluster, port

pytestmark = pytest.mark.anyio


async def no_time(_: float) -> None:
    """Wait longer than anybody has patience for."""
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    "word", ["a b", "'", '"', "$HOME", "`x`", "a|b", "*", "\\", "", "-o", '{.a[?(@.b=="c")]}']
)
def test_words_are_taken_as_they_are(word: str) -> None:
    """Whatever they hold, our reader gets exactly these words."""
    (stage,) = read(command_line("kubectl", "get", word)).stages
    assert [token.text for token in stage.words] == ["kubectl", "get", word]


@pytest.mark.parametrize(
    "error",
    [
        PolicyDenied("no", hint="h", rule="r"),
        ApprovalRequired("ask", hint="h", rule="r", reason="declined"),
        AuthenticationFailed("who", hint="h", reason="token_expired"),
        ExecutionFailed("failed", hint="h", reason="forbidden"),
        RateLimited("slow", hint="h", retry_after=2.5),
        Busy("full", hint="h", retry_after=1.5),
        TimedOut("late", hint="h"),
    ],
)
def test_errors_come_back_as_they_were(error: KubeportError) -> None:
    """Kind, message, hint, and what a machine acts on."""
    found = raised(ErrorDetails.of(error))
    assert type(found) is type(error)
    assert ErrorDetails.of(found) == ErrorDetails.of(error)


def test_what_a_program_said_is_the_first_line_of_the_hint() -> None:
    """And no more than that of it; a code that is not known is a fault of ours."""
    details = ErrorDetails("failed", "EXECUTION_ERROR", "failed", hint="h", stderr="one\ntwo\n")
    assert raised(details).hint == "one\nh"
    assert len(raised(ErrorDetails("f", "EXECUTION_ERROR", stderr="x" * 9000)).hint) == 500
    assert isinstance(raised(ErrorDetails("f", ResourceNotFound.code)), InternalFault)


async def test_what_can_be_done_without_is_noted() -> None:
    """The reason, the error, and the part of the output that there is."""
    partly = Failure("kubectl get pods", stdout="some\n", stderr="Error from server (Forbidden): x\n")
    asking = Asking(port(cluster(partly)).run, "dev", "web")
    assert await asking.may("children", "kubectl", "get", "pods") == "some\n"
    assert "Forbidden" in asking.unread["children"] and len(asking.faults) == 1


async def test_nothing_that_changes_can_be_asked() -> None:
    """Whatever the level: a question only reads."""
    with pytest.raises(PolicyDenied) as refused:
        await Asking(port(cluster()).run, "dev", "web")("kubectl", "label", "pod", "lone", "a=b")
    assert refused.value.rule


async def test_a_failure_ends_what_runs_beside_it() -> None:
    """The error is raised at once, and the other command is over."""
    ended = asyncio.Event()

    async def other() -> str:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return ""

    async def failing() -> str:
        await asyncio.sleep(0)
        raise TimedOut("late")

    async with asyncio.timeout(5):
        with pytest.raises(TimedOut):
            await together(failing(), other(), other())
    assert ended.is_set()
    task = asyncio.current_task()
    assert task is not None and task.cancelling() == 0


async def test_a_read_that_is_cancelled_leaves_nothing_running() -> None:
    """And both of its commands are on record as cancelled."""
    audit = MemoryAudit()
    kubeport = port(cluster(Failure.hanging("kubectl get"), sleep=no_time), audit=audit)
    before = asyncio.all_tasks()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await kubeport.read("k8s-deployment://dev/web/api")
    assert asyncio.all_tasks() == before
    assert [record["reason"] for record in audit.records if record["event"] == "outcome"] == ["cancelled"] * 2
    assert kubeport.run.turns.running == kubeport.run.turns.waiting == 0
