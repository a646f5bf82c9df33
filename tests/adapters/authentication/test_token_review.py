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
from kubeport.application.authentication import SENDER, CannotAuthenticate, Credential, TokenRefused
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
    assert (await asking.authenticate("t0ken")).fresh_until == first.fresh_until == clock.now() + 30
    assert first.expires == float("inf")
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


async def _from(sender: str, asking: TokenReviewAuthenticator, token: str) -> Credential:
    before = SENDER.set(sender)
    try:
        return await asking.authenticate(token)
    finally:
        SENDER.reset(before)


async def _flood(asking: TokenReviewAuthenticator, *senders: str) -> list[asyncio.Task[Credential]]:
    """A hundred bad tokens from each of *senders*."""
    calls = [
        asyncio.create_task(_from(sender, asking, f"bad-{sender}-{number}"))
        for number in range(100)
        for sender in senders
    ]
    await asyncio.sleep(0.05)
    return calls


async def test_who_floods_with_garbage_keeps_nobody_else_out() -> None:
    """Another address's token is reviewed meanwhile, though the first one's fill all places to wait."""
    reviewer = Reviewer(pause=asyncio.Event())
    asking = authenticator(reviewer)
    calls = await _flood(asking, "192.0.2.1")
    assert len(reviewer.jobs) == 3
    held, reviewer.pause = reviewer.pause, None
    found = await asyncio.wait_for(_from("192.0.2.2", asking, "t0ken"), 5)
    assert found.name == NAME and len(reviewer.jobs) == 4
    assert held is not None
    held.set()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_full_queue_gives_way_to_who_has_least_in_it() -> None:
    """And then each address has its turn: the new one's token does not wait behind all that were first."""
    reviewer = Reviewer(pause=asyncio.Event())
    asking = authenticator(reviewer)
    calls = await _flood(asking, "192.0.2.1", "192.0.2.3")
    assert len(reviewer.jobs) == 4
    late = asyncio.create_task(_from("192.0.2.2", asking, "t0ken"))
    await asyncio.sleep(0.05)
    assert reviewer.pause is not None and not late.done()
    reviewer.pause.set()
    assert (await asyncio.wait_for(late, 5)).name == NAME
    tokens = [json.loads(job.stdin or "")["spec"]["token"] for job in reviewer.jobs]
    assert tokens.index("t0ken") < 10
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_token_that_was_good_waits_behind_no_stranger() -> None:
    """Its minute lapses while a hundred addresses have filled all places: it is reviewed at once."""
    reviewer, clock = Reviewer(), StoppedClock()
    asking = authenticator(reviewer, clock)
    await asking.authenticate("t0ken")
    clock.advance(61)
    reviewer.pause = held = asyncio.Event()
    calls = await _flood(asking, *(f"192.0.2.{number}" for number in range(100)))
    with pytest.raises(CannotAuthenticate):
        await _from("198.51.100.1", asking, "new")
    reviewer.pause = None
    assert (await asyncio.wait_for(asking.authenticate("t0ken"), 5)).name == NAME
    held.set()
    await asyncio.gather(*calls, return_exceptions=True)


def _ending(exp: object) -> str:
    """A token with the claim *exp*."""
    claims = base64.urlsafe_b64encode(json.dumps({"exp": exp}).encode()).decode()
    return f"e30.{claims}.x"


async def test_what_says_that_it_has_expired_starts_no_process() -> None:
    """A token that lies about its end only makes it earlier."""
    reviewer, clock = Reviewer(), StoppedClock()
    with pytest.raises(TokenRefused, match="expired"):
        await authenticator(reviewer, clock).authenticate(_ending(clock.now() - 1000))
    assert reviewer.jobs == []


async def test_the_end_of_an_answer_is_not_that_of_the_token() -> None:
    """Yet no answer is remembered beyond the token's end; then the API server decides, by its own clock."""
    reviewer, clock = Reviewer(), StoppedClock()
    asking, began = authenticator(reviewer, clock), clock.now()
    token = _ending(began + 90)
    found = await asking.authenticate(token)
    assert (found.expires, found.fresh_until) == (began + 90, began + 60)
    clock.advance(61)
    found = await asking.authenticate(token)
    assert (found.expires, found.fresh_until) == (began + 90, began + 90)
    clock.advance(29)
    found = await asking.authenticate(token)
    assert len(reviewer.jobs) == 3 and found.expires == began + 390
    clock.advance(301)
    with pytest.raises(TokenRefused, match="expired"):
        await asking.authenticate(token)


@pytest.mark.parametrize("exp", [None, "soon", float("nan"), float("inf"), 10**400, [1]])
async def test_what_says_no_end_has_none(exp: object) -> None:
    """Whatever stands there breaks nothing: the API server has said that the token is good."""
    assert (await authenticator(Reviewer()).authenticate(_ending(exp))).expires == float("inf")


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
