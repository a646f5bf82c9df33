"""Fixtures of the use cases' tests, all of them in memory."""

from typing import Any

import pytest

from .idle import IdleLoop


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """No test waits: neither a process nor a file nor a thread is behind what it waits for."""
    return "asyncio", {"loop_factory": IdleLoop}
