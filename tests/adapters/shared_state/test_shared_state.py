"""Kept output and rates in a real Redis: the contracts, sealing, outages, and two replicas."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.adapters.output_store_contract import OutputStoreContract
from tests.adapters.rate_limits_contract import RateLimitsContract

from kubeport.adapters.shared_state import RedisOutputStore, RedisRateLimits, SharedState
from kubeport.adapters.shared_state.sealing import Seal
from kubeport.domain.errors import ExecutionFailed

from .conftest import SECRET, redis_itself


class TestRedisOutputStore(OutputStoreContract):
    """The store that replicas share keeps the contract of the one in memory."""

    @pytest.fixture
    def store(self, state: SharedState) -> RedisOutputStore:
        """The adapter."""
        return RedisOutputStore(state, 1000, 2)

    @pytest.mark.anyio
    async def test_another_replica_has_it_and_another_secret_has_not(
        self, store: RedisOutputStore, state: SharedState
    ) -> None:
        """The handle of one replica is good on the others, and only with the same secret."""
        handle = await store.put("text", "ann")
        for secret, expected in ((SECRET, "text"), (SECRET + "!", None)):
            other = SharedState(state.url, secret, state.prefix)
            assert await RedisOutputStore(other, 1000, 2).get(handle, "ann") == expected
            await other.aclose()

    @pytest.mark.anyio
    async def test_redis_holds_nothing_that_it_could_read(
        self, store: RedisOutputStore, state: SharedState
    ) -> None:
        """Neither text, owner nor handle is in any key or value."""
        handle = await store.put("the cluster's own words", "ann@example.com")
        raw = redis_itself(state.url)
        found = b""
        for key in await raw.keys(f"{state.prefix}:*"):
            found += key + await raw.dump(key)
        await raw.aclose()
        assert len(found) > 100
        for word in (b"cluster", b"ann@", handle.encode()):
            assert word not in found

    @pytest.mark.anyio
    async def test_nothing_stays_behind(self, store: RedisOutputStore, state: SharedState) -> None:
        """Every key has an end, so that a server that is gone leaves nothing for ever."""
        await store.put("text", "ann")
        raw = redis_itself(state.url)
        left = {key: await raw.pttl(key) for key in await raw.keys(f"{state.prefix}:*")}
        await raw.aclose()
        assert len(left) == 4
        assert all(0 < milliseconds <= 62_000 for milliseconds in left.values())


class TestRedisRateLimits(RateLimitsContract):
    """The buckets that replicas share keep the contract of those in memory."""

    @pytest.fixture
    def limits(self, state: SharedState) -> RedisRateLimits:
        """The adapter."""
        return RedisRateLimits(state)

    @pytest.mark.anyio
    async def test_replicas_count_together(self, state: SharedState) -> None:
        """Forty calls on two replicas at once find no more tokens than one bucket has."""
        other = SharedState(state.url, SECRET, state.prefix)
        both = RedisRateLimits(state), RedisRateLimits(other)
        waits = await asyncio.gather(*(both[place % 2].take("a", 0.01, 10) for place in range(40)))
        await other.aclose()
        assert sum(wait == 0.0 for wait in waits) == 10


@pytest.mark.anyio
async def test_an_outage_is_told_and_passes(tmp_path: Path) -> None:
    """Without Redis nothing is let through, with an error that names no address or password."""
    state = SharedState(f"unix://:hunter2@{tmp_path / 'none'}", SECRET)
    with pytest.raises(ExecutionFailed) as caught:
        await RedisRateLimits(state).take("a", 1, 1)
    assert caught.value.reason == "state"
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(state)
    with pytest.raises(ExecutionFailed):
        await RedisOutputStore(state, 1000, 2).put("text", "ann")
    with pytest.raises(ExecutionFailed):
        await state.check()
    await state.aclose()


@pytest.mark.anyio
async def test_a_lost_connection_is_opened_anew(state: SharedState) -> None:
    """Redis closes every connection; the next call does not notice."""
    limits = RedisRateLimits(state)
    await limits.take("a", 1, 10)
    raw = redis_itself(state.url)
    await raw.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    await raw.execute_command("SCRIPT", "FLUSH")
    await raw.aclose()
    assert await limits.take("a", 1, 10) == 0.0


@given(st.text(), st.text(max_size=20))
def test_a_sealed_text_opens_at_its_place_only(text: str, place: str) -> None:
    """A changed byte, another place or another key open nothing."""
    seal = Seal(SECRET)
    sealed = seal.close(text, place)
    assert seal.open(sealed, place) == text
    assert seal.open(sealed, place + "x") is None
    assert seal.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), place) is None
    assert seal.open(sealed[:5], place) is None
    assert Seal(SECRET + "x").open(sealed, place) is None


def test_names_do_not_run_into_one_another() -> None:
    """("ab", "c") and ("a", "bc") are two names."""
    seal = Seal(SECRET)
    assert seal.name("ab", "c") != seal.name("a", "bc")
    assert seal.name("ab", "c") == Seal(SECRET).name("ab", "c")
