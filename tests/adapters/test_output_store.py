"""The output store in memory."""

import pytest
from tests.adapters.output_store_contract import OutputStoreContract

from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.output_store import MemoryOutputStore


class TestMemory(OutputStoreContract):
    """The store of one process; time passes by the fake clock."""

    @pytest.fixture
    def store(self, clock: StoppedClock) -> MemoryOutputStore:
        """The adapter."""
        return MemoryOutputStore(clock, 1000, 2)
