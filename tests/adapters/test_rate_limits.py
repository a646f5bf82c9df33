"""Token buckets in memory, and the use case that asks them."""

import pytest
from tests.adapters.rate_limits_contract import RateLimitsContract

from kubeport import Caller, FakeCluster, Request, Settings, in_memory
from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.rate_limits import MOST, MemoryRateLimits
from kubeport.application.settings import LimitSettings


class TestMemory(RateLimitsContract):
    """The buckets of one process; time passes by the fake clock."""

    @pytest.fixture
    def limits(self, clock: StoppedClock) -> MemoryRateLimits:
        """The adapter."""
        return MemoryRateLimits(clock)

    @pytest.mark.anyio
    async def test_it_is_bounded(self, limits: MemoryRateLimits) -> None:
        """As many buckets as are kept, and the oldest goes first."""
        for number in range(MOST + 1):
            await limits.take(str(number), 0.001, 1)
        assert await limits.take("1", 0.001, 1) > 0.0
        assert await limits.take("0", 0.001, 1) == 0.0


@pytest.mark.anyio
async def test_a_caller_who_calls_too_often_is_told_when_to_come_back() -> None:
    """The third call is refused with retry_after; another caller and another tool are not touched."""
    clock = StoppedClock()
    kubeport = in_memory(FakeCluster(), Settings(limits=LimitSettings(rate=60, burst=2)), clock=clock)

    async def call(caller: str, tool: str = "kubectl") -> str:
        line = "version --client" if tool == "kubectl" else "version"
        result = await kubeport.run(Request(line, tool, caller=Caller(caller)))
        return result.error.code if result.error else ""

    assert [await call("ann") for _ in range(3)] == ["", "", "RATE_LIMITED"]
    assert await call("bob") == ""
    assert await call("ann", "helm") == ""
    result = await kubeport.run(Request("version --client", "kubectl", caller=Caller("ann")))
    assert result.error is not None
    assert result.error.as_dict()["retry_after"] == pytest.approx(1.0)
    assert result.error.reason == "too_many_calls"
    clock.advance(1)
    assert await call("ann") == ""


@pytest.mark.anyio
async def test_a_rate_of_zero_is_no_limit() -> None:
    """Whoever does not want it turns it off."""
    kubeport = in_memory(FakeCluster(), Settings(limits=LimitSettings(rate=0, burst=1)))
    results = [await kubeport.command("kubectl version --client") for _ in range(5)]
    assert all(result.error is None for result in results)
