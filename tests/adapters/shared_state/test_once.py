"""Used approvals in a real Redis: the contract, and two servers that one client's answers reach."""

import asyncio
import secrets
from pathlib import Path

import attrs
import pytest
from mcp import MCPError
from tests.adapters.mcp.test_elicitation import Site, User, answered, reason, round_of
from tests.adapters.once_contract import OnceContract

from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.shared_state import RedisOnce, SharedState
from kubeport.application.approving import Approvals
from kubeport.application.settings import LimitSettings
from kubeport.containers.choices import choose_approvals
from kubeport.domain.errors import ExecutionFailed

from .conftest import SECRET


class TestRedis(OnceContract):
    """What replicas share keeps the contract of that in memory."""

    @pytest.fixture
    def once(self, state: SharedState) -> RedisOnce:
        """The adapter."""
        return RedisOnce(state)

    @pytest.mark.anyio
    async def test_replicas_take_together(self, state: SharedState) -> None:
        """Of forty on two replicas one gets it."""
        other = SharedState(state.url, SECRET, state.prefix)
        both = RedisOnce(state), RedisOnce(other)
        taken = await asyncio.gather(*(both[place % 2].take("a", 9) for place in range(40)))
        await other.aclose()
        assert sum(taken) == 1


def replica(state: SharedState, clock: StoppedClock) -> Approvals:
    """The approvals of a replica, as the container makes them."""
    return choose_approvals(None, state, clock, LimitSettings(approvals=100))


@pytest.mark.anyio
async def test_two_servers_with_one_secret_and_one_redis(state: SharedState) -> None:
    """One asks, the other gets the answer and runs; neither takes it again."""
    second = SharedState(state.url, SECRET, state.prefix)
    clock = StoppedClock()
    sites = [Site(clock=clock, approvals=replica(one, clock)) for one in (state, second)]
    async with sites[0].client("auto", User()) as first, sites[1].client("auto", User()) as other:
        asked = await round_of(first)
        assert reason(await answered(other, asked)) == ""
        assert reason(await answered(first, asked)) == reason(await answered(other, asked)) == "used"
        both = await round_of(first)
        found = await asyncio.gather(*(answered(one, both) for one in (first, other) * 5))
        assert sorted(reason(one) for one in found) == ["", *["used"] * 9]
    assert [await site.replicas() for site in sites].count("3") >= 1
    await second.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("change", ["secret", "prefix"])
async def test_a_server_of_another_installation_opens_nothing(state: SharedState, change: str) -> None:
    """Another secret, or the same one with another prefix, is another key."""
    secret = SECRET + "!" if change == "secret" else SECRET
    prefix = state.prefix if change == "secret" else f"other-{secrets.token_hex(4)}"
    foreign, clock = SharedState(state.url, secret, prefix), StoppedClock()
    ours, theirs = (Site(clock=clock, approvals=replica(one, clock)) for one in (state, foreign))
    async with ours.client("auto", User()) as first, theirs.client("auto", User()) as other:
        asked = await round_of(first)
        with pytest.raises(MCPError, match="Invalid or expired"):
            await answered(other, asked)
        assert reason(await answered(first, asked)) == ""
    await foreign.aclose()


@pytest.mark.anyio
async def test_without_redis_nothing_counts_as_unused(state: SharedState, tmp_path: Path) -> None:
    """An outage between question and answer: an error that says so, and nothing runs."""
    clock = StoppedClock()
    gone = SharedState(f"unix://{tmp_path / 'none'}", SECRET, state.prefix)
    with pytest.raises(ExecutionFailed):
        await RedisOnce(gone).take("a", 1)
    site = Site(clock=clock, approvals=attrs.evolve(replica(state, clock), once=RedisOnce(gone)))
    async with site.client("auto", User()) as client:
        assert reason(await answered(client, await round_of(client))) == "state"
    assert await site.replicas() == "2"
    await gone.aclose()
