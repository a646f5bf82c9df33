"""The fake cluster keeps the contracts that the real adapters keep."""

import asyncio

from tests.adapters.executor_contract import ExecutorContract

from kubeport.adapters.fake_cluster import Failure, FakeCluster
from kubeport.application.ports import Executor


class TestFakeCluster(ExecutorContract):
    """Nothing runs, and everything looks as if it had."""

    def executor(self) -> Executor:
        """An empty cluster."""
        return FakeCluster()

    def endless_executor(self) -> Executor:
        """A cluster in which the wait hangs, in real time."""
        hanging = Failure("kubectl wait", stderr="waiting", hang=True)
        return FakeCluster(failures=(hanging,), sleep=asyncio.sleep)
