"""The real executor keeps the contract, however it watches its processes."""

import os
from pathlib import Path

import pytest
from tests.adapters.executor_contract import ExecutorContract
from tests.adapters.subprocess_executor.fake_programs import (
    CLUSTERLESS_KUBECTL,
    write_program,
)

from kubeport.adapters.subprocess_executor import SubprocessExecutor
from kubeport.application.ports import Executor


class TestSubprocessExecutor(ExecutorContract):
    """Processes that are watched in the way of this system."""

    @pytest.fixture(autouse=True)
    def _program(self, tmp_path: Path) -> None:
        self.path = write_program(tmp_path / "kubectl", CLUSTERLESS_KUBECTL)

    def executor(self) -> Executor:
        """One with a kubectl that knows the contract's commands."""
        return SubprocessExecutor({"kubectl": self.path})

    def endless_executor(self) -> Executor:
        """The same program: its ``wait`` sleeps."""
        return SubprocessExecutor({"kubectl": self.path})


class TestWatchedByThreads(TestSubprocessExecutor):
    """The same on systems without process descriptors."""

    @pytest.fixture(autouse=True)
    def _system(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(os, "pidfd_open", raising=False)
