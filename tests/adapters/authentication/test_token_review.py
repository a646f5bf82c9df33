"""ServiceAccounts' tokens: what an API server's answer proves, how long, and how many it is asked about."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from kubeport.adapters.authentication import TokenReviewAuthenticator
from kubeport.adapters.clock import StoppedClock
from kubeport.application.authentication import CannotAuthenticate, TokenRefused
from kubeport.application.ports import Completed, Job, Progress, StageOutcome
from kubeport.domain.errors import ExecutionFailed

pytestmark = pytest.mark.anyio
NAME = "system:serviceaccount:ci:bot"
GOOD = {
    "authenticated": True,
    "audiences": ["us"],
    "user": {"username": NAME, "groups": ["system:serviceaccounts"]},
}


@attrs.define
class Reviewer:
    """Stands for kubectl: answers with *status*, or fails; keeps the jobs."""

    status: dict[str, Any] = attrs.field(factory=lambda: dict[str, Any](GOOD))
    exit_code: int = 0
    fault: Exception | None = None
    pause: asyncio.Event | None = None
    jobs: list[Job] = attrs.field(factory=list[Job])
    most: int = 0
    running: int = 0

    async def run(self, job: Job, progress: Callable[[Progress], None] | None = None) -> Completed:
        """One review."""
        self.jobs.append(job)
        self.running += 1
        self.most = max(self.most, self.running)
        if self.pause is not None:
            await self.pause.wait()
        self.running -= 1
        if self.fault is not None:
            raise self.fault
        text = "" if self.exit_code else json.dumps({"kind": "TokenReview", "status": self.status})
        return Completed((StageOutcome(job.stages[0].argv, self.exit_code, "stderr"),), text)

    async def aclose(self) -> None:
        """Nothing is held."""


def authenticator(reviewer: Reviewer, clock: StoppedClock | None = None) -> TokenReviewAuthenticator:
    """One that asks *reviewer*."""
    return TokenReviewAuthenticator(reviewer, clock or StoppedClock(), "prod", "us", ("kubeport:read",))


async def test_a_good_token() -> None:
    """Name and groups are the API server's; the token goes in by stdin, and is in no argument."""
    reviewer = Reviewer()
    found = await authenticator(reviewer).authenticate("t0ken")
    assert (found.name, found.groups, found.scopes) == (NAME, ("system:serviceaccounts",), ("kubeport:read",))
    (job,) = reviewer.jobs
    assert "t0ken" not in str(job.stages) and job.stdin is not None
    assert json.loads(job.stdin)["spec"] == {"token": "t0ken", "audiences": ["us"]}
    assert "--context=prod" in job.stages[0].argv


async def test_the_cluster_around_us_is_asked_by_the_pods_own_account() -> None:
    """No kubeconfig has a context of its name: a flag for it would be an error."""
    reviewer = Reviewer()
    asking = TokenReviewAuthenticator(reviewer, StoppedClock(), "in-cluster", "us", ("kubeport:read",))
    await asking.authenticate("t0ken")
    (job,) = reviewer.jobs
    assert job.in_cluster and not any(word.startswith("--context") for word in job.stages[0].argv)


@pytest.mark.parametrize(
    "status",
    [
        {}, {"authenticated": False},
        {"authenticated": "true", "audiences": ["us"], "user": {"username": "a"}},
        {**GOOD, "audiences": []}, {**GOOD, "audiences": ["others"]}, {**GOOD, "user": {}},
        {"authenticated": True, "user": {"username": NAME}},
    ],
)  # fmt: skip
async def test_answers_that_prove_nothing(status: dict[str, Any]) -> None:
    """Not authenticated, for others, of nobody, or from an API server that knows no audiences."""
    with pytest.raises(TokenRefused):
        await authenticator(Reviewer(status)).authenticate("t0ken")


@pytest.mark.parametrize("reviewer", [Reviewer(exit_code=1), Reviewer(fault=ExecutionFailed("no kubectl"))])
async def test_no_answer(reviewer: Reviewer) -> None:
    """Is not a refusal: the bearer tries again, and the next answer counts."""
    asking = authenticator(reviewer)
    with pytest.raises(CannotAuthenticate):
        await asking.authenticate("t0ken")
    reviewer.exit_code, reviewer.fault = 0, None
    assert (await asking.authenticate("t0ken")).name == NAME


async def test_answers_are_kept_for_a_while() -> None:
    """A yes holds no longer than from when it was given; then a token that was taken away is refused."""
    reviewer, clock = Reviewer(), StoppedClock()
    asking = authenticator(reviewer, clock)
    first = await asking.authenticate("t0ken")
    clock.advance(30)
    assert (await asking.authenticate("t0ken")).expires == first.expires
    assert len(reviewer.jobs) == 1
    reviewer.status = {"authenticated": False}
    clock.advance(31)
    for _ in range(3):
        with pytest.raises(TokenRefused):
            await asking.authenticate("t0ken")
    assert len(reviewer.jobs) == 2


