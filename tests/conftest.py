"""Fixtures that every room's tests share."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Coroutine tests run on asyncio, as Kubeport does."""
    return "asyncio"
