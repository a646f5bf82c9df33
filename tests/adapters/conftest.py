"""A clock for the adapters in memory, and time that passes by it."""

import pytest

from kubeport.adapters.clock import StoppedClock

from .passing import Pass


@pytest.fixture
def clock() -> StoppedClock:
    """A clock that the test moves."""
    return StoppedClock()


@pytest.fixture
def let_pass(clock: StoppedClock) -> Pass:
    """Time passes at once."""

    async def forward(seconds: float) -> None:
        clock.advance(seconds)

    return forward
