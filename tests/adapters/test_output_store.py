"""The output store in memory."""

import pytest
from tests.adapters.output_store_contract import OutputStoreContract, Pass

from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.output_store import MemoryOutputStore


class TestMemory(OutputStoreContract):
    """The store of one process; time passes by the fake clock."""

    @pytest.fixture
    def clock(self) -> StoppedClock:
        """A clock that the test moves."""
        return StoppedClock()

    @pytest.fixture
    def store(self, clock: StoppedClock) -> MemoryOutputStore:
        """The adapter."""
        return MemoryOutputStore(clock, 1000, 2)

    @pytest.fixture
    def let_pass(self, clock: StoppedClock) -> Pass:
        """Time passes at once."""

        async def forward(seconds: float) -> None:
            clock.advance(seconds)

        return forward
