"""What has been used, remembered in memory."""

import pytest
from tests.adapters.once_contract import OnceContract

from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.once import MOST, MemoryOnce


class TestMemory(OnceContract):
    """That of one process; time passes by the fake clock."""

    @pytest.fixture
    def once(self, clock: StoppedClock) -> MemoryOnce:
        """The adapter."""
        return MemoryOnce(clock)


@pytest.mark.anyio
async def test_a_full_memory_forgets_nothing_before_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes no more, so that nobody can make it forget what was used."""
    monkeypatch.setattr("kubeport.adapters.once.MOST", 100)
    clock = StoppedClock()
    once = MemoryOnce(clock)
    assert MOST == 10_000
    assert all([await once.take(str(number), 60) for number in range(100)])
    assert not await once.take("one more", 60) and not await once.take("0", 60)
    clock.advance(61)
    assert await once.take("one more", 60)
