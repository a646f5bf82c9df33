"""The fake cluster keeps the contracts that the real adapters keep."""

from tests.adapters.executor_contract import ExecutorContract

from kubeport.adapters.fake_cluster import FakeCluster
from kubeport.application.ports import Executor


class TestFakeCluster(ExecutorContract):
    """Nothing runs, and everything looks as if it had."""

    def executor(self) -> Executor:
        """An empty cluster."""
        return FakeCluster()
