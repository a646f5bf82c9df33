"""What the doctor asks of tools and clusters: it only reads, and takes no word of a caller."""

import pytest

from kubeport import Effect, FakeCluster
from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.fake_cluster import Failure
from kubeport.application import probing
from kubeport.application.ports import Completed, Job, StageOutcome
from kubeport.application.probing import Probe
from kubeport.domain.context import ContextRef
from kubeport.domain.errors import AuthenticationFailed, TimedOut, ToolNotFound
from kubeport.domain.judging import judge
from kubeport.domain.policy import BUILT_IN
from kubeport.domain.understanding import understand

DEMO = ContextRef("demo")
ASKED = [
    *((tool, words) for tool, words in probing.VERSIONS.items()),
    ("kubectl", probing.SERVER),
    ("kubectl", probing.RIGHTS),
    ("istioctl", probing.MESH),
    ("argocd", probing.ARGOCD_SERVER),
]


@pytest.mark.parametrize(("tool", "words"), ASKED)
def test_what_is_asked_only_reads(tool: str, words: tuple[str, ...]) -> None:
    """The policy that only reads would let each of them through."""
    decision = judge(understand(" ".join((tool, *words))), BUILT_IN["read-only"])
    assert decision.allowed and decision.effect is Effect.READ


class Answering:
    """An executor that keeps what was run, and answers with the same every time."""

    def __init__(self, stderr: str = "", exit_code: int = 0) -> None:
        self.jobs = list[Job]()
        self._stderr, self._exit_code = stderr, exit_code

    async def run(self, job: Job, progress: object = None) -> Completed:
        """The answer."""
        self.jobs.append(job)
        return Completed((StageOutcome(job.stages[0].argv, self._exit_code, self._stderr),), "{}")

    async def aclose(self) -> None:
        """Nothing is held."""


LOGGED = {
    'I1128 08:59:31.1 1 round_trippers.go:632] "Response" verb="GET" status="200" milliseconds=12': 0.012,
    "I1128 08:59:21.6 1 round_trippers.go:560] GET https://a/version 200 OK in 7 milliseconds": 0.007,
    "nothing of the kind": None,
}


@pytest.mark.anyio
@pytest.mark.parametrize("said", LOGGED)
async def test_the_api_servers_own_time(said: str) -> None:
    """As kubectl logs it since 1.33, and before; the log is not passed on."""
    executor = Answering(said + "\n")
    answer = await Probe(executor, StoppedClock()).server(DEMO)
    assert answer.latency == LOGGED[said]
    assert answer.stderr == ("" if said.startswith("I") else said)
    argv = executor.jobs[0].stages[0].argv
    assert argv == ("kubectl", "version", "--output=json", "--v=6", "--context=demo")


@pytest.mark.anyio
async def test_the_account_of_a_pod_needs_no_context() -> None:
    """The tools find it by themselves."""
    executor = Answering()
    await Probe(executor, StoppedClock()).rights(ContextRef("in-cluster", in_cluster=True))
    assert executor.jobs[0].stages[0].argv == ("kubectl", *probing.RIGHTS)


@pytest.mark.anyio
async def test_failures_are_diagnosed_as_those_of_commands() -> None:
    """And secrets are redacted as theirs are."""
    said = "I1128 08:59:31.1 1 x.go:1] no such host\nerror: You must be logged in (Unauthorized)"
    answer = await Probe(Answering(said, 1), StoppedClock()).server(DEMO)
    assert isinstance(answer.error, AuthenticationFailed)
    hanging = FakeCluster(failures=[Failure.hanging("kubectl version")])
    assert isinstance((await Probe(hanging, StoppedClock()).server(DEMO)).error, TimedOut)
    without = FakeCluster(tools=("helm",))
    assert isinstance((await Probe(without, StoppedClock()).version("kubectl")).error, ToolNotFound)
    leaking = FakeCluster(failures=[Failure("kubectl", stderr="password: hunter2hunter2\n")])
    assert "hunter2" not in (await Probe(leaking, StoppedClock()).version("kubectl")).stderr