async def test_nothing_of_a_token_is_kept() -> None:
    """Answers are found by a hash."""
    asking = authenticator(Reviewer())
    await asking.authenticate("t0ken")
    assert b"t0ken" not in b"".join(asking._known)  # pyright: ignore[reportPrivateUsage]


async def test_garbage_pushes_no_good_answer_out() -> None:
    """However many bad tokens come, a good one is not asked about again."""
    reviewer = Reviewer()
    asking = authenticator(reviewer)
    await asking.authenticate("t0ken")
    reviewer.status = {"authenticated": False}
    for number in range(1200):
        with pytest.raises(TokenRefused):
            await asking.authenticate(f"bad{number}")
    asked = len(reviewer.jobs)
    await asking.authenticate("t0ken")
    assert len(reviewer.jobs) == asked


async def test_garbage_starts_no_crowd_of_processes() -> None:
    """Four are asked about at once and a few wait; the rest is told to come back."""
    reviewer = Reviewer({"authenticated": False}, pause=asyncio.Event())
    asking = authenticator(reviewer)
    calls = [asyncio.ensure_future(asking.authenticate(f"bad{number}")) for number in range(200)]
    await asyncio.sleep(0.1)
    assert reviewer.pause is not None and len(reviewer.jobs) == 4
    reviewer.pause.set()
    found = await asyncio.gather(*calls, return_exceptions=True)
    assert reviewer.most == 4 and len(reviewer.jobs) == 64
    assert sum(isinstance(one, CannotAuthenticate) for one in found) == 136
    assert sum(isinstance(one, TokenRefused) for one in found) == 64


async def test_many_requests_with_one_token_ask_little() -> None:
    """Those that waited for their turn take the answer of those before them."""
    reviewer = Reviewer()
    asking = authenticator(reviewer)
    found = await asyncio.gather(*(asking.authenticate("t0ken") for _ in range(20)))
    assert {one.name for one in found} == {NAME} and len(reviewer.jobs) <= 4


async def test_what_says_that_it_has_expired_starts_no_process() -> None:
    """A token that lies about its end only makes it earlier."""
    reviewer, clock = Reviewer(), StoppedClock()
    claims = base64.urlsafe_b64encode(json.dumps({"exp": clock.now() - 1000}).encode()).decode()
    with pytest.raises(TokenRefused, match="expired"):
        await authenticator(reviewer, clock).authenticate(f"e30.{claims}.x")
    assert reviewer.jobs == []


async def test_who_asks_whether_it_answers_starts_no_crowd_of_processes() -> None:
    """Everybody may ask for readiness: one review is under way at a time, whoever waits for it or goes."""
    reviewer = Reviewer(pause=asyncio.Event())
    asking = authenticator(reviewer)
    checks = [asyncio.ensure_future(asking.check()) for _ in range(300)]
    await asyncio.sleep(0.05)
    checks[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await checks[0]
    checks[0] = asyncio.ensure_future(asking.check())
    await asyncio.sleep(0.05)
    assert reviewer.pause is not None and len(reviewer.jobs) == 1
    reviewer.pause.set()
    await asyncio.gather(*checks)
    await asking.check()
    assert len(reviewer.jobs) == 1


async def test_a_failed_check_is_remembered_for_a_while() -> None:
    """Ten seconds, not a minute: a server that can serve again is soon ready."""
    reviewer, clock = Reviewer(exit_code=1), StoppedClock()
    asking = authenticator(reviewer, clock)
    for _ in range(50):
        with pytest.raises(CannotAuthenticate):
            await asking.check()
    assert len(reviewer.jobs) == 1
    reviewer.exit_code = 0
    clock.advance(10)
    await asking.check()
    clock.advance(59)
    await asking.check()
    assert len(reviewer.jobs) == 2
    clock.advance(1)
    await asking.check()
    assert len(reviewer.jobs) == 3


async def test_a_review_that_succeeds_is_an_answer_too() -> None:
    """What failed is forgotten as soon as a caller's token could be reviewed, and nobody need look again."""
    reviewer = Reviewer(exit_code=1)
    asking = authenticator(reviewer)
    with pytest.raises(CannotAuthenticate):
        await asking.check()
    reviewer.exit_code = 0
    await asking.authenticate("t0ken")
    await asking.check()
    assert len(reviewer.jobs) == 2


async def test_a_check_under_way_ends_with_its_authenticator() -> None:
    """Nothing is left behind that nobody waits for."""
    reviewer = Reviewer(pause=asyncio.Event())
    asking = authenticator(reviewer)
    check = asyncio.ensure_future(asking.check())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asking.aclose()
    with pytest.raises(asyncio.CancelledError):
        await check
